import type { DatabaseAccess } from '@banyan/kit';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';

/** One connection to the monolith's server, for one question. It needs an account, and no rights. */
export class SourceDatabase {
  readonly #access: Omit<DatabaseAccess, 'database'>;
  readonly #withinMs: number;
  #connection: Promise<Connection> | null = null;

  constructor(access: Omit<DatabaseAccess, 'database'>, withinMs = 1000) {
    this.#access = access;
    this.#withinMs = withinMs;
  }

  /** The GTIDs of the newest transactions in its log, as it writes them. A connection that failed is opened anew by the next question. */
  async position(): Promise<string> {
    this.#connection ??= this.#open();
    const opening = this.#connection;
    try {
      const connection = await opening;
      const asked = { sql: 'SELECT @@gtid_binlog_pos AS position', timeout: this.#withinMs };
      const [rows] = await connection.query<RowDataPacket[]>(asked);
      return String(rows[0]!.position);
    } catch (error) {
      this.#connection = null;
      void opening.then((connection) => connection.destroy()).catch(() => {});
      throw error;
    }
  }

  async #open(): Promise<Connection> {
    const connection = await mysql.createConnection({ ...this.#access, connectTimeout: this.#withinMs });
    // Lost while nobody asks: without a listener that would end the process.
    connection.on('error', () => {
      this.#connection = null;
    });
    return connection;
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => null);
    connection?.destroy();
    this.#connection = null;
  }
}
