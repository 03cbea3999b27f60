import type { SourceValue } from './change-event.ts';

/** Where a column's value is in a row; the connector writes `a b` as `a_b` and `1st` as `_1st`, as Avro wants names. */
export function fieldOf(row: Readonly<Record<string, unknown>>, column: string): string | null {
  // Its own, for a row has a `constructor` in any case.
  if (Object.hasOwn(row, column)) return column;
  const adjusted = column.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^\d/, '_$&');
  return Object.hasOwn(row, adjusted) ? adjusted : null;
}

export function sameValue(a: SourceValue | undefined, b: SourceValue | undefined): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}
