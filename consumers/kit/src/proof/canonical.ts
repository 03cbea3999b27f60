import type { SqlType } from '../projection/sql-type.ts';

/** What a server says of a column. Source: https://mariadb.com/kb/en/information-schema-columns-table/ */
export interface ColumnFacts {
  /** `decimal`, `varchar`. */
  readonly type: string;
  readonly isZerofill: boolean;
  readonly charset: string | null;
  readonly collation: string | null;
  /** Digits behind the point of a decimal, of the seconds of a time. */
  readonly digits: number | null;
}

const longTypes = new Set(['tinytext', 'text', 'mediumtext', 'longtext', 'json', 'blob', 'mediumblob', 'longblob']);

/**
 * SQL for a value as text or bytes that are the same on both servers when the value is the same, and different when anything
 * about it is: a blank, a letter's case, a digit. NULL is `N`, which no number is, and text comes with its length in front.
 *
 * `facts` are of the column on this server, null for one that a SELECT computes; `digits` the most that either side has.
 */
export function canonical(ref: string, declared: SqlType, facts: ColumnFacts | null, digits: number): string {
  const value = exactValue(ref, declared, facts, digits);
  if (longTypes.has(declared.base)) return `IFNULL(MD5(${value}), 'N')`;
  const isNumber = declared.base === 'bit' || !['text', 'binary'].includes(declared.family);
  return isNumber ? `IFNULL(${value}, 'N')` : `IFNULL(CONCAT(OCTET_LENGTH(${value}), ':', ${value}), 'N')`;
}

function exactValue(ref: string, { base, family }: SqlType, facts: ColumnFacts | null, digits: number): string {
  if (base === 'bit') return `${ref} + 0`;
  if (family === 'decimal') {
    const isSame = facts?.type === 'decimal' && facts.digits === digits && !facts.isZerofill;
    return isSame ? ref : `CAST(${ref} AS DECIMAL(65,${digits}))`;
  }
  // A float is printed with six digits, whatever it holds.
  if (family === 'float') return `${ref} + 0e0`;
  if (family === 'integer' || family === 'bigint') {
    // Of what a SELECT gives it is not known whether the server fills it with zeros. A YEAR is, in its own way, on both sides.
    const mayBeFilled = facts === null ? base !== 'year' : facts.isZerofill;
    return mayBeFilled ? `${ref} + 0` : ref;
  }
  if (base === 'datetime' || base === 'timestamp' || base === 'time') {
    const type = base === 'time' ? 'TIME' : 'DATETIME';
    return facts?.digits === digits ? ref : `CAST(${ref} AS ${type}(${digits}))`;
  }
  if (family === 'text' && facts?.charset !== 'utf8mb4') return `CONVERT(${ref} USING utf8mb4)`;
  return ref;
}

/** The digits behind the point that a declared type has. */
export function digitsOf({ base, family, sql }: SqlType): number {
  const [, first, second] = /\( *(\d+) *(?:, *(\d+))? *\)/.exec(sql) ?? [];
  if (family === 'decimal') return Number(second ?? 0);
  return family === 'temporal' && base !== 'date' ? Number(first ?? 0) : 0;
}
