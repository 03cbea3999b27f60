import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { atLeast, type Bridge } from './bridge.ts';
import { one } from './database.ts';
import { eventually } from './eventually.ts';
import { ServiceProcess } from './service-process.ts';

/** A process more on a busy machine takes its time to start. */
const limitMs = 120_000;

/** One of several read models beside one source: a database of its own, and the projector that fills it. */
export class ReadModel {
  readonly database: string;
  readonly #bridge: Bridge;
  readonly #environment: Readonly<Record<string, string>>;
  #service: ServiceProcess | null = null;

  private constructor(bridge: Bridge, projection: string, database: string) {
    this.#bridge = bridge;
    this.database = database;
    this.#environment = { ...bridge.environment, PROJECTION: projection, READ_DB_NAME: database, LEASE_MS: '1000' };
  }

  /** In a new database, with its projector started. */
  static async begin(
    bridge: Bridge,
    projection: string,
    database = `${bridge.name}_${projection}`,
  ): Promise<ReadModel> {
    await bridge.read.query('CREATE DATABASE ??', [database]);
    const model = new ReadModel(bridge, projection, database);
    await model.start();
    return model;
  }

  get service(): ServiceProcess {
    return this.#service!;
  }

  async start(): Promise<void> {
    this.#service = await ServiceProcess.start('project', this.#environment);
  }

  async position(): Promise<string | null> {
    const sql = 'SELECT position FROM ??.banyan_checkpoint';
    return (await one<{ position: string | null }>(this.#bridge.read, sql, [this.database])).position;
  }

  /** Waits until it is at least where the source is now. */
  async caughtUp(): Promise<void> {
    const target = await this.#bridge.sourcePosition();
    const isThere = async () => {
      const [position, { body }] = [await this.position(), await this.service.get('/ready')];
      if (!atLeast(position, target)) throw new Error(`it is at ${position}: ${JSON.stringify(body)}`);
      return body.state === 'streaming';
    };
    await eventually(`${this.database} reaches ${target}`, isThere, limitMs);
  }

  /** The last line that the role `prove` or `repair` logs: what it came to. */
  async run(verb: 'prove' | 'repair'): Promise<Readonly<Record<string, unknown>>> {
    const child = spawn(
      process.execPath,
      ['--disable-warning=TimeoutNegativeWarning', join(import.meta.dirname, 'service-main.ts'), verb],
      {
        env: { PATH: process.env.PATH, ...this.#environment },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [lines] = await Promise.all([text(child.stdout!), once(child, 'close')]);
    const last = lines.trim().split('\n').at(-1);
    if (!last) throw new Error(`${verb} of ${this.database} has said nothing`);
    return JSON.parse(last);
  }

  /** What /ready says once it has stopped. */
  stopped(): Promise<Readonly<Record<string, unknown>>> {
    return this.service.state('stopped', limitMs);
  }

  async end(): Promise<void> {
    await this.#service?.kill();
    await this.#bridge.read.query('DROP DATABASE IF EXISTS ??', [this.database]);
  }
}
