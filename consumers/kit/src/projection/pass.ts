import type { ApplyStep } from '../apply/index.ts';
import { Writer } from '../apply/index.ts';
import { KitError } from '../errors.ts';
import { type MergedBatch, TransactionMerge } from '../merge/index.ts';
import type { Lease, Session, StoredCheckpoint } from '../read-store/index.ts';
import { decodeChunk, type Schemas } from '../serde/index.ts';
import type { Chunk, LogReader, PartitionRange, Start, Transport } from '../transport/index.ts';
import type { Projection } from './declaration.ts';
import { Freshness } from './freshness.ts';
import { LogIdentity } from './log-identity.ts';
import { type Topics, topicsOf } from './topics.ts';

export interface PassOptions {
  readonly projection: Projection;
  readonly topicPrefix: string;
  readonly checkpoint: StoredCheckpoint;
  readonly session: Session;
  readonly lease: Lease;
  readonly transport: Transport;
  readonly schemas: Schemas;
  /** Rows a commit aims at, and the most rows of one source transaction held in memory. */
  readonly maxRows: number;
  readonly onStep?: (step: ApplyStep) => void;
  readonly onCommit: (batch: MergedBatch) => void;
  readonly onRows: (batch: MergedBatch) => void;
}

/** How long counted rows may be late before Kafka is asked where the partitions end. */
const patienceMs = 20;

/** One pass: from a checkpoint on, read, decode, merge and apply, until something throws. It is never repaired, only begun anew. */
export class Pass {
  readonly #options: PassOptions;
  readonly #topics: Topics;
  readonly #identity: LogIdentity;
  readonly #writer: Writer;
  readonly #freshness: Freshness;
  readonly #paused = new Set<string>();
  readonly #merge: TransactionMerge;
  readonly #reader: LogReader;
  readonly #positions: Map<string, bigint>;
  #checkpoint: StoredCheckpoint;
  #askedSince = 0;
  #quiet = false;

