import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import mysql, {
  type Connection,
  type ConnectionOptions,
  type QueryOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise';
import { KitError } from '../errors.ts';

/** Where a read model lives. */
export interface DatabaseAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Every value leaves the driver exactly: 64-bit integers, decimals and times as text, bytes as bytes. */
const exact: ConnectionOptions = {
  charset: 'utf8mb4',
  supportBigNumbers: true,
  bigNumberStrings: true,
  decimalNumbers: false,
  dateStrings: true,
  jsonStrings: true,
  timezone: 'Z',
  connectTimeout: 5000,
};

export const exactOptions = (access: DatabaseAccess): ConnectionOptions => ({ ...exact, ...access });

/**
 * A projector's own connection. STRICT: a value that does not fit is an error, never cut. READ COMMITTED: no gap locks, and
 * the fence sees the newest epoch. A client that is frozen holds its locks for 5 s at most.
 */
const projectorSettings =
  "SET SESSION time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', tx_isolation='READ-COMMITTED', " +
  'innodb_lock_wait_timeout=2, lock_wait_timeout=5, idle_write_transaction_timeout=5, foreign_key_checks=0';

/** Whose connection it is, for what is set on it and for what its errors are called. */
export interface SessionKind {
  readonly settings: string;
  readonly called: 'read-model database' | 'source database' | 'facade database';
  /** A statement without an answer for so long means that the connection is lost, as a half-open one is; default: for ever. */
  readonly answerWithinMs?: number;
}

const projectors: SessionKind = { settings: projectorSettings, called: 'read-model database' };

/** For short statements alone: they tell when nobody answers any more. */
export const watchful: SessionKind = { ...projectors, answerWithinMs: 10_000 };

/** One connection with errors turned into KitErrors. */
export class Session {
  readonly #connection: Connection;
  #broken: unknown = null;
  #packetBytes = Number.POSITIVE_INFINITY;

  readonly #called: SessionKind['called'];
  readonly #answerWithinMs: number | undefined;

  private constructor(connection: Connection, { called, answerWithinMs }: SessionKind) {
    this.#connection = connection;
    this.#called = called;
    this.#answerWithinMs = answerWithinMs;
    // Without a listener a connection lost while idle would end the process.
    connection.on('error', (error) => {
      this.#broken = error;
    });
  }

  static async open(access: DatabaseAccess, kind: SessionKind = projectors): Promise<Session> {
    const connection = await mysql.createConnection(exactOptions(access)).catch((error) => {
      throw databaseError(error, `cannot connect to ${access.host}:${access.port}/${access.database}`, kind.called);
    });
    const session = new Session(connection, kind);
    try {
      await session.run(kind.settings);
      const [row] = await session.rows<{ bytes: string }>('SELECT @@max_allowed_packet AS bytes');
      session.#packetBytes = Number(row!.bytes);
      return session;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  async rows<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const [rows] = await this.#query<RowDataPacket[]>(sql, values);
    return rows as Row[];
  }

  /** The statement with its values written in, for one that is to be part of another. */
  text(sql: string, values: readonly unknown[]): string {
    return this.#connection.format(sql, [...values]);
  }

  /** Runs a statement; resolves to how many rows it matched. */
  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    const [result] = await this.#query<ResultSetHeader>(sql, values);
    return result.affectedRows;
  }

  /**
   * Runs LOAD DATA LOCAL INFILE with this text for the file, whatever file the server names. Throws KitError `row-refused` too when it
   * warns of anything, or has not taken `rows` of them; then some may be written.
   */
  async load(sql: string, text: readonly Buffer[], rows: number): Promise<void> {
    let given = text;
    const infileStreamFactory = () => {
      const stream = Readable.from(given, { objectMode: true });
      given = [];
      return stream;
    };
    const [{ warningStatus, info }] = await this.#send<ResultSetHeader>({ sql, infileStreamFactory });
    const [, taken, skipped] = /^Records: (\d+) .*Skipped: (\d+)/.exec(info) ?? [];
    if (warningStatus === 0 && Number(taken) === rows && Number(skipped) === 0) return;
    throw new KitError('row-refused', `${this.#called}: LOAD DATA of ${rows} rows: ${info || 'nothing was asked for'}`);
  }

  async #query<T extends RowDataPacket[] | ResultSetHeader>(
    sql: string,
    values: readonly unknown[],
  ): Promise<[T, unknown]> {
    const text = values.length === 0 ? sql : this.#connection.format(sql, [...values]);
    const bytes = Buffer.byteLength(text);
    if (bytes >= this.#packetBytes) throw tooLarge(bytes, this.#packetBytes);
    return await this.#send<T>({ sql: text });
  }

  async #send<T extends RowDataPacket[] | ResultSetHeader>(options: QueryOptions): Promise<[T, unknown]> {
    if (this.#broken) throw databaseError(this.#broken, 'the connection is lost', this.#called);
    try {
      const limit = this.#answerWithinMs === undefined ? {} : { timeout: this.#answerWithinMs };
      return (await this.#connection.query<T>({ ...options, ...limit })) as [T, unknown];
    } catch (error) {
      if (hasNoAnswer(error)) this.#broken = error; // It may come yet, for another question.
      throw databaseError(error, 'a statement was refused', this.#called);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.destroy();
    // That waits for the other end, which of a half-open connection never answers: it would keep the process alive. With an error,
    // so that a statement under way has failed, and does not wait for ever.
    const { stream } = (this.#connection as unknown as { connection: { stream: Socket } }).connection;
    stream.destroy(new Error('the connection was closed'));
  }
}

/** Errors of the server that concern one value or one table, not its health: waiting does not help. */
const refusals = new Set([
  '23000',
  '22001',
  '22003',
  '22007',
  'HY000:1366',
  '42S02',
  '42S21',
  '42S22',
  '42000',
  '21S01',
  '01000:1265',
  'HY000:1273',
]);
/** Refused connections by name and password, and missing rights: a wait, as they are mended outside the process. */
const waits = new Set([1040, 1044, 1045, 1049, 1053, 1142, 1143, 1205, 1213, 1227, 1290, 1836, 1927, 2006, 2013]);

const hasNoAnswer = (error: unknown): boolean =>
  (error as { code?: string } | undefined)?.code === 'PROTOCOL_SEQUENCE_TIMEOUT';

/**
 * The error, or `database-full` when there was no answer because the server waits for space: with a binlog it fails no commit
 * for want of it, and MariaDB 11.4 looks again only when it is woken.
 */
export async function orFull(error: KitError, access: DatabaseAccess): Promise<KitError> {
  if (!hasNoAnswer(error.cause)) return error;
  try {
    await using session = await Session.open(access, watchful);
    const waiting = await session.rows<{ id: string }>(
      "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for someone to free%'",
    );
    if (waiting.length === 0) return error;
    const wake = waiting.map(({ id }) => `KILL QUERY ${id};`).join(' ');
    return new KitError('database-full', 'read-model database: its commits wait for space on its disk', {
      cause: error,
      remedy: `make space there, then have it look again, nothing is lost: ${wake}`,
    });
  } catch {
    return error;
  }
}

/** InnoDB's own number, the one of statements that copy, and the system's ENOSPC in what the server says of a file. */
const isFull = ({ errno, message = '' }: { errno?: number; message?: string }): boolean =>
  errno === 1114 || errno === 1021 || /Errcode: 28\b|Got error 28\b/.test(message);

/** Another session held the row for longer than a lock is waited for. The server has undone the statement, not the transaction. */
export const isLockWait = (error: unknown): boolean => errnoOf(error) === 1205;

/** The server's number for what made a statement fail; undefined when it was nothing of the server's. */
export const errnoOf = (error: unknown): number | undefined =>
  error instanceof KitError ? (error.cause as { errno?: number } | undefined)?.errno : undefined;

/** The server would just end the connection, which looks like one that is worth waiting for. */
function tooLarge(bytes: number, limitBytes: number): KitError {
  const text = `read-model database: a row makes a statement of ${bytes} bytes, the server takes ${limitBytes}`;
  return new KitError('row-refused', text, { remedy: "raise max_allowed_packet on the read model's server" });
}

export function databaseError(
  error: unknown,
  what: string,
  called: SessionKind['called'] = 'read-model database',
): KitError {
  const { errno, sqlState, message } = error as { errno?: number; sqlState?: string; message?: string };
  const text = `${called}: ${what}: ${message ?? String(error)}`;
  if (
    errno !== undefined &&
    !waits.has(errno) &&
    (refusals.has(sqlState ?? '') || refusals.has(`${sqlState}:${errno}`))
  ) {
    return new KitError('row-refused', text, {
      cause: error,
      remedy: 'compare the declared columns with the source table',
    });
  }
  if (called !== 'source database' && isFull(error as Error)) {
    const remedy = 'make space on the disk of its server; then it goes on by itself';
    return new KitError('database-full', text, { cause: error, remedy });
  }
  const code = called === 'source database' ? 'source-unreachable' : 'database-unreachable';
  return new KitError(code, text, { cause: error });
}
