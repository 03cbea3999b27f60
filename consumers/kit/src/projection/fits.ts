import type { ColumnKind, ColumnShape } from '../serde/index.ts';
import { numbersIn, type SqlType } from './sql-type.ts';

const integers: readonly ColumnKind[] = ['int16', 'int32', 'int64'];
/** How many of `integers` a type takes, signed and unsigned; the connector has MEDIUMINT for INT, and SMALLINT UNSIGNED. */
const widths: Readonly<Record<string, readonly [number, number]>> = {
  ...{ tinyint: [1, 1], smallint: [1, 2], mediumint: [2, 2], int: [2, 3], integer: [2, 3], bigint: [3, 3] },
};
const texts: readonly ColumnKind[] = ['text', 'enum', 'set', 'uuid', ...integers, 'year', 'decimal', 'date'];
const digitsOf: { readonly [kind in ColumnKind]?: number } = { int16: 5, int32: 10, int64: 10, year: 4 };

/**
 * Whether a column of this type takes all that comes in this shape as it is, or refuses it. What the schema does not tell (how long a
 * text is, members of an ENUM, which of two integer types) is left to the value: STRICT mode and `lossCheck` refuse what would be lost.
 */
export function fits(type: SqlType, shape: ColumnShape): boolean {
  const { kind } = shape;
  if (kind === 'other') return true; // refused where it is applied
  const { family, base, sql } = type;
  switch (family) {
    case 'integer':
    case 'bigint':
      return fitsInteger(base, / (unsigned|zerofill)\b/i.test(sql), shape);
    case 'decimal':
      return fitsDecimal(type, shape);
    case 'float':
      return kind === 'float' || kind === 'double' || (base === 'double' && (kind === 'int16' || kind === 'int32'));
    case 'text':
      return base === 'enum' || base === 'set' ? kind === base : texts.includes(kind);
    case 'binary':
      return base === 'bit' ? kind === 'bits' || kind === 'boolean' : kind === 'bytes';
    case 'temporal':
      return fitsTime(type, kind);
  }
}

/** Whether it takes some of what comes in this shape, and refuses each other value by name: a column declared narrower on purpose. */
export function takesSome({ family, base }: SqlType, { kind, scale }: ColumnShape): boolean {
  const isWhole = integers.includes(kind) || (kind === 'decimal' && scale === 0);
  if (family === 'integer' || family === 'bigint') return isWhole;
  if (family === 'decimal') return isWhole || kind === 'decimal';
  return family === 'temporal' && base !== 'time' && (kind.startsWith('datetime') || kind === 'timestamp');
}

export const isSame = (a: ColumnShape, b: ColumnShape): boolean =>
  a.kind === b.kind && a.precision === b.precision && a.scale === b.scale;

function fitsInteger(base: string, isUnsigned: boolean, { kind, precision, scale }: ColumnShape): boolean {
  if (kind === 'boolean') return base !== 'year';
  if (kind === 'year') return base !== 'tinyint';
  if (kind === 'decimal') return base === 'bigint' && isUnsigned && scale === 0 && precision <= 20;
  const width = widths[base]?.[isUnsigned ? 1 : 0] ?? 0;
  return integers.slice(0, width).includes(kind);
}

function fitsDecimal(type: SqlType, { kind, precision, scale }: ColumnShape): boolean {
  const [digits, places] = numbersIn(type, 10);
  if (kind === 'decimal') return scale <= places && precision - scale <= digits - places;
  return (digitsOf[kind] ?? Number.POSITIVE_INFINITY) <= digits - places;
}

function fitsTime(type: SqlType, kind: ColumnKind): boolean {
  if (type.base === 'date' || type.base === 'time') return kind === type.base;
  const [places] = numbersIn(type);
  return kind === 'date' || kind === 'timestamp' || kind === 'datetime-3' || (kind === 'datetime-6' && places > 3);
}
