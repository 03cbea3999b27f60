import type { Connection } from 'mysql2/promise';
import { looksSecret } from '../new/column-types.ts';
import { databasesOf, sourceName, tablesIn } from '../new/source-schema.ts';

/** Columns that are secrets by their names, `database.table.column`; not those of keys, without which there is no row. One with a dot in its name cannot be told. */
export async function secretsIn(source: Connection): Promise<string[]> {
  const found: string[] = [];
  for (const database of await databasesOf(source))
    for (const table of (await tablesIn(source, database)).filter(({ engine }) => engine !== null)) {
      const bound = new Set([...table.key, ...table.foreignKeys.flatMap(({ columns }) => columns)]);
      for (const { name } of table.columns)
        if (looksSecret(name) && !bound.has(name) && !name.includes('.')) found.push(`${sourceName(table)}.${name}`);
    }
  return found;
}
