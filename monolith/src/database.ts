import {
  type Connection,
  type ConnectionOptions,
  createPool,
  type Pool,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise';

/** Where the bank's database is and who opens it. */
export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

/** What may be bound to a `?`: never a plain object, which the driver would expand into SQL. Bytes are a Buffer. */
export type Value = string | bigint | Buffer | null;

/** A pool or one of its connections. */
export type Queryable = Pick<Connection, 'query'>;

/** How every connection is made: numbers and times come back as the exact text the database wrote. */
export function connectionOptions(settings: DatabaseSettings): ConnectionOptions {
  return {
    host: settings.host,
    port: settings.port,
    user: settings.user,
    password: settings.password,
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: 5_000,
    supportBigNumbers: true,
    bigNumberStrings: true,
    decimalNumbers: false,
    dateStrings: true,
    stringifyObjects: true,
    // The statement is named in what is logged; a stack for each of them costs more than it tells.
    trace: false,
  };
}

/**
 * Opens a pool on the bank's database; connections are made on first use. Each session is in UTC, refuses values that
 * do not fit their column instead of bending them, and waits `lockWaitSeconds` at most for a locked row.
 */
export function openPool(
  settings: DatabaseSettings,
  options: { readonly connectionLimit: number; readonly lockWaitSeconds: number },
): Pool {
  const pool = createPool({
    ...connectionOptions(settings),
    database: settings.name,
    connectionLimit: options.connectionLimit,
  });
  const session =
    "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', " +
    `innodb_lock_wait_timeout = ${options.lockWaitSeconds}`;
  pool.pool.on('connection', (connection) => {
    // Queued before any statement of the borrower; a session that cannot be set up must not be used.
    connection.query(session, (error: unknown) => {
      if (error !== null) connection.destroy();
    });
  });
  return pool;
}

/** Runs a SELECT and returns its rows. The caller names the row's shape: BIGINT, DECIMAL and DATETIME are strings. */
export async function select<Row>(on: Queryable, sql: string, values: readonly Value[] = []): Promise<Row[]> {
  const [rows] = await on.query<RowDataPacket[]>(sql, [...values]);
  return rows as unknown as Row[];
}

/** Runs an INSERT, UPDATE or DELETE; returns the id the database gave (0 when none) and the number of rows it matched. */
export async function change(
  on: Queryable,
  sql: string,
  values: readonly (Value | readonly Value[][])[],
): Promise<{ readonly insertId: bigint; readonly matchedRows: number }> {
  const [header] = await on.query<ResultSetHeader>(sql, [...values]);
  return { insertId: BigInt(header.insertId), matchedRows: header.affectedRows };
}

/** Quotes a name for SQL, whatever characters it has. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
