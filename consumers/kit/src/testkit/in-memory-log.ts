import { type ChangeEvent, formatGtid, type TransactionMarker } from '../change-event/index.ts';
import type { MergeRecord } from '../merge/index.ts';
import { firstOffset, type LogEntry, type Logs, markerPartition } from '../merge/testing-connector.ts';
import type { Topics } from '../projection/topics.ts';
import type { KnownSchemas } from '../serde/index.ts';
import type { Chunk, LogReader, Message, PartitionRange, Start, Transport } from '../transport/index.ts';

const headerBytes = 5;

interface Entry {
  readonly time: number;
  readonly offset: bigint;
  /** Null: a marker of Kafka's, which occupies an offset. */
  readonly message: Message | null;
}

/**
 * Kafka's side of a schedule: the logs that a connector wrote, as far as they are written by now. What is read is read by
 * `InMemoryReader.give`: the schedule says which partition's records come next, and how many.
 */
export class InMemoryLog implements Transport {
  readonly #entries = new Map<string, readonly Entry[]>();
  /** In the order in which they were begun. */
  readonly readers: InMemoryReader[] = [];
  /** For what it holds: a message's body is no Avro, but the number of a record as Avro gives it. */
  readonly schemas: KnownSchemas;
  /** How many records there will be. */
  readonly writes: number;
  /** The records written before each transaction begins for the first time. */
  readonly beginnings: readonly number[];
  #now = 0;

  constructor(logs: Logs, topics: Topics) {
    const bodies: unknown[] = [];
    const reader = (bytes: Uint8Array) => bodies[Buffer.from(bytes).readUInt32BE(headerBytes)];
    const none = { rowSchema: async () => null, versionsOf: async () => [] };
    this.schemas = { known: () => reader, fetch: async () => reader, ...none };
    const entriesOf = (partition: string) => logs.get(partition)!.map((one) => entryOf(one, bodies));
    for (const [topic, table] of topics.tables) this.#entries.set(topic, entriesOf(`${table}/0`));
    this.#entries.set(topics.transactions, entriesOf(markerPartition));
    for (const topic of [topics.heartbeats, topics.corrections, topics.histories]) this.#entries.set(topic, []);
    this.beginnings = beginningsOf(logs);
    this.writes = Math.max(0, ...[...this.#entries.values()].map((entries) => (entries.at(-1)?.time ?? -1) + 1));
  }

  /** Lets the connector write so many records more. */
  write(records: number): void {
    this.writeTo(this.#now + records);
  }

  /** Until there are so many in all. */
  writeTo(records: number): void {
    this.#now = Math.max(this.#now, Math.min(this.writes, records));
  }

  /** What is there of a partition, from an offset on. */
  entries(topic: string, from: bigint): readonly Entry[] {
    return this.#entries.get(topic)!.filter(({ time, offset }) => time < this.#now && offset >= from);
  }

  async describe(topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionRange[]>> {
    return new Map(topics.map((topic) => [topic, [{ partition: 0, low: 0n, high: this.#end(topic) }]]));
  }

  #end(topic: string): bigint {
    const last = this.#entries.get(topic)!.findLast(({ time }) => time < this.#now);
    return last ? last.offset + 1n : 0n;
  }

  async read(starts: readonly Start[]): Promise<InMemoryReader> {
    const reader = new InMemoryReader(this, starts);
    this.readers.push(reader);
    return reader;
  }

  topics(): never {
    throw new Error('nobody asks a schedule for its topics');
  }

  createTopics(): never {
    throw new Error('a schedule makes no topics');
  }

  publish(): never {
    throw new Error('nothing is written into a schedule');
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

export class InMemoryReader implements LogReader {
  readonly #log: InMemoryLog;
  readonly #next: Map<string, bigint>;
  readonly #paused = new Set<string>();
  #chunks: Chunk[] = [];

  constructor(log: InMemoryLog, starts: readonly Start[]) {
    this.#log = log;
    this.#next = new Map(starts.map(({ topic, offset }) => [topic, offset]));
  }

  /** Lets the next turn have so many entries of a topic; false when there are none that it wants. */
  give(topic: string, most: number): boolean {
    const entries = this.#paused.has(topic) ? [] : this.#log.entries(topic, this.#next.get(topic)!).slice(0, most);
    if (entries.length === 0) return false;
    const nextOffset = entries.at(-1)!.offset + 1n;
    const messages = entries.flatMap(({ message }) => (message ? [message] : []));
    this.#chunks.push({ topic, partition: 0, messages, nextOffset });
    this.#next.set(topic, nextOffset);
    return true;
  }

  async next(): Promise<Chunk[]> {
    return this.#chunks.splice(0);
  }

  setPaused(topic: string, _partition: number, paused: boolean): void {
    if (paused) this.#paused.add(topic);
    else this.#paused.delete(topic);
  }

  async close(): Promise<void> {}
}

function beginningsOf(logs: Logs): number[] {
  const first = new Map<bigint, number>();
  for (const { time, record } of logs.get(markerPartition)!) {
    if (record?.kind !== 'marker') continue;
    const { sequence } = record.marker.transaction;
    if (!first.has(sequence)) first.set(sequence, time);
  }
  return [...first.values()];
}

function entryOf({ time, offset, record }: LogEntry, bodies: unknown[]): Entry {
  const place = { offset: offset - firstOffset, timestampMs: time };
  return { time, offset: place.offset, message: record && { ...place, key: null, value: bytesOf(record, bodies) } };
}

function bytesOf(record: MergeRecord, bodies: unknown[]): Uint8Array | null {
  if (record.kind === 'ignored') return null; // a tombstone
  const bytes = Buffer.alloc(headerBytes + 4); // a zero byte and a schema id, as the wire format has it
  bytes.writeUInt32BE(bodies.length, headerBytes);
  bodies.push(record.kind === 'change' ? envelopeOf(record.change) : markerOf(record.marker));
  return bytes;
}

const letters = { create: 'c', read: 'r', update: 'u', delete: 'd', truncate: 't' } as const;

function envelopeOf({ operation, table, before, after, source, transaction }: ChangeEvent) {
  const [db, name] = table.split('.');
  const id = transaction && formatGtid(transaction);
  return {
    op: letters[operation],
    before,
    after,
    source: {
      ...{ db, table: name, gtid: id, file: source.binlogFile, pos: BigInt(source.binlogPosition) },
      ...{ row: source.rowNumber, ts_ms: BigInt(source.timestampMs), snapshot: operation === 'read' ? 'true' : null },
    },
    // A TRUNCATE has none.
    transaction: id === null || operation === 'truncate' ? null : { id },
  };
}

function markerOf({ status, transaction, timestampMs, counts }: TransactionMarker) {
  const collections =
    counts && [...counts].map(([table, rows]) => ({ data_collection: table, event_count: BigInt(rows) }));
  return { status, id: formatGtid(transaction), ts_ms: BigInt(timestampMs), data_collections: collections };
}
