import type { SourceValue } from '../change-event/index.ts';
import type { MirrorTable } from '../projection/declaration.ts';
import { quoted } from '../read-store/tables.ts';
import type { TableEffect } from './coalesce.ts';

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const rowsPerStatement = 1000;

/**
 * The statements of one table's effect. Upserts match the primary key alone: a mirror has no other unique key, which
 * MariaDB would match too. A source TRUNCATE is a DELETE here: DDL would commit half a transaction.
 */
export function* statements(table: MirrorTable, effect: TableEffect): Generator<Statement> {
  const name = quoted(table.name);
  const key = table.key.map((column) => quoted(column.name)).join(', ');
  if (effect.truncate) yield { sql: `DELETE FROM ${name}`, values: [] };
  for (const part of parts(effect.deletes)) yield { sql: `DELETE FROM ${name} WHERE (${key}) IN (?)`, values: [part] };
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

function* parts(rows: TableEffect['upserts']): Generator<SourceValue[][]> {
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    yield rows.slice(from, from + rowsPerStatement).map((row) => row.map(literal));
  }
}

/** mysql2 writes a plain Uint8Array out as an object; it knows Buffer. */
function literal(value: SourceValue): SourceValue {
  return value instanceof Uint8Array && !Buffer.isBuffer(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value;
}
