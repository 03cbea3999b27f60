import type { Row, SourceValue } from '../change-event/index.ts';
import type { Column, ReadTable } from '../projection/declaration.ts';
import { numbersIn } from '../projection/sql-type.ts';
import { changeText } from '../read-store/change-log.ts';

/** A value as text, the same however many digits it was written with; null is NULL. */
export function textOf(column: Column, value: SourceValue): string | null {
  const text = changeText(column, value);
  if (text === null) return null;
  const { base, family } = column.type;
  const [first, second] = numbersIn(column.type);
  if (family === 'decimal') return withDigits(text, second);
  if (family === 'temporal' && base !== 'date') return withDigits(text, first);
  if (family === 'float') return String(Number(text));
  return base === 'char' ? text.replace(/ +$/, '') : text;
}

function withDigits(text: string, digits: number): string {
  const [whole, fraction = ''] = text.split('.');
  return digits === 0 ? whole! : `${whole}.${fraction.padEnd(digits, '0')}`;
}

/**
 * The same text for values that the source takes for the same key: a text without its case, its accents and the blanks at its end,
 * under a `_bin` collation without the blanks alone. Of other rules of collations (ß, ligatures) it knows nothing.
 */
export function compared(column: Column, value: SourceValue): string | null {
  const text = textOf(column, value);
  if (text === null || column.type.family !== 'text') return text;
  const { sql } = column.type;
  const blanks = /collate +\w*nopad/i.test(sql) ? text : text.replace(/ +$/, '');
  return /collate +\w+_bin\b/i.test(sql) ? blanks : blanks.normalize('NFD').replaceAll(/\p{M}/gu, '').toUpperCase();
}

/** One text for a row's values in these columns; no two that differ give the same. */
export const comparedAll = (columns: readonly Column[], values: readonly SourceValue[]): string =>
  JSON.stringify(columns.map((column, index) => compared(column, values[index]!)));

/** A row's values by the source's names; what is left out is NULL. */
export const valuesIn = (columns: readonly Column[], row: Row): SourceValue[] =>
  columns.map(({ from }) => row[from] ?? null);

/** Orders rows by a key: numbers by size, all else as text. */
export function inOrder({ key }: ReadTable, a: Row, b: Row): number {
  for (const column of key) {
    const [one, other] = [a, b].map((row) => {
      const value = row[column.from]!;
      return typeof value === 'bigint' || typeof value === 'number' ? value : compared(column, value)!;
    });
    if (one! < other!) return -1;
    if (one! > other!) return 1;
  }
  return 0;
}
