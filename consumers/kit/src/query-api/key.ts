import type { Column } from '../projection/declaration.ts';
import { decimalDigits, integerRange, isUnsigned, typeArguments } from './column-json.ts';

/** A key as it is bound to a placeholder. */
export type Key = string | Buffer;

/**
 * How a key is written in a path or in `after`: as the rows write it. The text is checked in full before it is bound, and
 * bound with the column's own type, so that MariaDB never makes a number of a text that is none.
 */
export interface KeyForm {
  /** The placeholder. */
  readonly sql: string;
  /** Null when no row can have such a key. */
  readonly parse: (text: string) => Key | null;
  /** What a key looks like, as in `a key here is …`. */
  readonly says: string;
}

/** Null when keys of this type cannot be looked up exactly, or have no order to walk them in. */
export function keyForm({ type }: Column): KeyForm | null {
  if (integerRange(type)) return integerForm(type);
  if (type.family === 'decimal') return decimalForm(type);
  if (type.base === 'char' || type.base === 'varchar') return { sql: '?', parse: (text) => text, says: 'a text' };
  if (type.base === 'binary' || type.base === 'varbinary') return { sql: '?', parse: base64, says: 'bytes as base64' };
  if (type.base === 'date') return { sql: 'CAST(? AS DATE)', parse: date, says: 'a date such as 2026-02-28' };
  if (type.base === 'datetime' || type.base === 'timestamp') return datetimeForm(type);
  return null;
}

/** How a filter's value is written: as a key, or one of an ENUM's words. Null for types that cannot be compared exactly. */
export function filterForm(column: Column): KeyForm | null {
  if (column.type.base !== 'enum') return keyForm(column);
  const words = [...column.type.sql.matchAll(/'((?:[^']|'')*)'/g)].map(([, word]) => word!.replaceAll("''", "'"));
  return {
    sql: '?',
    says: `one of ${words.join(', ')}`,
    parse: (text) => (words.includes(text) ? text : null),
  };
}

function integerForm(type: Column['type']): KeyForm {
  const [low, high] = integerRange(type)!;
  const [least, says] =
    type.base === 'year' ? [1901n, '0 or a year from 1901 to 2155'] : [low, `a whole number from ${low} to ${high}`];
  return {
    sql: `CAST(? AS ${isUnsigned(type) ? 'UNSIGNED' : 'SIGNED'})`,
    says,
    parse: (text) => {
      if (!/^-?\d{1,40}$/.test(text)) return null;
      const value = BigInt(text);
      // MariaDB reads 70 as the year 1970.
      const isKey = (value >= least && value <= high) || (type.base === 'year' && value === 0n);
      return isKey ? String(value) : null;
    },
  };
}

function decimalForm(type: Column['type']): KeyForm {
  const [before, after] = decimalDigits(type);
  const sign = isUnsigned(type) ? '' : '-?';
  const form = new RegExp(`^${sign}0*(\\d{0,${before}})(?:\\.\\d{1,${Math.max(1, after)}})?$`);
  return {
    sql: `CAST(? AS DECIMAL(${before + after},${after}))`,
    says: `a decimal number of ${before} digits before and ${after} after the point`,
    parse: (text) => {
      const [whole = '', fraction = ''] = text.replace('-', '').split('.');
      return whole !== '' && fraction.length <= after && form.test(text) ? text : null;
    },
  };
}

function base64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

const date = (text: string): string | null => (/^\d{4}-\d\d-\d\d$/.test(text) && isCalendarDay(text) ? text : null);

function datetimeForm(type: Column['type']): KeyForm {
  const [digits = 0] = typeArguments(type);
  const form = /^(\d{4}-\d\d-\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d+))?$/;
  return {
    sql: `CAST(? AS DATETIME(${digits}))`,
    says: `a time such as 2026-02-28 08:30:00${digits === 0 ? '' : `.${'0'.repeat(digits)}`}`,
    parse: (text) => {
      const match = form.exec(text);
      return match && (match[3] ?? '').length <= digits && isCalendarDay(match[1]!) ? text : null;
    },
  };
}

/** A day that MariaDB refuses would be NULL in a comparison: no error, and never a row. */
function isCalendarDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
