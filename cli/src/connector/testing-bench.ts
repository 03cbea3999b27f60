// What the tests of the connector share: a fake Connect, a Kafka in memory, and a clock that only waiting moves.
import { capture } from '@banyan/connectors';
import { KitError } from '@banyan/kit';
import type {
  HeldBack,
  LogReader,
  NewTopic,
  OpenTransaction,
  PartitionRange,
  Start,
  TransactionLogs,
  Transport,
} from '@banyan/kit/transport';
import { ConnectClient, secretRef } from 'debezium-connect-client';
import { type FakeConnect, type FakePlugin, fakeConnect } from 'debezium-connect-client/testing';
import { type Allowed, type Applied, applyConnector, type Deployment, planFor } from './apply.ts';
import { Patience } from './patience.ts';
import type { Plan, Reader } from './plan.ts';
import type { TableScan } from './scans.ts';

export const streamingOffset = { file: 'binlog.000002', pos: 4711, gtids: '0-1-7', server_id: 1 };

export interface BenchOptions {
  readonly plugin?: FakePlugin;
  readonly readers?: readonly Reader[];
  readonly withheld?: readonly string[];
  readonly host?: string;
  readonly waitS?: number;
}

/** The topics of a Kafka; `awayFor` calls fail first. */
export class FakeKafka implements Transport {
  readonly made: NewTopic[] = [];
  readonly history: string[] = [];
  /** What was published, by topic. */
  readonly published = new Map<string, Uint8Array[]>();
  awayFor = 0;
  /** Called before something is made or published. */
  before: (what: string) => void = () => {};
  /** The last record of the history is there, and is not sent. */
  isSilent = false;

  /** Somebody removes it. */
  lose(topic: string): void {
    this.made.splice(
      this.made.findIndex((one) => one.topic === topic),
      1,
    );
  }

