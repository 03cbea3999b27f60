import { connect, type Socket } from 'node:net';
import { type Connection, createConnection } from 'mysql2';
import { KitError } from '../errors.ts';
import { type DatabaseAccess, databaseError, exactOptions } from '../read-store/index.ts';
import type { Cell } from './column-json.ts';

export type Log = (entry: Readonly<Record<string, unknown>>) => void;

export interface ReadPoolOptions {
  readonly database: DatabaseAccess;
  /** Connections at most; they are opened when they are needed. */
  readonly size?: number;
  /** Reads that may wait for a connection; one more is refused at once. */
  readonly queueLimit?: number;
  /** A read that takes longer, all waiting counted, fails; default 2,000. */
  readonly deadlineMs?: number;
  readonly log: Log;
}

interface Job {
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly resolve: (rows: Cell[][]) => void;
  readonly reject: (error: KitError) => void;
  timer: NodeJS.Timeout;
  lane: Lane | null;
  isSettled: boolean;
}

interface Lane {
  readonly connection: Connection;
  readonly socket: Socket;
  job: Job | null;
  isReady: boolean;
  isGone: boolean;
}

/**
 * TIMESTAMP and the clock in UTC; one snapshot for each statement, and never an older one; nothing can be written; the server
 * gives up by itself what nobody waits for any more.
 */
const readerSettings = (deadlineMs: number) =>
  "SET SESSION time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', tx_isolation='REPEATABLE-READ', " +
  `autocommit=1, tx_read_only=1, max_statement_time=${deadlineMs / 1000}`;

/**
 * Connections for single SELECTs, each with a deadline that counts everything: the queue, connecting, the server's silence. The
 * driver's own pool waits for as long as a server that is stuck likes.
 */
export class ReadPool {
  readonly #options: Required<ReadPoolOptions>;
  readonly #lanes = new Set<Lane>();
  readonly #idle: Lane[] = [];
  readonly #queue: Job[] = [];
  #isClosed = false;
  #isFailing = false;

  constructor(options: ReadPoolOptions) {
    this.#options = { size: 8, queueLimit: 256, deadlineMs: 2000, ...options };
  }

  /**
   * Runs one prepared SELECT; rows are arrays of cells. Throws KitError `database-unreachable` when there is no answer in time, or
   * what the server says, with the driver's error as its cause.
   */
  read(sql: string, values: readonly unknown[]): Promise<Cell[][]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#expire(job), this.#options.deadlineMs);
      const job: Job = { sql, values, resolve, reject, timer, lane: null, isSettled: false };
      const lane = this.#idle.pop();
      if (this.#isClosed) this.#fail(job, unreachable('the pool is closed'));
      else if (lane) this.#run(lane, job);
      else if (this.#lanes.size < this.#options.size) this.#run(this.#open(), job);
      else if (this.#queue.length < this.#options.queueLimit) this.#queue.push(job);
      else this.#fail(job, unreachable(`${this.#options.queueLimit} reads are waiting already`));
    });
  }

  /** Says good-bye on idle connections and drops the others. */
  close(): void {
    this.#isClosed = true;
    for (const job of this.#queue.splice(0)) this.#fail(job, unreachable('the pool is closed'));
    for (const lane of this.#idle.splice(0)) {
      lane.socket.unref();
      lane.connection.end(() => this.#drop(lane));
    }
    for (const lane of this.#lanes) if (lane.job) this.#drop(lane);
  }

  #open(): Lane {
    const { database, deadlineMs } = this.#options;
    const socket = connect({ host: database.host, port: database.port, noDelay: true, keepAlive: true });
    const connection = createConnection({ ...exactOptions(database), jsonStrings: true, stream: socket });
    const lane: Lane = { connection, socket, job: null, isReady: false, isGone: false };
    this.#lanes.add(lane);
    connection.on('error', () => this.#drop(lane));
    socket.on('close', () => this.#drop(lane));
    connection.query(readerSettings(deadlineMs), (error) => {
      lane.isReady = error === null;
      if (error) this.#lose(lane, error);
    });
    return lane;
  }

  #run(lane: Lane, job: Job): void {
    lane.job = job;
    job.lane = lane;
    const { sql, values } = job;
    lane.connection.execute({ sql, values: [...values], rowsAsArray: true }, (error, rows) => {
      if (lane.isGone || lane.job !== job) return;
      const { errno = 0, fatal = false } = (error ?? {}) as { errno?: number; fatal?: boolean };
      if (error && (fatal || errno < 1000 || !lane.isReady)) return this.#lose(lane, error);
      lane.job = null;
      if (error) this.#fail(job, databaseError(error, 'cannot read'));
      else this.#succeed(job, rows as unknown as Cell[][]);
      this.#rest(lane);
    });
  }

  #rest(lane: Lane): void {
    const next = this.#queue.shift();
    if (next) this.#run(lane, next);
    else this.#idle.push(lane);
  }

  #expire(job: Job): void {
    const { host, port } = this.#options.database;
    const error = unreachable(`no answer from ${host}:${port} in ${this.#options.deadlineMs} ms`);
    const place = this.#queue.indexOf(job);
    if (place >= 0) this.#queue.splice(place, 1);
    if (job.lane) this.#lose(job.lane, error);
    else this.#fail(job, error);
  }

  /** The connection is of no use any more, and its read has failed with it. */
  #lose(lane: Lane, error: unknown): void {
    const { host, port, database } = this.#options.database;
    const failure =
      error instanceof KitError ? error : databaseError(error, `cannot read from ${host}:${port}/${database}`);
    if (!this.#isFailing) this.#options.log({ message: 'the read model cannot be read', reason: failure.message });
    this.#isFailing = true;
    if (lane.job) this.#fail(lane.job, failure);
    this.#drop(lane);
  }

  #drop(lane: Lane): void {
    if (lane.isGone) return;
    lane.isGone = true;
    lane.socket.destroy();
    this.#lanes.delete(lane);
    const place = this.#idle.indexOf(lane);
    if (place >= 0) this.#idle.splice(place, 1);
    if (lane.job) this.#fail(lane.job, unreachable('the connection is lost'));
    const next = this.#queue.shift();
    if (next) this.#run(this.#open(), next);
  }

  #succeed(job: Job, rows: Cell[][]): void {
    if (this.#isFailing) this.#options.log({ message: 'the read model can be read again' });
    this.#isFailing = false;
    this.#settle(job);
    job.resolve(rows);
  }

  #fail(job: Job, error: KitError): void {
    if (job.isSettled) return;
    this.#settle(job);
    job.reject(error);
  }

  #settle(job: Job): void {
    job.isSettled = true;
    clearTimeout(job.timer);
  }
}

const unreachable = (what: string) => new KitError('database-unreachable', `read-model database: ${what}`);
