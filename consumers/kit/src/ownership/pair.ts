import type { Projection } from '../projection/declaration.ts';
import { ownedTablesOf } from '../read-store/owned-tables.ts';
import { type DatabaseAccess, errnoOf, Session } from '../read-store/session.ts';
import { standingOf } from './standing.ts';

/** Rows of a table that its service and the monolith have differently. */
export interface Unpaired {
  /** `database.table`. */
  readonly table: string;
  readonly rows: number;
}

const noSuchTable = 1146; // https://mariadb.com/kb/en/mariadb-error-code-reference/

/**
 * The other half of a proof, where a service owns columns: what it has is what the mirror has, which the proof compares with the monolith.
 * Nothing for tables that the monolith owns. Throws KitError `database-unreachable`.
 */
export async function unpaired(database: DatabaseAccess, projection: Projection): Promise<readonly Unpaired[]> {
  const tables = ownedTablesOf(projection);
  if (tables.length === 0) return [];
  await using session = await Session.open(database);
  const found: Unpaired[] = [];
  for (const table of tables) {
    try {
      const { owner, different, conflicts } = await standingOf(session, table, true);
      const rows = different + conflicts;
      if (owner !== 'monolith' && rows > 0) found.push({ table: table.source, rows });
    } catch (error) {
      if (errnoOf(error) !== noSuchTable) throw error; // It was never owned.
    }
  }
  return found;
}
