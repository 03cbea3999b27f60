import type { Column } from '../projection/declaration.ts';
import type { SqlType } from '../projection/sql-type.ts';
import { quoted } from '../read-store/index.ts';

/** A cell as the driver gives it: 64-bit integers, decimals and times are text already. */
export type Cell = null | string | number | Buffer;
export type JsonValue = null | string | number;
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What stands in the parentheses of a type: `decimal(38,10)` gives [38, 10]; empty without them. */
export function typeArguments(type: SqlType): readonly number[] {
  const inside = /^[a-z]+ *\(([0-9, ]+)\)/i.exec(type.sql)?.[1];
  return inside === undefined ? [] : inside.split(',').map(Number);
}

/** ZEROFILL makes a column unsigned too. */
export const isUnsigned = (type: SqlType): boolean => /\b(unsigned|zerofill)\b/i.test(type.sql);

const isBinary = (type: SqlType): boolean =>
  type.family === 'binary' || (type.family === 'text' && / (character set|charset) binary\b/i.test(type.sql));

/** MariaDB itself prints times: the driver would leave out a fraction that is zero. */
export function columnExpression(column: Column): string {
  const name = `t.${quoted(column.name)}`;
  return column.type.family === 'temporal' ? `CAST(${name} AS CHAR)` : name;
}

/** How a cell becomes JSON: binary as base64, a FLOAT as the shortest number that is this FLOAT, the rest as it is. */
export function jsonEncoder(type: SqlType): ((cell: Cell) => JsonValue) | null {
  if (isBinary(type)) return (cell) => (Buffer.isBuffer(cell) ? cell.toString('base64') : cell);
  const [bits = 0] = typeArguments(type);
  const isSingle = type.base === 'float' && (typeArguments(type).length === 2 || bits <= 24);
  return isSingle ? (cell) => (typeof cell === 'number' ? shortestFloat(cell) : (cell as JsonValue)) : null;
}

function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

/** The least and the greatest integer a column of the type holds; null when it holds none. */
export function integerRange(type: SqlType): readonly [bigint, bigint] | null {
  if (type.base === 'year') return [0n, 2155n];
  const bits = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, integer: 32n, bigint: 64n }[type.base];
  if (bits === undefined) return null;
  return isUnsigned(type) ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

/** Digits before and after the point. MariaDB's default is DECIMAL(10,0). */
export function decimalDigits(type: SqlType): readonly [number, number] {
  const [precision = 10, scale = 0] = typeArguments(type);
  return [precision - scale, scale];
}

/** The JSON Schema of a column's values, NULL among them when the column may be NULL. */
export function columnSchema(column: Column, nullable: boolean): JsonSchema {
  const { type, ...rest } = valueSchema(column.type);
  const description = `\`${column.type.sql}\``;
  return { type: nullable ? [type, 'null'] : type, description, ...rest };
}

function valueSchema(type: SqlType): JsonSchema {
  const range = integerRange(type);
  if (range && type.family === 'integer') {
    return { type: 'integer', minimum: Number(range[0]), maximum: Number(range[1]) };
  }
  if (range) {
    return {
      type: 'string',
      pattern: isUnsigned(type) ? '^\\d{1,20}$' : '^-?\\d{1,19}$',
      examples: [String(range[1])],
    };
  }
  if (type.family === 'float') return { type: 'number' };
  if (type.family === 'decimal') return decimalSchema(type);
  if (type.family === 'temporal') return temporalSchema(type);
  if (isBinary(type)) return { type: 'string', contentEncoding: 'base64', examples: ['3q2+7w=='] };
  if (type.base === 'json') return { type: 'string', contentMediaType: 'application/json', examples: ['{"a":1}'] };
  const [length] = typeArguments(type);
  return { type: 'string', ...(length !== undefined && { maxLength: length }) };
}

function decimalSchema(type: SqlType): JsonSchema {
  const [before, after] = decimalDigits(type);
  const sign = isUnsigned(type) ? '' : '-?';
  const fraction = after === 0 ? '' : `\\.\\d{${after}}`;
  const example = `${before === 0 ? '0' : '12'.slice(0, before)}${after === 0 ? '' : `.${'50'.padEnd(after, '0').slice(0, after)}`}`;
  return { type: 'string', pattern: `^${sign}\\d{1,${Math.max(1, before)}}${fraction}$`, examples: [example] };
}

function temporalSchema(type: SqlType): JsonSchema {
  const [digits = 0] = typeArguments(type);
  const fraction = digits === 0 ? '' : `\\.\\d{${digits}}`;
  const zeros = digits === 0 ? '' : `.${'0'.repeat(digits)}`;
  if (type.base === 'date') return { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$', examples: ['2026-02-28'] };
  if (type.base === 'time') {
    return { type: 'string', pattern: `^-?\\d{2,3}:\\d{2}:\\d{2}${fraction}$`, examples: [`08:30:00${zeros}`] };
  }
  const pattern = `^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}${fraction}$`;
  return { type: 'string', pattern, examples: [`2026-02-28 08:30:00${zeros}`] };
}
