import { Schemas } from '@banyan/kit';
import { kafkaJsTransport, type Transport } from '@banyan/kit/transport';
import type { Stack } from '@banyan/stack';
import { problemOf } from '../errors.ts';
import { project } from '../project/project.ts';
import { pause } from '../starting.ts';
import { chunksOf, decoded, rangesOf } from '../tail/read.ts';
import { type CapturedTopics, capturedTopics } from '../tail/topics.ts';
import { needs } from '../target.ts';
import { RecentTransactions } from './recent-transactions.ts';
import type { TransactionsTold } from './told.ts';

/** So many messages of each topic are read from before now, so that there is something to see. */
const messagesBefore = 100n;
const mostShown = 12;
const toldEveryMs = 500;
const againAfterMs = 2000;

/** The last transactions, read from Kafka as long as somebody follows; what breaks is begun anew. */
export class TransactionFeed {
  readonly #stack: () => Stack;
  readonly #followers = new Set<(told: TransactionsTold) => void>();
  #told: TransactionsTold = { transactions: [], problem: null };
  #running = new AbortController();

  /** `stack` may throw what ends a command. */
  constructor(stack: () => Stack) {
    this.#stack = stack;
  }

  follow(tell: (told: TransactionsTold) => void): () => void {
    this.#followers.add(tell);
    if (this.#followers.size === 1) {
      this.#running = new AbortController();
      void this.#run(this.#running.signal);
    } else tell(this.#told);
    return () => {
      this.#followers.delete(tell);
      if (this.#followers.size === 0) this.#running.abort();
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const stack = this.#stack();
        await needs(stack.part('kafka'));
        await using transport = kafkaJsTransport({ brokers: [stack.kafka], clientId: 'banyan-status-page' });
        await this.#read(transport, new Schemas(stack.registryUrl), signal);
      } catch (error) {
        if (!signal.aborted) this.#tell({ ...this.#told, problem: problemOf('kafka', error).message });
      }
      await pause(againAfterMs, signal);
    }
  }

  async #read(transport: Transport, schemas: Schemas, signal: AbortSignal): Promise<void> {
    const topics: CapturedTopics = capturedTopics(await transport.topics(), project().prefix);
    const ranges = await rangesOf(transport, [topics.transactions, ...topics.tables.values()]);
    const recent = new RecentTransactions();
    const starts = ranges.map(({ low, high, ...range }) => {
      const before = high - messagesBefore;
      return { ...range, offset: before > low ? before : low };
    });
    const reader = await transport.read(starts);
    let [isNew, toldAtMs] = [true, Number.NEGATIVE_INFINITY];
    try {
      for await (const chunk of chunksOf(reader, signal)) {
        for (const { record } of chunk === null ? [] : await decoded(schemas, topics, chunk)) {
          if (record.kind === 'marker') recent.marker(record.marker);
          if (record.kind === 'change') recent.change(record.change);
        }
        isNew ||= chunk !== null;
        if (!isNew || performance.now() < toldAtMs + toldEveryMs) continue;
        this.#tell({ transactions: recent.newest(mostShown), problem: null });
        [isNew, toldAtMs] = [false, performance.now()];
      }
    } finally {
      await reader.close();
    }
  }

  #tell(told: TransactionsTold): void {
    this.#told = told;
    for (const tell of [...this.#followers]) tell(told);
  }
}