  async topics(): Promise<readonly string[]> {
    if (this.awayFor-- > 0) throw new KitError('kafka-unreachable', 'Kafka at kafka:9092: Connection error');
    const there = this.made.map(({ topic }) => topic);
    return this.history.length > 0 ? [...there, 'bank.schema-history'] : there;
  }

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    this.before('make topics');
    const missing = topics.filter(({ topic }) => !this.made.some((one) => one.topic === topic));
    this.made.push(...missing);
    return missing.map(({ topic }) => topic);
  }

  async describe(topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionRange[]>> {
    return new Map(
      topics.map((topic) => {
        const silent = this.isSilent && topic === 'bank.schema-history' ? 1 : 0;
        return [topic, [{ partition: 0, low: 0n, high: BigInt(this.#valuesOf(topic).length + silent) }]];
      }),
    );
  }

  async read([start]: readonly Start[]): Promise<LogReader> {
    const { topic, offset: from } = start!;
    const messages = this.#valuesOf(topic)
      .map((value, index) => ({ offset: BigInt(index), timestampMs: 0, key: null, value }))
      .filter(({ offset }) => offset >= from);
    const chunk = { topic, partition: 0, messages, nextOffset: BigInt(this.#valuesOf(topic).length) };
    const chunks = [[chunk]];
    return { next: async () => chunks.pop() ?? [], setPaused: () => {}, close: async () => {} };
  }

  #valuesOf(topic: string): readonly Uint8Array[] {
    return topic === 'bank.schema-history'
      ? this.history.map((text) => Buffer.from(text))
      : (this.published.get(topic) ?? []);
  }

  async publish(topic: string, values: readonly Uint8Array[]): Promise<void> {
    this.before(`publish to ${topic}`);
    this.published.set(topic, [...(this.published.get(topic) ?? []), ...values]);
  }
  async close(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The transactions of a Kafka: those that are open, and of whom the coordinators know. */
export class FakeTransactions implements TransactionLogs {
  readonly transactions: OpenTransaction[] = [];
  readonly known = new Set<OpenTransaction>();
  readonly aborted: OpenTransaction[] = [];
  hides = false;

  async heldBack(isMeant: (topic: string) => boolean): Promise<readonly HeldBack[]> {
    return this.transactions
      .filter(({ topic }) => isMeant(topic))
      .map(({ topic, partition, startOffset }) => ({ topic, partition, stable: startOffset }));
  }

  async mayHide(): Promise<boolean> {
    return this.hides;
  }

  async open(partitions: readonly { readonly topic: string }[]): Promise<readonly OpenTransaction[]> {
    return this.transactions.filter(({ topic }) => partitions.some((one) => one.topic === topic));
  }

  async coordinated() {
    return { transactions: this.hides ? [] : [...this.known], leaders: '0:1:0' };
  }

  async abort(transaction: OpenTransaction): Promise<void> {
    this.transactions.splice(this.transactions.indexOf(transaction), 1);
    this.aborted.push(transaction);
  }

  async close(): Promise<void> {}
}

export class Bench {
  readonly fake: FakeConnect;
  readonly kafka = new FakeKafka();
  readonly transactions = new FakeTransactions();
  /** What the connector has told of tables. */
  readonly scans: TableScan[] = [];
  readonly lock = { isHeld: true, release: async () => {} };
  readonly said: string[] = [];
  nowMs = 0;
  /** Called when something has waited: what happens meanwhile. */
  meanwhile: (nowMs: number) => unknown = () => {};
  /** Called before a request is sent. */
  before: (request: string) => void = () => {};
  readonly #options: BenchOptions;

  constructor(fake: FakeConnect, options: BenchOptions) {
    this.fake = fake;
    this.#options = options;
  }

  static async open({ plugin, ...options }: BenchOptions = {}): Promise<Bench> {
    const offsetsAtStart = () => [{ partition: { server: 'bank' }, offset: streamingOffset }];
    return new Bench(await fakeConnect({ plugin: { offsetsAtStart, ...plugin } }), options);
  }

  /** With other options: another run, perhaps of another version of the declarations. */
  with(options: BenchOptions): Bench {
    const other = new Bench(this.fake, { ...this.#options, ...options });
    Object.assign(other, {
      kafka: this.kafka,
      transactions: this.transactions,
      said: this.said,
      scans: this.scans,
      lock: this.lock,
    });
    return other;
  }

  /** A client whose requests nobody counts or stops. */
  get real(): ConnectClient {
    return new ConnectClient({ url: this.fake.url });
  }

  plan(): Promise<Plan> {
    return planFor(this.deployment(), this.#patience());
  }

  apply(allowed: Allowed = { dangerous: false }): Promise<Applied> {
    return applyConnector(this.deployment(), this.#patience(), allowed);
  }

  /** The requests that change something, since the last call. */
  changes(): string[] {
    const all = this.fake.requests.slice(this.#seen);
    this.#seen = this.fake.requests.length;
    return all.filter((request) => !request.startsWith('GET') && !request.includes('/validate'));
  }
  #seen = 0;

  deployment(url = this.fake.url): Deployment {
    const { readers = [{ name: 'accounts', tables: ['bank.accounts', 'bank.cards'] }] } = this.#options;
    const sent: typeof fetch = (address, init) => {
      this.before(`${init?.method} ${new URL(String(address)).pathname}`);
      return fetch(address, init);
    };
    const ports = { now: () => this.nowMs, sleep: (ms: number) => this.#wait(ms), fetch: sent };
    const wanted = capture({
      prefix: 'bank',
      database: {
        host: this.#options.host ?? 'source-db',
        port: 3306,
        user: 'capture',
        password: secretRef('directory', '/run/secrets', 'password'),
      },
      tables: [...new Set(readers.flatMap(({ tables }) => tables))].sort(),
      withheld: this.#options.withheld ?? ['bank.cards.pan'],
      kafka: ['kafka:9092'],
      registryUrl: 'http://registry:8080/apis/registry/v2',
      serverId: 5400,
    });
    return {
      connect: new ConnectClient({ url, timeoutMs: 2000, retry: { attempts: 1 }, ports }),
      transport: this.kafka,
      transactions: this.transactions,
      capture: wanted,
      readers,
      scans: async (from) => this.scans.filter(({ offset }) => offset >= from),
      rows: async () => new Map(Object.entries({ 'bank.loans': 1200 })),
      lock: async () => {
        await this.kafka.createTopics(wanted.topics.filter(({ topic }) => topic === 'bank.histories'));
        return this.lock;
      },
      captureAnew: 'capture anew',
      proof: 'binlog-read',
      steadyMs: 5000,
    };
  }

  #patience(): Patience {
    return new Patience({
      waitMs: 1000 * (this.#options.waitS ?? 300),
      say: (text) => this.said.push(text),
      signal: new AbortController().signal,
      now: () => this.nowMs,
      sleep: (ms) => this.#wait(ms),
    });
  }

  async #wait(ms: number): Promise<void> {
    this.nowMs += ms;
    await this.meanwhile(this.nowMs);
  }
}

/** One record of the schema history. */
export const tableChange = (type: 'CREATE' | 'ALTER' | 'DROP', id: string, previousId?: string): string =>
  tableChanges({ type, id, previousId });

export const tableChanges = (...changes: object[]): string =>
  JSON.stringify({ databaseName: 'bank', ddl: '…', tableChanges: changes });
