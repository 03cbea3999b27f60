import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Connection } from 'mysql2/promise';
import { atLeast, type Bridge, openBridge, position } from './bridge.ts';
import { open, rows } from './database.ts';
import { eventually, within } from './eventually.ts';
import type { Fault } from './faults.ts';
import { FaultyRegistry } from './faulty-registry.ts';
import { withKafka } from './kafka.ts';
import { Link } from './link.ts';
import { proved } from './proved.ts';
import type { Random } from './random.ts';
import { ServiceProcess } from './service-process.ts';
import { capturedTables, SourceStory } from './source-story.ts';
import { WholeReader } from './whole-reader.ts';

/** Far longer than any step takes: one that hangs is named. */
const stepMs = 480_000;

export type LinkName = 'source' | 'read-db' | 'registry' | 'kafka';

/** A source that is written to all the time, two projectors and an API, each behind links of their own, and a reader. */
export class FaultRig {
  readonly bridge: Bridge;
  readonly links: Readonly<Record<LinkName, Link>>;
  readonly registry: FaultyRegistry;
  /** The two of them; one leads, one stands by. */
  readonly projectors: ServiceProcess[] = [];
  #api: ServiceProcess | null = null;
  #reader: WholeReader | null = null;
  #isWriting = false;
  #isPaused = false;
  #writing: Promise<void> = Promise.resolve();
  #nextBatch = 1;
  /** The fault that did not come to its end. */
  #failed: string | null = null;

  /** Within which it goes on by itself after the end of a fault. */
  readonly #recoveryMs: number;

  private constructor(bridge: Bridge, links: Record<LinkName, Link>, registry: FaultyRegistry, recoveryMs: number) {
    this.#recoveryMs = recoveryMs;
    this.bridge = bridge;
    this.links = links;
    this.registry = registry;
  }

  static async open(name: string, recoveryMs: number): Promise<FaultRig> {
    const bridge = await openBridge(name);
    const { ports, registryUrl } = bridge.stack;
    const registry = await FaultyRegistry.before(registryUrl);
    const links = {
      source: await Link.to(ports['source-db']),
      'read-db': await Link.to(ports['read-db']),
      registry: await Link.to(registry.port),
      kafka: await Link.to(ports.kafka),
    };
    const rig = new FaultRig(bridge, links, registry, recoveryMs);
    await new SourceStory(bridge.source).begin();
    await bridge.capture(capturedTables);
    await rig.#captureThroughLink();
    rig.#writing = rig.#writeOn();
    for (const index of [0, 1]) await rig.startProjector(index);
    rig.#api = await ServiceProcess.start('serve', rig.environment);
    await rig.recovers();
    rig.#reader = new WholeReader(bridge, () => true, 5);
    return rig;
  }

  get environment(): Readonly<Record<string, string>> {
    const { environment, stack } = this.bridge;
    return {
      ...environment,
      PROJECTION: 'orders',
      LEASE_MS: '2000',
      READ_DB_PORT: String(this.links['read-db'].port),
      SOURCE_DB_PORT: String(this.links.source.port),
      SCHEMA_REGISTRY_URL: `http://127.0.0.1:${this.links.registry.port}${new URL(stack.registryUrl).pathname}`,
      REDIRECT: `${stack.ports.kafka}:${this.links.kafka.port}`,
      NODE_OPTIONS: preloaded('redirect.ts'),
    };
  }

  /** Starts the projector, or that one in its place. */
  async startProjector(index: number, more: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    await this.projectors[index]?.kill();
    const projector = await ServiceProcess.start('project', { ...this.environment, ...more });
    this.projectors[index] = projector;
    return projector;
  }

