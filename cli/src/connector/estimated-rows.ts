import type { Stack } from '@banyan/stack';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { sourceOf } from '../project/source.ts';

/** About how many rows the tables have, `database.table`, as InnoDB estimates it: nothing is read for it. */
export async function estimatedRows(stack: Stack, tables: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const password = await stack.credentials.password('capture');
  const connection = await mysql.createConnection({ ...sourceOf(stack), password });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT CONCAT(table_schema, '.', table_name) AS name, table_rows AS size FROM information_schema.tables WHERE CONCAT(table_schema, '.', table_name) IN (?)",
      [tables],
    );
    return new Map(rows.map(({ name, size }) => [String(name), Number(size ?? 0)]));
  } finally {
    await connection.end();
  }
}
