import { errnoOf, type OwnershipStanding, ownedTablesOf, type Session, standingOf } from '@banyan/kit';
import { CliError } from '../errors.ts';
import type { Service } from '../services.ts';

/** Its tables with columns whose writes can move. */
export const ownedOf = ({ projection }: Pick<Service, 'projection'>): ReturnType<typeof ownedTablesOf> =>
  ownedTablesOf(projection);

/** Another version of a read model knows nothing of what was written here. Throws CliError `owns-writes`. */
export async function refuseWhileOwner(session: Session, service: Pick<Service, 'name' | 'projection'>): Promise<void> {
  for (const table of ownedOf(service)) {
    const { owner, columns } = await standingOf(session, table).catch(neverOwned);
    if (owner === 'monolith') continue;
    const text = `${service.name} takes the writes of ${table.source} (${columns.join(', ')}), and another version of it would not know them`;
    throw new CliError('owns-writes', text, { remedy: 'give the writes back first: banyan route NAME monolith' });
  }
}

/** Its tables of writes have not been made yet. */
function neverOwned(error: unknown): Pick<OwnershipStanding, 'owner' | 'columns'> {
  const noSuchTable = 1146; // https://mariadb.com/kb/en/mariadb-error-code-reference/
  if (errnoOf(error) !== noSuchTable) throw error;
  return { owner: 'monolith', columns: [] };
}