  /** One fault under traffic, from its beginning to when all is as it was. */
  async round(fault: Fault, random: Random): Promise<void> {
    if (this.#failed) throw new Error(`${this.#failed} failed before, and what it has left is in the way`);
    this.#failed = fault.name;
    await delay(random.upTo(400));
    const end = await within(stepMs, `${fault.name}, its beginning,`, fault.inject(this, random));
    if (fault.code) await this.says(fault.code);
    await within(stepMs, `${fault.name}, its end,`, end());
    const endedAt = Date.now();
    await this.recovers();
    const tookMs = Date.now() - endedAt;
    const proof = await within(stepMs, `the proof after ${fault.name}`, this.#prove());
    console.info(`${fault.name}: on its way ${(tookMs / 1000).toFixed(1)} s after its end; ${proof.rows} rows proved`);
    expect(proof).toMatchObject({ differences: 0 });
    expect(this.#reader!.parts).toEqual([]);
    this.#failed = null;
  }

  /** Waits until one of the projectors says so. */
  says(code: string): Promise<string> {
    return eventually(`a projector says ${code}`, async () => {
      const all = await Promise.all(this.projectors.map(async (one) => (await one.get('/ready')).body));
      const found = all.find((body) => body.code === code);
      if (!found) throw new Error(JSON.stringify(all));
      return String(found.reason);
    });
  }

  /** What is committed from now on arrives, one projector leads and the other stands by, and the API answers. */
  async recovers(): Promise<void> {
    const until = Date.now() + this.#recoveryMs;
    const left = () => Math.max(1, until - Date.now());
    await this.#written(left());
    const target = await this.bridge.sourcePosition();
    await eventually(
      `the read model reaches ${target}`,
      async () => {
        if (atLeast(await position(this.bridge.read), target)) return true;
        await this.#restartFailed();
        return delay(1000, false);
      },
      left(),
    ).catch((error: Error) => this.#standing(error));
    const ready = async (one: ServiceProcess) => (await one.get('/ready')).body;
    await eventually(
      'one leads and one stands by',
      async () => {
        const states = await Promise.all(this.projectors.map(ready));
        if (
          states
            .map(({ state }) => state)
            .sort()
            .join() === 'standby,streaming'
        )
          return true;
        throw new Error(JSON.stringify(states));
      },
      left(),
    );
    await eventually('the API is ready', async () => (await ready(this.#api!)).ready, left());
  }

  async close(): Promise<void> {
    this.#isWriting = false;
    await this.#writing.catch(() => {});
    await this.#reader?.stop();
    for (const service of [...this.projectors, this.#api]) await service?.kill();
    await this.bridge.close();
    for (const link of Object.values(this.links)) await link.close();
    await this.registry.close();
  }

  /** While nothing is written: how long a connector takes that has fallen behind is no matter here. */
  async #prove(): ReturnType<typeof proved> {
    this.#isPaused = true;
    try {
      await delay(200);
      await this.bridge.caughtUp(120_000).catch((error: Error) => this.#standing(error));
      return await proved(this.bridge, 'orders');
    } finally {
      this.#isPaused = false;
    }
  }

  /** Throws the error with what each says of itself, for who has to find out why it went no further. */
  async #standing(error: Error): Promise<never> {
    const { connect, name, read } = this.bridge;
    const ready = await Promise.all(this.projectors.map(async (one) => (await one.get('/ready')).body));
    const stored = await rows(read, 'SELECT position, partitions FROM banyan_checkpoint');
    const topics = ['transaction', ...capturedTables.map((table) => `${name}.${table}`)];
    const ends = await withKafka(this.bridge, async (kafka) => {
      const admin = kafka.admin();
      await admin.connect();
      const both = topics.map(async (topic) => {
        const [stable] = await admin.fetchTopicOffsets(`${name}.${topic}`);
        return `${topic} stable ${stable!.high}, end ${await this.bridge.topicEnd(`${name}.${topic}`)}`;
      });
      return Promise.all(both).finally(() => admin.disconnect());
    });
    const logs = this.projectors.map(({ log }) => log.slice(-5));
    const readers = await rows(
      this.bridge.source,
      "SELECT ID, USER, HOST, COMMAND, TIME, STATE FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog%'",
    );
    const said = this.bridge.stack.part('connect').logTail(400).split('\n');
    const worker = said
      .filter((line) => !line.includes('RestServer'))
      .slice(-60)
      .join('\n');
    const [connector, offsets] = await Promise.all([connect.status(name), connect.offsets(name)]);
    throw new Error(
      `${error.message}; ${JSON.stringify({ ready, stored, ends, connector, offsets, readers, logs })}\n${worker}`,
    );
  }

  /** A FAILED task is what `banyan status` names, and Connect never restarts by itself. */
  async #restartFailed(): Promise<void> {
    const { connect, name } = this.bridge;
    const { tasks } = await connect.status(name);
    if (tasks.every(({ state }) => state !== 'FAILED')) return;
    console.info('the task was FAILED and is restarted');
    await connect.restart(name, { includeTasks: true, onlyFailed: true });
  }

  /** At least one more transaction is committed. */
  async #written(limitMs: number): Promise<void> {
    const from = this.#nextBatch + 1; // The one that is under way may have begun before.
    await eventually('the source commits', () => this.#nextBatch > from, limitMs);
  }

  /** Orders with their lines, of which some change and some go: whole transactions of one to forty rows. */
  async #writeOn(): Promise<void> {
    this.#isWriting = true;
    let connection: Connection | null = null;
    while (this.#isWriting) {
      if (this.#isPaused) {
        await delay(50);
        continue;
      }
      try {
        connection ??= await open({ ...(await this.bridge.stack.rootAccess('source-db')), database: this.bridge.name });
        await connection.query(transaction(this.#nextBatch));
        this.#nextBatch++;
        await delay(50);
      } catch {
        connection?.destroy();
        connection = null;
        this.#nextBatch++; // Whether it is committed nobody knows.
        await delay(200);
      }
    }
    await connection?.end();
  }

  async #captureThroughLink(): Promise<void> {
    const { connect, name } = this.bridge;
    await connect.putConnector(name, {
      ...(await connect.config(name)),
      'database.port': String(this.links.source.port),
    });
    await connect.waitUntilStreaming(name, { timeoutMs: 60_000, pollMs: 100 });
  }
}

/** Ids of a batch are its own: 100 from its number on, above those of SourceStory's large ones. */
function transaction(batch: number): string {
  const first = 1_000_000_000 + batch * 100;
  const ids = `seq_${first}_to_${first + (batch % 20)}`;
  const gone = `id BETWEEN ${first - 3000} AND ${first - 2901} AND id % 3 = 0`;
  return `START TRANSACTION;
    INSERT INTO orders (id, batch, customer) SELECT seq, ${batch}, CONCAT('customer ', seq) FROM ${ids};
    UPDATE orders SET customer = CONCAT('changed in ', ${batch}) WHERE id = ${first - 100};
    INSERT INTO order_lines SELECT seq, ${batch}, seq, 1 FROM ${ids};
    DELETE FROM orders WHERE ${gone};
    DELETE FROM order_lines WHERE ${gone};
    COMMIT`;
}

/** Options of Node that load a file of this folder before the program. */
export const preloaded = (...files: readonly string[]): string =>
  files.map((file) => `--import=${join(import.meta.dirname, file)}`).join(' ');
