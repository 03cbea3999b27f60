import { describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { KafkaJsReader } from './kafkajs-reader.ts';

/** A consumer as kafkajs makes it, whose events the test sends. */
class FakeConsumer {
  readonly calls: string[] = [];
  readonly events = { CRASH: 'crash', GROUP_JOIN: 'join', END_BATCH_PROCESS: 'end' };
  assignment: Record<string, number[]> = { t: [0, 1] };
  ran: object | null = null;
  crashAtRun: Error | null = null;
  crashAtConnect: Error | null = null;
  #listeners = new Map<string, (event: { payload: unknown }) => void>();
  #eachBatch: ((payload: { batch: unknown }) => Promise<void>) | null = null;

  on(event: string, listener: (event: { payload: unknown }) => void): void {
    this.#listeners.set(event, listener);
  }
  emit(event: string, payload: unknown): void {
    this.#listeners.get(event)?.({ payload });
  }
  async connect(): Promise<void> {
    if (this.crashAtConnect) throw this.crashAtConnect;
  }
  async subscribe(): Promise<void> {}
  async run(options: { eachBatch: (payload: { batch: unknown }) => Promise<void> }): Promise<void> {
    this.ran = options;
    this.#eachBatch = options.eachBatch;
    if (this.crashAtRun) this.emit('crash', { error: this.crashAtRun });
    else this.join();
  }
  join(): void {
    this.emit('join', { memberAssignment: this.assignment });
  }
  seek({ topic, partition, offset }: { topic: string; partition: number; offset: string }): void {
    if (this.crashAtRun) throw new Error('Consumer group was not initialized');
    this.calls.push(`seek ${topic}/${partition} ${offset}`);
  }
  pause(): void {
    this.calls.push('pause');
  }
  resume(): void {
    this.calls.push('resume');
  }
  async disconnect(): Promise<void> {
    this.calls.push('disconnect');
    throw new Error('it was not even connected');
  }
  /** A batch of messages at the offsets, fetched from `fetchedOffset`, with `markers` behind. */
  async batch(partition: number, fetchedOffset: number, offsets: number[], last = offsets.at(-1)!): Promise<void> {
    await this.#eachBatch!({
      batch: {
        topic: 't',
        partition,
        fetchedOffset: String(fetchedOffset),
        messages: offsets.map((offset) => ({
          offset: String(offset),
          timestamp: '5',
          key: null,
          value: Buffer.alloc(0),
        })),
        lastOffset: () => String(last),
      },
    });
    this.end(partition, offsets[0]!, last);
  }
  end(partition: number, firstOffset: number | null, lastOffset: number): void {
    const first = firstOffset === null ? null : String(firstOffset);
    this.emit('end', { topic: 't', partition, firstOffset: first, lastOffset: String(lastOffset) });
  }
}

const starts = [
  { topic: 't', partition: 0, offset: 3n },
  { topic: 't', partition: 1, offset: 0n },
];

async function opened(consumer = new FakeConsumer()) {
  const kafka = { consumer: () => consumer } as unknown as Kafka;
  return { consumer, reader: await KafkaJsReader.open(kafka, starts, 'banyan-accounts') };
}

