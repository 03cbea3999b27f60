import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bridge } from '@banyan/e2e/src/bridge.ts';
import { open } from '@banyan/e2e/src/database.ts';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { type Child, cpuSeconds, peakBytes } from './child.ts';
import type { Run } from './harness.ts';
import type { Rig } from './rig.ts';
import { tableNames } from './table-names.ts';

const longestWaitMs = 600_000;
let made = 0;

/** A database of its own on the read model's server, for one run of one side. */
export class ReadSide {
  readonly name = `bench_run_${++made}`;
  readonly #rig: Rig;
  readonly #root: Connection;

  private constructor(rig: Rig, root: Connection) {
    this.#rig = rig;
    this.#root = root;
  }

  static async open(rig: Rig): Promise<ReadSide> {
    const root = await open(await rig.stack.rootAccess('read-db'));
    const side = new ReadSide(rig, root);
    await root.query('CREATE DATABASE ??', [side.name]);
    await root.query('USE ??', [side.name]);
    return side;
  }

  async query(sql: string, stream?: () => NodeJS.ReadableStream): Promise<RowDataPacket[]> {
    const [rows] = await this.#root.query<RowDataPacket[]>({
      sql,
      ...(stream && { infileStreamFactory: stream as never }),
    });
    return rows;
  }

  /** The kit's own projector on this database, in a process of its own, on the Kafka client that KAFKA_CLIENT names. */
  project(bridge: Bridge, tables = 1): Child {
    return this.#service(bridge, 'project', tables);
  }

  /** The kit's own query API on this database. */
  serve(bridge: Bridge): Child {
    return this.#service(bridge, 'serve', 1);
  }

  #service({ environment }: Bridge, role: string, tables: number): Child {
    const { KAFKA_CLIENT = '' } = process.env;
    const own = { ...environment, READ_DB_NAME: this.name, KAFKA_CLIENT, BENCH_TABLES: String(tables) };
    return this.#rig.children.start('lines-service.ts', [role], own);
  }

  /**
   * Rows a second from the first that can be read to the last: starting up is not counted, nor is what it had done by then.
   * Both sides write rows in the order of their ids, a batch a commit.
   */
  async filled(pid: number, rows: number): Promise<Run> {
    const pids = [pid, this.#serverPid()];
    const used = () => pids.reduce((sum, one) => sum + cpuSeconds(one), 0);
    const first = await this.reaches(1);
    const [begin, before] = [performance.now(), used()];
    await this.reaches(rows);
    const seconds = (performance.now() - begin) / 1000;
    const counted = rows - first;
    if (counted < rows / 2) throw new Error(`${first} of ${rows} rows came at once: give it more --rows`);
    return { values: [counted / seconds], cpu: ((used() - before) * 1e6) / counted };
  }

  /** Rows a second as `filled`, of all tables together, and the most memory that the process had, bytes. */
  async filledWhole(pid: number, rows: number, tables: number): Promise<Run> {
    const there = `SELECT ${tableNames(tables)
      .map((table) => `COALESCE((SELECT MAX(id) FROM ${table}), 0)`)
      .join(' + ')} AS rows_there`;
    await this.reaches(1);
    const [first] = await this.query(there);
    const begin = performance.now();
    await this.hasPosition();
    const seconds = (performance.now() - begin) / 1000;
    return { values: [(rows - Number(first!.rows_there)) / seconds, peakBytes(pid)] };
  }

  /** Waits until a row of at least this id can be read; gives the highest. */
  async reaches(goal: number): Promise<number> {
    for (const until = Date.now() + longestWaitMs; Date.now() < until; await delay(20)) {
      // Before the first commit there is no table.
      const [found] = await this.query('SELECT COALESCE(MAX(id), 0) AS id FROM ledger_lines').catch(() => []);
      const id = Number(found?.id ?? 0);
      if (id >= goal) return id;
    }
    throw new Error(`${this.name} has not got to row ${goal} in ${longestWaitMs / 1000} s`);
  }

  /** Waits until the read model says what it is true for: from then on it answers. */
  async hasPosition(): Promise<void> {
    for (const until = Date.now() + longestWaitMs; Date.now() < until; await delay(50)) {
      const [found] = await this.query('SELECT position FROM banyan_checkpoint').catch(() => []);
      if (found?.position) return;
    }
    throw new Error(`${this.name} has no position`);
  }

  #serverPid(): number {
    return (JSON.parse(readFileSync(join(this.#rig.folder, 'run/read-db.json'), 'utf8')) as { pid: number }).pid;
  }

  async close(): Promise<void> {
    await this.#root.query('DROP DATABASE ??', [this.name]);
    await this.#root.end();
  }
}
