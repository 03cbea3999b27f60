import { type Column, type Projection, type ReadTable, readTablesOf } from '../projection/declaration.ts';
import type { Session } from './session.ts';
import { quoted } from './tables.ts';

const prefix = 'banyan_by_';

/**
 * Gives each filter and owner column an index `(column, key…)`, which `WHERE f = ? AND key > ? ORDER BY key` walks, and drops
 * those of filters that are no longer declared. They are no part of the fingerprint: a new filter wants no new read model.
 * InnoDB builds an index while others read and write; only what is missing is made.
 */
export async function ensureFilterIndexes(session: Session, projection: Projection): Promise<void> {
  for (const table of readTablesOf(projection)) {
    const there = new Set(await indexesOf(session, table));
    const wanted = new Map(filtered(table).map((column) => [`${prefix}${column.name}`.slice(0, 64), column]));
    for (const [index, column] of wanted) {
      if (there.has(index)) continue;
      const columns = [column, ...table.key.filter((one) => one !== column)].map(({ name }) => quoted(name)).join(', ');
      await session.run(`CREATE INDEX IF NOT EXISTS ${quoted(index)} ON ${quoted(table.name)} (${columns})`);
    }
    for (const index of there) {
      if (!wanted.has(index)) await session.run(`DROP INDEX IF EXISTS ${quoted(index)} ON ${quoted(table.name)}`);
    }
  }
}

/** A column that begins the key needs no other index. */
function filtered({ filters, owner, key }: ReadTable): readonly Column[] {
  const columns = new Set(owner ? [owner, ...filters] : filters);
  return [...columns].filter((column) => column !== key[0]);
}

async function indexesOf(session: Session, table: ReadTable): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(
    'SELECT DISTINCT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ?',
    [table.name],
  );
  return rows.map(({ name }) => name).filter((name) => name.startsWith(prefix));
}
