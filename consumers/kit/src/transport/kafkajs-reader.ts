import { randomUUID } from 'node:crypto';
import type { Batch, Consumer, Kafka } from 'kafkajs';
import { KitError } from '../errors.ts';
import { ChunkQueue } from './chunk-queue.ts';
import type { Chunk, LogReader, Message, Start } from './transport.ts';

/** A batch as kafkajs hands it over; `fetchedOffset` is not in its types. */
type FetchedBatch = Batch & { readonly fetchedOffset: string };

/** What END_BATCH_PROCESS tells of a batch; `firstOffset` counts markers too. */
interface PassedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: string | null;
  readonly lastOffset: string;
}

/** What the groups of a client's readers begin with; no other client's begin so, as a name has no dot. */
export const readerGroups = (clientId: string): string => `${clientId}.reader-`;

/**
 * One pass over some partitions. kafkajs has no assignment without a group, so each reader is the only member of a group of
 * its own that never commits; when that membership changes or a position jumps, the reader is broken and says so.
 */
export class KafkaJsReader implements LogReader {
  readonly #consumer: Consumer;
  readonly #positions = new Map<string, bigint>();
  readonly #queue: ChunkQueue;
  #joins = 0;

  private constructor(consumer: Consumer, starts: readonly Start[]) {
    this.#consumer = consumer;
    this.#queue = new ChunkQueue(consumer);
    for (const start of starts) this.#positions.set(name(start.topic, start.partition), start.offset);
  }

  /** The group's name begins with the client's, so that a client may be let into its own groups alone. */
  static async open(kafka: Kafka, starts: readonly Start[], clientId: string): Promise<KafkaJsReader> {
    const groups = readerGroups(clientId);
    const consumer = kafka.consumer({
      groupId: `${groups}${randomUUID()}`,
      maxWaitTimeInMs: 100,
      maxBytesPerPartition: 1_048_576,
      // Of all partitions together, and compressed: the default of 10 MiB is a hundred when it is decompressed.
      maxBytes: 2_097_152,
      // A topic that is gone must not come back by being asked for.
      allowAutoTopicCreation: false,
      retry: { retries: 0, restartOnFailure: async () => false },
    });
    const reader = new KafkaJsReader(consumer, starts);
    try {
      await reader.#run(starts, groups);
      return reader;
    } catch (error) {
      await consumer.disconnect().catch(() => {});
      throw error;
    }
  }

  async #run(starts: readonly Start[], groups: string): Promise<void> {
    const consumer = this.#consumer;
    const { CRASH, GROUP_JOIN, END_BATCH_PROCESS } = consumer.events;
    consumer.on(CRASH, ({ payload }) => this.#queue.fail(crashed(payload.error, groups)));
    consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      // A second join starts from committed offsets, of which there are none.
      if (++this.#joins > 1) this.#queue.fail(new KitError('kafka-unreachable', 'kafkajs joined its group again'));
      const unread = starts.find(({ topic, partition }) => !memberAssignment[topic]?.includes(partition));
      if (unread)
        this.#queue.fail(new KitError('topic-missing', `${unread.topic} has no partition ${unread.partition}`));
    });
    consumer.on(END_BATCH_PROCESS, ({ payload }) => this.#passed(payload as unknown as PassedBatch));
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set(starts.map(({ topic }) => topic))], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      partitionsConsumedConcurrently: 4,
      eachBatch: async ({ batch }) => this.#take(batch as FetchedBatch),
    });
    // `run` returns also when it could not join; what was thrown is in CRASH alone.
    if (this.#queue.failure) throw this.#queue.failure;
    for (const { topic, partition, offset } of starts) consumer.seek({ topic, partition, offset: String(offset) });
  }

  #take(batch: FetchedBatch): void {
    const position = this.#positions.get(name(batch.topic, batch.partition));
    if (position === undefined) return;
    if (BigInt(batch.fetchedOffset) !== position) {
      this.#lost(batch, position, batch.fetchedOffset);
      return;
    }
    const messages = batch.messages.map(
      (message): Message => ({
        offset: BigInt(message.offset),
        timestampMs: Number(message.timestamp),
        key: message.key,
        value: message.value,
      }),
    );
    this.#add({
      topic: batch.topic,
      partition: batch.partition,
      messages,
      nextOffset: BigInt(batch.lastOffset()) + 1n,
    });
  }

  /** For a batch of Kafka's own markers kafkajs calls no handler; this event is all there is of it. */
  #passed({ topic, partition, firstOffset, lastOffset }: PassedBatch): void {
    const position = this.#positions.get(name(topic, partition));
    const nextOffset = BigInt(lastOffset) + 1n;
    if (position === undefined || nextOffset <= position) return;
    // The position was cut off and kafkajs went to what is left of the log, which the event does not tell.
    if (firstOffset !== null && BigInt(firstOffset) > position) this.#lost({ topic, partition }, position, firstOffset);
    else this.#add({ topic, partition, messages: [], nextOffset });
  }

  #add(chunk: Chunk): void {
    this.#positions.set(name(chunk.topic, chunk.partition), chunk.nextOffset);
    this.#queue.add(chunk);
  }

  #lost({ topic, partition }: Pick<Start, 'topic' | 'partition'>, position: bigint, read: string): void {
    const where = name(topic, partition);
    this.#queue.fail(new KitError('position-lost', `${where}: offset ${position} was asked for, ${read} was read`));
  }

  next(limitMs: number): Promise<readonly Chunk[]> {
    return this.#queue.next(limitMs);
  }

  setPaused(topic: string, partition: number, paused: boolean): void {
    this.#queue.setPaused(topic, partition, paused);
  }

  async close(): Promise<void> {
    this.#queue.fail(new KitError('kafka-unreachable', 'the reader was closed'));
    await this.#consumer.disconnect().catch(() => {});
  }
}

function crashed(error: Error, groups: string): KitError {
  // Kafka's own reason is lost in it.
  const isAlone = error.name === 'KafkaJSGroupCoordinatorNotFound';
  const why = isAlone ? `: there is none yet, or this user may read in no group that begins with ${groups}` : '';
  if (error.name !== 'KafkaJSNotImplemented')
    return new KitError('kafka-unreachable', `${error.message}${why}`, { cause: error });
  const remedy = "set the connector's producer.override.compression.type to zstd, gzip or none, and capture anew";
  return new KitError('compression-unknown', `kafkajs cannot read a message: ${error.message}`, {
    cause: error,
    remedy,
  });
}

const name = (topic: string, partition: number): string => `${topic}/${partition}`;