  private constructor(
    options: PassOptions,
    topics: Topics,
    identity: LogIdentity,
    starts: readonly Start[],
    reader: LogReader,
  ) {
    this.#options = options;
    this.#topics = topics;
    this.#identity = identity;
    this.#reader = reader;
    this.#checkpoint = options.checkpoint;
    this.#positions = new Map(starts.map((start) => [nameOf(start), start.offset]));
    this.#writer = new Writer(options);
    this.#freshness = new Freshness();
    const next = new Map(
      starts.map((start) => [nameOf(start), options.checkpoint.offsets.get(nameOf(start)) ?? start.offset]),
    );
    this.#merge = new TransactionMerge({
      markers: `${topics.transactions}/0`,
      tables: tablesByPartition(topics, starts),
      start: { ...options.checkpoint, offsets: next },
      maxRows: options.maxRows,
    });
  }

  static async begin(options: PassOptions): Promise<Pass> {
    const topics = topicsOf(options.projection, options.topicPrefix);
    const identity = new LogIdentity(options.checkpoint);
    const ranges = await options.transport.describe([...topics.tables.keys(), topics.transactions, topics.heartbeats]);
    if (ranges.get(topics.transactions)!.length !== 1) {
      const remedy = 'make it anew with one partition, with the connector stopped, and start from a new snapshot';
      throw new KitError(
        'declaration',
        `topic ${topics.transactions} has more than one partition, so the order of commits is lost`,
        { remedy },
      );
    }
    const starts = [...ranges].flatMap(([topic, partitions]) =>
      partitions.map((range) =>
        topic === topics.heartbeats
          ? { topic, partition: range.partition, offset: range.high }
          : identity.start(topic, range),
      ),
    );
    return new Pass(options, topics, identity, starts, await options.transport.read(starts));
  }

  /** Everything the source had committed at this time is in the read model, ms; null while that is not known. */
  get freshAtMs(): number | null {
    const { position, committedAtMs } = this.#checkpoint;
    return position && Math.max(committedAtMs ?? 0, this.#freshness.freshAtMs ?? 0);
  }

  /** Nothing arrived in the last turn. */
  get quiet(): boolean {
    return this.#quiet;
  }

  get position() {
    return this.#checkpoint.position;
  }

  /** Messages between the checkpoint and the end of each partition; Kafka's markers at the end do not count. */
  async lag(): Promise<ReadonlyMap<string, number>> {
    const ends = await this.#ends();
    return new Map(
      [...this.#checkpoint.offsets].map(([partition, next]) => [
        partition,
        Math.max(0, Number((ends.get(partition) ?? next) - next)),
      ]),
    );
  }

  /** Reads what has arrived, waiting up to `limitMs`, and applies what is whole. */
  async turn(limitMs: number): Promise<void> {
    const chunks = await this.#reader.next(limitMs);
    this.#quiet = chunks.every(({ topic }) => topic === this.#topics.heartbeats);
    for (const chunk of chunks) await this.#take(chunk);
    await this.#answer(chunks.length === 0);
    for (let batch = this.#merge.take(); batch !== null; batch = this.#merge.take()) await this.#apply(batch);
    this.#control();
    if (this.#freshness.wantsEnds) this.#freshness.ends(await this.#ends());
    if (this.#merge.queuedRows === 0) this.#freshness.look(this.#positions);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.close();
  }

  async #take(fetched: Chunk): Promise<void> {
    const { topic } = fetched;
    if (topic === this.#topics.heartbeats) {
      for (const { timestampMs } of fetched.messages.slice(-1)) this.#freshness.heartbeat(timestampMs);
      return;
    }
    const chunk = this.#identity.check(fetched);
    const isMarkers = topic === this.#topics.transactions;
    if (chunk.messages.length > 0) this.#freshness.messagesSeen();
    const records = await decodeChunk(this.#options.schemas, isMarkers ? 'transactions' : 'changes', chunk);
    this.#merge.push(nameOf(chunk), records, chunk.nextOffset);
    this.#positions.set(nameOf(chunk), chunk.nextOffset);
  }

  async #answer(quiet: boolean): Promise<void> {
    const request = this.#merge.wantsEndOffsets();
    if (request === null) {
      this.#askedSince = 0;
      return;
    }
    this.#askedSince ||= Date.now();
    if (!quiet && Date.now() - this.#askedSince < patienceMs) return;
    this.#merge.endOffsets(request, await this.#ends());
    this.#askedSince = 0;
  }

  async #apply(batch: MergedBatch): Promise<void> {
    await this.#writer.write(batch.changes);
    this.#options.onRows(batch);
    if (!batch.checkpoint) return;
    const checkpoint = { ...batch.checkpoint, anchors: this.#identity.anchors(batch.checkpoint.offsets) };
    await this.#writer.commit(checkpoint, checkpoint.position && this.#freshness.freshAtMs);
    this.#checkpoint = checkpoint;
    this.#options.onCommit(batch);
  }

  /** Stops fetching what the merge has enough of. */
  #control(): void {
    for (const name of this.#positions.keys()) {
      if (name.startsWith(`${this.#topics.heartbeats}/`)) continue;
      const pause = !this.#merge.wantsMore(name);
      if (pause === this.#paused.has(name)) continue;
      const slash = name.lastIndexOf('/');
      this.#reader.setPaused(name.slice(0, slash), Number(name.slice(slash + 1)), pause);
      if (pause) this.#paused.add(name);
      else this.#paused.delete(name);
    }
  }

  async #ends(): Promise<Map<string, bigint>> {
    const ranges = await this.#options.transport.describe([...this.#topics.tables.keys(), this.#topics.transactions]);
    return new Map(
      [...ranges].flatMap(([topic, partitions]) =>
        partitions.map((range: PartitionRange) => [nameOf({ topic, ...range }), range.high] as const),
      ),
    );
  }
}

const nameOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string =>
  `${topic}/${partition}`;

function tablesByPartition(topics: Topics, starts: readonly Start[]): Map<string, string> {
  return new Map(
    starts.flatMap((start) => {
      const table = topics.tables.get(start.topic);
      return table === undefined ? [] : [[nameOf(start), table] as const];
    }),
  );
}
