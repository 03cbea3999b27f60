import { type Connection, fetchV13, type RecordsBatch } from '@platformatic/kafka';
import { KitError } from '../errors.ts';
import { hideAborted } from './aborted.ts';
import { ChunkQueue } from './chunk-queue.ts';
import { byLeader, type Cluster, kitErrorOf, type TopicMetadata, topicMissing } from './platformatic-cluster.ts';
import type { Chunk, LogReader, Message, Start } from './transport.ts';

const fetchBytes = 10 * 1_048_576;
const partitionBytes = 1_048_576;
const longestWaitMs = 100;
const readCommitted = 1;
/** Bits of a batch's attributes; source: https://kafka.apache.org/documentation/#recordbatch */
const [logAppendTime, transactional, control] = [0b1000, 0b1_0000, 0b10_0000];

/** One partition, and the offset it is read from next. A topic made anew has another id, so nothing of it is taken for the old. */
interface Place {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly leaderId: number;
  offset: bigint;
}

type Answered = fetchV13.FetchResponsePartition;

/**
 * One pass over some partitions: a loop of fetches for each broker that leads some of them, without a group and without
 * Kafka's fetch sessions. The first thing that goes wrong breaks it for good.
 */
export class PlatformaticReader implements LogReader {
  readonly #cluster: Cluster;
  readonly #where: string;
  readonly #places: readonly Place[];
  readonly #paused = new Set<string>();
  readonly #queue: ChunkQueue;
  #fetching: Promise<unknown> = Promise.resolve();
  #mayGoOn = Promise.withResolvers<void>();

  private constructor(cluster: Cluster, where: string, places: readonly Place[]) {
    this.#cluster = cluster;
    this.#where = where;
    this.#places = places;
    this.#queue = new ChunkQueue({
      pause: (partitions) => {
        for (const one of partitions) for (const id of one.partitions) this.#paused.add(name(one.topic, id));
      },
      resume: (partitions) => {
        for (const one of partitions) for (const id of one.partitions) this.#paused.delete(name(one.topic, id));
        this.#wake();
      },
    });
  }

  /** The reader closes the cluster. */
  static async open(cluster: Cluster, where: string, starts: readonly Start[]): Promise<PlatformaticReader> {
    try {
      const topics = await cluster.topics([...new Set(starts.map(({ topic }) => topic))]);
      const reader = new PlatformaticReader(
        cluster,
        where,
        starts.map((start) => placeOf(start, topics)),
      );
      const leaders = [...byLeader(reader.#places)].map(
        async ([nodeId, places]) => [await cluster.node(nodeId), places] as const,
      );
      reader.#fetching = Promise.all((await Promise.all(leaders)).map((leader) => reader.#follow(...leader)));
      return reader;
    } catch (error) {
      await cluster.close();
      throw kitErrorOf(error, where);
    }
  }

  async #follow(connection: Connection, places: Place[]): Promise<void> {
    try {
      while (!this.#queue.failure) {
        const wanted = places.filter(({ topic, partition }) => !this.#paused.has(name(topic, partition)));
        if (wanted.length === 0) await this.#mayGoOn.promise;
        else this.#take(await fetched(connection, wanted), wanted);
        // A broker fills its answer in the order asked, so each is first in turn.
        places.push(places.shift()!);
      }
    } catch (error) {
      this.#fail(kitErrorOf(error, this.#where));
    }
  }

  #take({ responses }: fetchV13.FetchResponse, wanted: readonly Place[]): void {
    for (const { topicId, partitions } of responses) {
      for (const answered of partitions) {
        const place = wanted.find((one) => one.topicId === topicId && one.partition === answered.partitionIndex);
        // What was paused while it was under way is fetched again.
        if (!place || this.#paused.has(name(place.topic, place.partition))) continue;
        const chunk = chunkOf(answered, place);
        if (!chunk) continue;
        place.offset = chunk.nextOffset;
        this.#queue.add(chunk);
      }
    }
  }

  #fail(error: KitError): void {
    this.#queue.fail(error);
    this.#wake();
  }

  #wake(): void {
    this.#mayGoOn.resolve();
    this.#mayGoOn = Promise.withResolvers();
  }

  next(limitMs: number): Promise<readonly Chunk[]> {
    return this.#queue.next(limitMs);
  }

  setPaused(topic: string, partition: number, paused: boolean): void {
    this.#queue.setPaused(topic, partition, paused);
  }

  async close(): Promise<void> {
    this.#fail(new KitError('kafka-unreachable', 'the reader was closed'));
    await this.#cluster.close();
    await this.#fetching;
  }
}

function placeOf({ topic, partition, offset }: Start, topics: readonly TopicMetadata[]): Place {
  const found = topics.find(({ name }) => name === topic);
  const led = found?.partitions.find(({ partitionIndex }) => partitionIndex === partition);
  if (!found || !led) throw topicMissing(`${topic} has no partition ${partition}`);
  return { topic, topicId: found.topicId, partition, leaderId: led.leaderId, offset };
}

function fetched(connection: Connection, places: readonly Place[]): Promise<fetchV13.FetchResponse> {
  const topics = [...Map.groupBy(places, ({ topicId }) => topicId)].map(([topicId, ofTopic]) => ({
    topicId,
    partitions: ofTopic.map(({ partition, offset }) => ({
      partition,
      fetchOffset: offset,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      partitionMaxBytes: partitionBytes,
    })),
  }));
  return fetchV13.api.async(connection, longestWaitMs, 1, fetchBytes, readCommitted, 0, -1, topics, [], '');
}

/** What is committed of an answer, from the place on; null when nothing new is in it. */
function chunkOf({ records, abortedTransactions }: Answered, { topic, partition, offset }: Place): Chunk | null {
  const batches = records ?? [];
  const last = batches.at(-1);
  if (!last) return null;
  const hidden = hiddenAmong(batches, abortedTransactions ?? []);
  const messages: Message[] = [];
  batches.forEach((batch, index) => {
    if (hidden[index]) return;
    for (const { offsetDelta, timestampDelta, key, value } of batch.records) {
      const own = batch.firstOffset + BigInt(offsetDelta);
      if (own < offset) continue; // a batch comes whole
      const time = batch.attributes & logAppendTime ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta;
      messages.push({ offset: own, timestampMs: Number(time), key, value });
    }
  });
  return { topic, partition, messages, nextOffset: lastOf(last) + 1n };
}

/** Markers and the batches of aborted transactions; a batch is of one producer, and in a transaction or not. */
function hiddenAmong(
  batches: readonly RecordsBatch[],
  aborted: NonNullable<Answered['abortedTransactions']>,
): boolean[] {
  const messages = batches.map((batch) => ({
    offset: String(lastOf(batch)),
    key: batch.records[0]?.key ?? null,
    isControlRecord: (batch.attributes & control) !== 0,
    batchContext: {
      producerId: String(batch.producerId),
      inTransaction: (batch.attributes & transactional) !== 0,
    },
  }));
  const abortedTransactions = aborted.map(({ producerId, firstOffset }) => ({
    producerId: String(producerId),
    firstOffset: String(firstOffset),
  }));
  hideAborted({ messages, abortedTransactions });
  return messages.map(({ isControlRecord }) => isControlRecord);
}

const lastOf = ({ firstOffset, lastOffsetDelta }: RecordsBatch): bigint => firstOffset + BigInt(lastOffsetDelta);
const name = (topic: string, partition: number): string => `${topic}/${partition}`;
