import type { SourceValue } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { Column, MirrorTable } from '../projection/declaration.ts';
import { quoted } from '../read-store/tables.ts';
import type { TableEffect } from './coalesce.ts';
import { lossCheck } from './silent-loss.ts';

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const rowsPerStatement = 1000;
/** Far below the smallest `max_allowed_packet` that is usual (16 MiB); a row that is larger goes alone. */
const bytesPerStatement = 2 * 1_048_576;

/**
 * The statements of one table's effect. Upserts match the primary key alone: a mirror has no other unique key, which
 * MariaDB would match too. A source TRUNCATE is a DELETE here: DDL would commit half a transaction.
 */
export function* statements(table: MirrorTable, effect: TableEffect): Generator<Statement> {
  const name = quoted(table.name);
  const key = table.key.map((column) => quoted(column.name)).join(', ');
  if (effect.truncate) yield { sql: `DELETE FROM ${name}`, values: [] };
  const keys = effect.deletes.map((values) => values.map((value, index) => comparable(value, table.key[index]!)));
  for (const part of parts(keys)) yield { sql: `DELETE FROM ${name} WHERE (${key}) IN (?)`, values: [part] };
  const columns = table.columns.map((column) => quoted(column.name));
  // The key too: under a _ci collation `a` may have become `A`.
  const sets = columns.map((column) => `${column} = VALUES(${column})`).join(', ');
  for (const part of parts(effect.upserts)) {
    yield {
      sql: `INSERT INTO ${name} (${columns.join(', ')}) VALUES ? ON DUPLICATE KEY UPDATE ${sets}`,
      values: [part],
    };
  }
}

export function refuseLoss(table: MirrorTable, rows: TableEffect['upserts']): void {
  for (const [index, column] of table.columns.entries()) {
    const check = lossCheck(column);
    if (!check) continue;
    for (const row of rows) {
      const loss = check(row[index]!);
      if (loss === null) continue;
      const text = `column ${table.name}.${column.name} is ${column.type.sql}: a value of ${table.source} would lose ${loss}`;
      throw new KitError('row-refused', text, { remedy: 'declare the type that the source column has' });
    }
  }
}

export function* parts(rows: TableEffect['upserts']): Generator<SourceValue[][]> {
  let part: SourceValue[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = row.reduce<number>((sum, value) => sum + roughBytes(value), 0);
    if (part.length === rowsPerStatement || (part.length > 0 && bytes + size > bytesPerStatement)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(row.map(literal));
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** Bytes are written as hexadecimal digits. */
function roughBytes(value: SourceValue): number {
  if (value instanceof Uint8Array) return 2 * value.length;
  return typeof value === 'string' ? value.length : 20;
}

/** A BIT column compares as a number; its bytes would compare as text, and match nothing. */
export function comparable(value: SourceValue, column: Column): SourceValue {
  const isBits = column.type.base === 'bit' && value instanceof Uint8Array;
  return isBits ? BigInt(`0x${Buffer.from(value).toString('hex')}`) : value;
}

/** mysql2 writes a plain Uint8Array out as an object, where it knows Buffer, and the sign of -0 not at all. */
export function literal(value: SourceValue): SourceValue {
  if (Object.is(value, -0)) return '-0';
  return value instanceof Uint8Array && !Buffer.isBuffer(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value;
}
