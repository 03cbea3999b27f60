import type { DatabaseAccess } from '@banyan/stack';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';

/** A connection whose values are exact text, for comparing. */
export async function open(access: DatabaseAccess & { readonly database?: string }): Promise<Connection> {
  const connection = await mysql.createConnection({
    ...access,
    charset: 'utf8mb4',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    multipleStatements: true,
    timezone: 'Z',
  });
  await connection.query("SET SESSION time_zone = '+00:00'");
  return connection;
}

export async function rows<Row = Record<string, unknown>>(
  connection: Connection,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const [found] = await connection.query<RowDataPacket[]>(sql, values);
  return found as Row[];
}

export async function one<Row = Record<string, unknown>>(
  connection: Connection,
  sql: string,
  values: unknown[] = [],
): Promise<Row> {
  const [row] = await rows<Row>(connection, sql, values);
  if (row === undefined) throw new Error(`no row: ${sql}`);
  return row;
}
