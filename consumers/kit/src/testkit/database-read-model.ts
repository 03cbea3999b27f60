import { BulkLoad, checkQueries, type ReadStore, SessionStore } from '../apply/index.ts';
import type { Row } from '../change-event/index.ts';
import { type Projection, type ReadTable, readTablesOf } from '../projection/index.ts';
import {
  type CheckpointColumns,
  ensureTables,
  fromColumns,
  isLockWait,
  Lease,
  type Session,
  type StoredCheckpoint,
} from '../read-store/index.ts';
import { databaseError } from '../read-store/session.ts';
import { quoted } from '../read-store/tables.ts';
import { textOf } from './column-values.ts';
import { ReadDatabase } from './read-database.ts';
import type { Held, ReadModel } from './read-model.ts';

const checkpointColumns = 'position, filling_position, committed_at_ms, partitions';

/** The read model in a database of its own on the read models' server, as in production. */
export class DatabaseReadModel implements ReadModel {
  readonly locksRows = true;
  readonly #projection: Projection;
  readonly #database: ReadDatabase;
  /** With the server's number of each connection. */
  readonly #sessions = new Map<Session, string>();
  readonly #bulk: BulkLoad;
  #owners = 0;

  private constructor(projection: Projection, database: ReadDatabase, bulk: BulkLoad) {
    this.#projection = projection;
    this.#bulk = bulk;
    this.#database = database;
  }

  /** Throws KitError `declaration` for what cannot be right, as the projector does. */
  static async open(projection: Projection, bulk = new BulkLoad()): Promise<DatabaseReadModel> {
    const database = await ReadDatabase.open();
    await database.admin.query("SET SESSION innodb_lock_wait_timeout = 1, sql_mode = ''");
    const model = new DatabaseReadModel(projection, database, bulk);
    await using session = await database.session();
    await ensureTables(session, projection);
    await checkQueries(session, projection);
    return model;
  }

  async reset(): Promise<void> {
    await this.#closeSessions();
    for (const { name } of readTablesOf(this.#projection))
      await this.#database.admin.query(`DELETE FROM ${quoted(name)}`);
    await this.#database.admin.query(
      "UPDATE banyan_checkpoint SET position = NULL, filling_position = NULL, committed_at_ms = NULL, partitions = '{}'",
    );
  }

  async takeOver(): Promise<Held | null> {
    try {
      await this.#database.admin.query("UPDATE banyan_checkpoint SET lease_until = '1970-01-01'");
    } catch (error) {
      if (isLockWait(databaseError(error, 'a take-over'))) return null;
      throw error;
    }
    const session = await this.#database.session();
    const [row] = await session.rows<{ id: string }>('SELECT CONNECTION_ID() AS id');
    this.#sessions.set(session, row!.id);
    const { name } = this.#projection;
    const lease = await Lease.take(session, name, `schedule-${++this.#owners}`, 60_000);
    if (!lease) throw new Error(`the lease of ${name} is taken`);
    return { store: new SessionStore(session, this.#bulk), lease };
  }

  async kill(store: ReadStore): Promise<void> {
    const { session } = store;
    const id = session && this.#sessions.get(session);
    if (!session || id === undefined) return;
    this.#sessions.delete(session);
    await this.#database.admin.query(`KILL CONNECTION ${id}`);
    await session[Symbol.asyncDispose]();
    // Until its locks are gone.
    const busy = 'SELECT 1 FROM information_schema.processlist WHERE id = ?';
    while ((await this.#database.rows(busy, [id])).length > 0);
  }

  async checkpoint(): Promise<StoredCheckpoint> {
    const [row] = await this.#database.rows<CheckpointColumns>(`SELECT ${checkpointColumns} FROM banyan_checkpoint`);
    return fromColumns(row!);
  }

  rows({ name, columns }: ReadTable): Promise<Row[]> {
    const list = columns.map((column) => `${quoted(column.name)} AS ${quoted(column.from)}`).join(', ');
    return this.#database.rows<Row>(`SELECT ${list} FROM ${quoted(name)}`);
  }

  async unlikeQueries(): Promise<string[]> {
    const unlike: string[] = [];
    for (const { name, columns, select } of this.#projection.queries) {
      const list = columns.map((column) => quoted(column.name)).join(', ');
      const rowsOf = async (from: string) => {
        const rows = await this.#database.rows<Row>(`SELECT ${list} FROM ${from}`);
        return rows.map((row) => JSON.stringify(columns.map((column) => textOf(column, row[column.name]!)))).sort();
      };
      const [computed, kept] = [await rowsOf(`(${select}) q`), await rowsOf(quoted(name))];
      if (String(computed) !== String(kept)) unlike.push(`${name} has ${kept}; its SELECT gives ${computed}`);
    }
    return unlike;
  }

  async #closeSessions(): Promise<void> {
    for (const session of this.#sessions.keys()) await session[Symbol.asyncDispose]();
    this.#sessions.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closeSessions();
    await this.#database[Symbol.asyncDispose]();
  }
}
