import type { Column } from '../projection/declaration.ts';
import type { KeyPath } from './key-path.ts';

/** How many keys of the projection of checkpoint `c` are not true. */
export const parkedCount = '(SELECT COUNT(*) FROM banyan_parked n WHERE n.projection = c.projection)';

/** The condition that a row `k` of `banyan_parked` is of this key; `other` gives the SQL of each part, written as the key's form has it. */
export function isParkedKey({ columns, forms }: KeyPath, other: (column: Column, index: number) => string): string {
  const same = columns.map((column, index) => {
    const form = forms[index]!.sql;
    return `${form.replace('?', partOf(column, index))} = ${other(column, index)}`;
  });
  return same.join(' AND ');
}

/** A part of the key as it is written down: text, or bytes as base64. */
function partOf({ type }: Column, index: number): string {
  if (type.family === 'binary') return `FROM_BASE64(JSON_VALUE(k.row_key, '$[${index}].bytes'))`;
  const text = `JSON_VALUE(k.row_key, '$[${index}]')`;
  const [, collation] = /\bcollate\s+(\w+)/i.exec(type.sql) ?? [];
  if (collation === undefined) return text;
  return `CONVERT(${text} USING ${collation.split('_')[0]}) COLLATE ${collation}`;
}
