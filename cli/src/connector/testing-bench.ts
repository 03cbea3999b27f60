// What the tests of the connector share: a fake Connect, a Kafka in memory, and a clock that only waiting moves.
import { capture } from '@banyan/connectors';
import { KitError } from '@banyan/kit';
import type {
  HeldBack,
  LogReader,
  NewTopic,
  OpenTransaction,
  PartitionRange,
  TransactionLogs,
  Transport,
} from '@banyan/kit/transport';
import { ConnectClient, secretRef } from 'debezium-connect-client';
import { type FakeConnect, type FakePlugin, fakeConnect } from 'debezium-connect-client/testing';
import { type Applied, applyConnector, type Deployment, planFor } from './apply.ts';
import { Patience } from './patience.ts';
import type { Plan, Reader } from './plan.ts';

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
  awayFor = 0;
  /** The last record of the history is there, and is not sent. */
  isSilent = false;

  async topics(): Promise<readonly string[]> {
    if (this.awayFor-- > 0) throw new KitError('kafka-unreachable', 'Kafka at kafka:9092: Connection error');
    const there = this.made.map(({ topic }) => topic);
    return this.history.length > 0 ? [...there, 'bank.schema-history'] : there;
  }

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    this.made.push(...topics);
    return topics.map(({ topic }) => topic);
  }

  async describe(topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionRange[]>> {
    return new Map(
      topics.map((topic) => [
        topic,
        [{ partition: 0, low: 0n, high: BigInt(this.history.length + (this.isSilent ? 1 : 0)) }],
      ]),
    );
  }

  async read(): Promise<LogReader> {
    const topic = 'bank.schema-history';
    const messages = this.history.map((text, index) => ({
      offset: BigInt(index),
      timestampMs: 0,
      key: null,
      value: Buffer.from(text),
    }));
    const chunk = { topic, partition: 0, messages, nextOffset: BigInt(messages.length) };
    const chunks = [[chunk]];
    return { next: async () => chunks.pop() ?? [], setPaused: () => {}, close: async () => {} };
  }

  async publish(): Promise<void> {}
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
  readonly said: string[] = [];
  nowMs = 0;
  /** Called when something has waited: what happens meanwhile. */
  meanwhile: (nowMs: number) => void = () => {};
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
    Object.assign(other, { kafka: this.kafka, transactions: this.transactions, said: this.said });
    return other;
  }

  plan(): Promise<Plan> {
    return planFor(this.deployment(), this.#patience());
  }

  apply(allowed = { dangerous: false }): Promise<Applied> {
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
    return {
      connect: new ConnectClient({ url, timeoutMs: 2000, retry: { attempts: 1 }, ports }),
      transport: this.kafka,
      transactions: this.transactions,
      capture: capture({
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
      }),
      readers,
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
    this.meanwhile(this.nowMs);
  }
}

/** One record of the schema history. */
export const tableChange = (type: 'CREATE' | 'ALTER' | 'DROP', id: string, previousId?: string): string =>
  tableChanges({ type, id, previousId });

export const tableChanges = (...changes: object[]): string =>
  JSON.stringify({ databaseName: 'bank', ddl: '…', tableChanges: changes });
