import { randomUUID } from 'node:crypto';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import type { Projection } from '../projection/index.ts';
import { type DatabaseAccess, ensureTables, exactOptions, Lease, Session } from '../read-store/index.ts';
import { testStack } from './test-stack.ts';

/** A database of its own on the read models' server, or the source's, gone when it is closed. */
export class ReadDatabase {
  readonly access: DatabaseAccess;
  /** As root, for looking from outside; exact values as text. */
  readonly admin: Connection;
  readonly #sessions: Session[] = [];

  private constructor(access: DatabaseAccess, admin: Connection) {
    this.access = access;
    this.admin = admin;
  }

  static async open(server: 'read-db' | 'source-db' = 'read-db'): Promise<ReadDatabase> {
    const name = `kit_${randomUUID().slice(0, 8)}`;
    const root = await testStack().rootAccess(server);
    const admin = await mysql.createConnection(exactOptions({ ...root, database: '' }));
    await admin.query('CREATE DATABASE ?? CHARACTER SET utf8mb4', [name]);
    await admin.changeUser({ database: name });
    await admin.query("SET SESSION time_zone = '+00:00'");
    return new ReadDatabase({ ...root, database: name }, admin);
  }

  /** A projector's session, closed with the database at the latest. */
  async session(): Promise<Session> {
    const session = await Session.open(this.access);
    this.#sessions.push(session);
    return session;
  }

  /** The tables of a projection, made, and its lease, whoever had it. */
  async lease(session: Session, projection: Projection, owner = 'test'): Promise<Lease> {
    await ensureTables(session, projection);
    await this.admin.query("UPDATE banyan_checkpoint SET lease_until = '1970-01-01'");
    const lease = await Lease.take(session, projection.name, owner, 60_000);
    if (!lease) throw new Error(`the lease of ${projection.name} is taken`);
    return lease;
  }

  async rows<Row = Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const [rows] = await this.admin.query<RowDataPacket[]>(sql, [...values]);
    return rows as Row[];
  }

  /** Ends the server's side of a session, as a crash of the server or a lost network would. */
  async kill(session: Session): Promise<void> {
    const [row] = await session.rows<{ id: string }>('SELECT CONNECTION_ID() AS id');
    await this.admin.query(`KILL CONNECTION ${row!.id}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) await session[Symbol.asyncDispose]();
    await this.admin.query('DROP DATABASE IF EXISTS ??', [this.access.database]);
    await this.admin.end();
  }
}