describe('KafkaJsReader', () => {
  it('asks kafkajs to make no topic, to retry nothing and to commit nothing', async () => {
    const asked: unknown[] = [];
    const consumer = new FakeConsumer();
    const kafka = {
      consumer: (options: unknown) => {
        asked.push(options);
        return consumer;
      },
    } as unknown as Kafka;
    await KafkaJsReader.open(kafka, starts, 'banyan-accounts');
    expect(asked).toEqual([expect.objectContaining({ allowAutoTopicCreation: false })]);
    const groupId = expect.stringMatching(/^banyan-accounts\.reader-[0-9a-f-]{36}$/);
    expect(asked).toEqual([expect.objectContaining({ groupId })]);
    expect(asked).toEqual([expect.objectContaining({ retry: expect.objectContaining({ retries: 0 }) })]);
    expect(consumer.ran).toMatchObject({ autoCommit: false });
  });

  it('seeks to every start and hands out batches with the position after them', async () => {
    const { consumer, reader } = await opened();
    expect(consumer.calls).toEqual(['seek t/0 3', 'seek t/1 0']);
    await consumer.batch(0, 3, [3, 4], 5);
    expect(await reader.next(0)).toMatchObject([
      { partition: 0, messages: [{ offset: 3n }, { offset: 4n }], nextOffset: 6n },
    ]);
    expect(await reader.next(0)).toEqual([]);
    consumer.end(0, 6, 8); // markers alone
    expect(await reader.next(0)).toEqual([{ topic: 't', partition: 0, messages: [], nextOffset: 9n }]);
  });

  it('wakes a waiting next when something arrives', async () => {
    const { consumer, reader } = await opened();
    const waiting = reader.next(60_000);
    await consumer.batch(1, 0, [0]);
    expect(await waiting).toHaveLength(1);
  });

  it.each<[string, (consumer: FakeConsumer) => unknown, string]>([
    ['a batch from elsewhere', (consumer) => consumer.batch(0, 0, [0, 1]), 'position-lost'],
    ['a gap in front of markers', (consumer) => consumer.end(0, 4, 4), 'position-lost'],
    ['a second join', (consumer) => consumer.join(), 'kafka-unreachable'],
    ['a crash', (consumer) => consumer.emit('crash', { error: new Error('broken') }), 'kafka-unreachable'],
    [
      'a compression that kafkajs has no codec for',
      (consumer) =>
        consumer.emit('crash', { error: Object.assign(new Error('LZ4'), { name: 'KafkaJSNotImplemented' }) }),
      'compression-unknown',
    ],
  ])('%s breaks it, also while it waits, and for good', async (_, breaking, code) => {
    const { consumer, reader } = await opened();
    const waiting = reader.next(60_000).catch((error: unknown) => error);
    await breaking(consumer);
    expect(await waiting).toMatchObject({ code });
    await consumer.batch(1, 0, [0]);
    await expect(reader.next(0)).rejects.toMatchObject({ code });
  });

  it('tells what failed when it cannot join, not what failed after that, and disconnects', async () => {
    const consumer = new FakeConsumer();
    consumer.crashAtRun = new Error('not coordinator');
    await expect(opened(consumer)).rejects.toMatchObject({ code: 'kafka-unreachable', message: 'not coordinator' });
    expect(consumer.calls).toEqual(['disconnect']);
  });

  // What is behind it is lost in kafkajs: an ACL may be.
  it('says which groups it wants when it finds no coordinator', async () => {
    const consumer = new FakeConsumer();
    const name = 'KafkaJSGroupCoordinatorNotFound';
    consumer.crashAtRun = Object.assign(new Error('Failed to find group coordinator'), { name });
    await expect(opened(consumer)).rejects.toThrow('in no group that begins with banyan-accounts.reader-');
  });

  it('tells what failed when it cannot connect', async () => {
    const consumer = new FakeConsumer();
    consumer.crashAtConnect = new Error('refused');
    await expect(opened(consumer)).rejects.toThrow('refused');
  });

  it('refuses a start in a partition that the topic does not have', async () => {
    const consumer = new FakeConsumer();
    consumer.assignment = { t: [0] };
    await expect(opened(consumer)).rejects.toMatchObject({ code: 'topic-missing', message: 't has no partition 1' });
  });

  it('passes over what it was not asked for', async () => {
    const { consumer, reader } = await opened();
    await consumer.batch(2, 0, [0]);
    expect(await reader.next(0)).toEqual([]);
  });

  it('close is quiet about a consumer that cannot disconnect', async () => {
    const { reader } = await opened();
    await reader.close();
    await expect(reader.next(0)).rejects.toMatchObject({ code: 'kafka-unreachable' });
  });
});
