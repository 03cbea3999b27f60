import type { Projection } from '../projection/declaration.ts';
import { ownedTablesOf } from '../read-store/owned-tables.ts';
import { quoted } from '../read-store/tables.ts';
import { sourceOf } from './values.ts';

/** What the user who carries writes back may do at the monolith: read keys and owned columns, change the latter, and nothing else. */
export function writeBackGrants(projection: Projection): readonly string[] {
  return ownedTablesOf(projection).map((table) => {
    const { key, owned } = table;
    const list = (columns: readonly { readonly from: string }[]) => columns.map(({ from }) => quoted(from)).join(', ');
    return `SELECT (${list([...key, ...owned])}), UPDATE (${list(owned)}) ON ${sourceOf(table)}`;
  });
}
