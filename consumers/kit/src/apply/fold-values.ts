import { fieldOf, type Row, type SourceValue } from '../change-event/index.ts';
import type { Column, FoldRow } from '../projection/index.ts';
import { numbersIn } from '../projection/sql-type.ts';

/**
 * A value as its column gives it back, so that a state read anew is the state that was written: 64-bit integers as bigint, decimals
 * and times with all their digits, CHAR without the blanks at its end. Throws an Error that says why it is none; what is too long or
 * out of range is for the database to refuse.
 */
export function heldValue({ type }: Column, value: SourceValue): SourceValue {
  if (value === null) return null;
  const { base, family } = type;
  if (family === 'integer') return Number(wholeNumber(value));
  if (family === 'bigint') return wholeNumber(value);
  if (family === 'decimal') return withDigits(decimal(value), numbersIn(type)[1]);
  if (family === 'float') return finite(value);
  if (family === 'binary') return base === 'binary' ? padded(bytes(value), numbersIn(type, 1)[0]) : bytes(value);
  if (typeof value !== 'string') throw new Error(`a text is wanted, not ${shown(value)}`);
  if (family === 'temporal') return base === 'date' ? value : withDigits(value, numbersIn(type)[0]);
  return base === 'char' ? value.replace(/ +$/, '') : value;
}

/** A row of a mirror as a fold sees it. */
export function foldRow(columns: readonly Column[], row: Row): FoldRow {
  return Object.fromEntries(
    columns.map((column) => {
      const value = row[fieldOf(row, column.from) ?? column.from] ?? null;
      // Bits come from the connector as they are, and from the database as bytes.
      return [column.name, column.type.base === 'bit' ? bits(value) : heldValue(column, value)];
    }),
  );
}

function bits(value: SourceValue): SourceValue {
  return typeof value === 'boolean' ? Buffer.of(value ? 1 : 0) : value;
}

function wholeNumber(value: SourceValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value);
  throw new Error(`a whole number is wanted, not ${shown(value)}`);
}

function decimal(value: SourceValue): string {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value);
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return value;
  throw new Error(`a decimal as text is wanted, such as '12.50', not ${shown(value)}`);
}

/** What it has beyond them is left, for the writer to refuse unless it is nothing. */
function withDigits(text: string, digits: number): string {
  const [whole, fraction = ''] = text.split('.') as [string, string?];
  const kept = fraction.replace(/0+$/, '').padEnd(digits, '0');
  const value = kept === '' ? whole : `${whole}.${kept}`;
  return /^-0(\.0*)?$/.test(value) ? value.slice(1) : value;
}

function finite(value: SourceValue): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new Error(`a number is wanted, not ${shown(value)}`);
  return number === 0 ? 0 : number; // The sign of zero is lost on the way.
}

function bytes(value: SourceValue): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new Error(`bytes are wanted, not ${shown(value)}`);
}

const padded = (value: Buffer, length: number): Buffer =>
  value.length < length ? Buffer.concat([value, Buffer.alloc(length - value.length)]) : value;

const shown = (value: SourceValue | undefined): string =>
  value === null
    ? 'NULL'
    : `${typeof value === 'object' ? 'bytes' : typeof value}${typeof value === 'number' ? ` ${value}` : ''}`;
