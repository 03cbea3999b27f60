import type { ApplyStep, LeaseHeld, ReadStore } from '../apply/index.ts';
import { Writer, type WriterOptions } from '../apply/index.ts';
import { coversAll, type Position } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { type MergedBatch, type MergeRecord, partitionName, TransactionMerge } from '../merge/index.ts';
import type { ForeignKey, Hold, StoredCheckpoint } from '../read-store/index.ts';
import { decodeChunk, type KnownSchemas, publishedPosition } from '../serde/index.ts';
import type { Chunk, LogReader, PartitionRange, Start, Transport } from '../transport/index.ts';
import { Continuity } from './continuity.ts';
import { Corrections } from './corrections.ts';
import type { Projection } from './declaration.ts';
import { Freshness } from './freshness.ts';
import { Histories } from './histories.ts';
import { LogIdentity } from './log-identity.ts';
import { ReadAhead } from './read-ahead.ts';
import { Refusals } from './refusals.ts';
import { SnapshotRows } from './snapshot-rows.ts';
import { TableShapes } from './table-shapes.ts';
import { type Topics, tablesByPartition, topicsOf } from './topics.ts';
import type { Verdicts } from './verdicts.ts';

export interface PassOptions {
  readonly projection: Projection;
  readonly topicPrefix: string;
  readonly checkpoint: StoredCheckpoint;
  readonly store: ReadStore;
  readonly lease: LeaseHeld;
  readonly foreignKeys: readonly ForeignKey[];
  readonly transport: Transport;
  readonly schemas: KnownSchemas;
  readonly verdicts: Pick<Verdicts, 'parked' | 'without' | 'mark' | 'applied' | 'note'>;
  /** Rows a commit aims at, and the most rows of one source transaction held in memory. */
  readonly maxRows: number;
  /** The hold to keep to; null when there is none. Asked before each batch. */
  readonly hold: () => Pick<Hold, 'to'> | null;
  /** Where the source stands; null when it is not asked. Throws KitError `source-unreachable`. */
  readonly sourcePosition?: () => Promise<Position | null>;
  /** Milliseconds; Date.now unless said. */
  readonly now?: () => number;
  readonly onStep?: (step: ApplyStep) => void;
  readonly onCommit: (batch: MergedBatch) => void;
  readonly onRows: (batch: MergedBatch) => void;
}

/** How long counted rows may be late before Kafka is asked where the partitions end. */
const patienceMs = 20;

/** A chunk without what was applied or left out already, and its records: none of heartbeats and corrections, or what is wrong with them. */
interface ReadChunk {
  readonly chunk: Chunk;
  readonly records: readonly MergeRecord[];
  readonly failure?: unknown;
  /** What a heartbeat says, while that is wanted. */
  readonly published?: Position | null;
}

/** A position that the connector has told, and where the partitions ended when that was read. */
interface Published {
  readonly position: Position;
  readonly atMs: number;
  ends: ReadonlyMap<string, bigint> | null;
}

/** One pass: from a checkpoint on, read, decode, merge and apply, until something throws. It is never repaired, only begun anew. */
export class Pass {
  readonly #options: PassOptions;
  readonly #topics: Topics;
  readonly #identity: LogIdentity;
  readonly #continuity: Continuity;
  readonly #shapes: TableShapes;
  readonly #writer: Writer;
  readonly #refusals: Refusals;
  readonly #freshness: Freshness;
  readonly #snapshotRows: SnapshotRows;
  readonly #paused = new Set<string>();
  readonly #merge: TransactionMerge;
  readonly #reader: LogReader;
  readonly #ahead = new ReadAhead((limitMs) => this.#read(limitMs));
  readonly #positions: Map<string, bigint>;
  readonly #corrections: Corrections;
  readonly #histories: Histories;
  /** Once the histories are whole: what must be read, and where the source stood. */
  #whole: { readonly ends: ReadonlyMap<string, bigint>; readonly at: Position | null } | null = null;
  /** What a read model that is filling must have read to be filled: all that was in Kafka when this pass began. */
  readonly #fillTo: ReadonlyMap<string, bigint>;
  #checkpoint: StoredCheckpoint;
  #published: Published | null = null;
  #askedSince: number | null = null;
  #quiet = false;
  #isApplying = false;

  private constructor(
    options: PassOptions,
    topics: Topics,
    identity: LogIdentity,
    starts: readonly Start[],
    fillTo: ReadonlyMap<string, bigint>,
    { corrections, histories }: { readonly corrections: Corrections; readonly histories: Histories },
    reader: LogReader,
  ) {
    this.#options = options;
    this.#topics = topics;
    this.#identity = identity;
    this.#continuity = new Continuity(options.checkpoint.position);
    this.#shapes = new TableShapes(options.projection, options.schemas);
    this.#reader = reader;
    this.#checkpoint = options.checkpoint;
    this.#fillTo = fillTo;
    this.#corrections = corrections;
    this.#histories = histories;
    this.#positions = new Map(starts.map((start) => [partitionName(start), start.offset]));
    const writer: WriterOptions = {
      ...options,
      filled: options.checkpoint.filled,
      begun: options.checkpoint.position !== null,
      parked: options.verdicts.parked,
    };
    this.#writer = new Writer(writer);
    this.#refusals = new Refusals({ ...options, shapes: this.#shapes, topics, writer });
    this.#freshness = new Freshness();
    const { snapshots = new Map<string, string>() } = options.checkpoint;
    this.#snapshotRows = new SnapshotRows(
      new Map([...snapshots].map(([partition, point]) => [this.#tableOf(partition), point])),
    );
    const next = new Map(
      starts.map((start) => [
        partitionName(start),
        options.checkpoint.offsets.get(partitionName(start)) ?? start.offset,
      ]),
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
    const { tables, transactions, heartbeats, corrections } = topics;
    const ranges = await options.transport.describe([...tables.keys(), transactions, heartbeats, corrections]);
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
    const fillTo = endsOf(new Map([...ranges].filter(([topic]) => tables.has(topic) || topic === transactions)));
    const partition = `${corrections}/0`;
    const next = starts.find((start) => partitionName(start) === partition)!.offset;
    const waiting = new Corrections({ partition, next, end: ranges.get(corrections)![0]!.high });
    // After the tables: whoever adds one says so before he makes its topic.
    const told = options.checkpoint.filled ? null : await rangeIfAny(options.transport, topics.histories);
    if (told) starts.push({ topic: topics.histories, partition: told.partition, offset: told.low });
    const histories = new Histories(tables.values(), { next: told?.low ?? 0n, end: told?.high ?? 0n });
    const beside = { corrections: waiting, histories };
    return new Pass(options, topics, identity, starts, fillTo, beside, await options.transport.read(starts));
  }

  /** Everything the source had committed at this time is in the read model, ms; null while that is not known. */
  get freshAtMs(): number | null {
    const { committedAtMs, filled } = this.#checkpoint;
    return filled ? Math.max(committedAtMs ?? 0, this.#freshness.freshAtMs ?? 0) : null;
  }

  /** Nothing arrived in the last turn. */
  get quiet(): boolean {
    return this.#quiet;
  }

  /** It may be read. */
  get filled(): boolean {
    return this.#checkpoint.filled;
  }

  get position() {
    return this.#checkpoint.position;
  }

  /** Tables that were added, and of which a part alone is in Kafka: it waits for the rest to be filled. */
  get partialTables(): readonly string[] {
    return this.filled ? [] : this.#histories.parts;
  }

  /** Messages between the checkpoint and the end of each partition; Kafka's markers at the end do not count. */
  async lag(): Promise<ReadonlyMap<string, number>> {
    const { offsets } = this.#checkpoint;
    return new Map(
      [...(await this.#ends())].map(([partition, end]) => [
        partition,
        Math.max(0, Number(end - (offsets.get(partition) ?? 0n))),
      ]),
    );
  }

  /** Reads what has arrived, waiting up to `limitMs`, and applies what is whole. */
  async turn(limitMs: number): Promise<void> {
    const chunks = await this.#ahead.next(limitMs);
    this.#quiet = chunks.every(({ chunk }) => chunk.topic === this.#topics.heartbeats);
    await this.#writer.keepOpen();
    for (const chunk of chunks) await this.#take(chunk);
    await this.#answer(chunks.length === 0);
    do {
      for (let batch = this.#next(); batch !== null; batch = this.#next()) {
        this.#ahead.begin(limitMs);
        this.#isApplying = true;
        await this.#apply(batch);
        this.#isApplying = false;
      }
    } while (await this.#correct());
    if (this.position === null) await this.#settle();
    if (!this.filled) await this.#fill();
    this.#control();
    if (this.#freshness.wantsEnds) this.#freshness.ends(await this.#ends());
    if (this.#merge.queuedRows === 0 && !this.#continuity.unsure) this.#freshness.look(this.#positions);
  }

  standsAt(to: Position | null): Position | null {
    if (this.#isApplying || !this.filled || this.position === null) return null;
    return to === null || this.#merge.hasReached(to) ? this.position : null;
  }

  #next(): MergedBatch | null {
    if (!this.#corrections.isCaughtUp) return null;
    const hold = this.#options.hold();
    return this.#merge.take(nearer(hold && (hold.to ?? this.position), this.#corrections.upTo));
  }

  /** Applies the corrections of the position that it stands at; false when there are none. */
  async #correct(): Promise<boolean> {
    if (!this.#corrections.isCaughtUp) return false;
    const due = this.#corrections.due(this.position, (position) => this.#merge.hasReached(position));
    if (due.length === 0) return false;
    if (this.#merge.isPartlyTaken)
      throw new KitError('correction-first', 'a correction comes before the transaction that is being applied');
    this.#isApplying = true;
    const { filled } = this;
    const shaped = await Promise.all(
      due.map(async (one) => ({ ...one, correction: await this.#shapes.corrected(one.correction, filled) })),
    );
    const offsets = this.#withCorrections(this.#checkpoint.offsets);
    try {
      await this.#writer.correct(shaped.map(({ correction }) => correction));
      await this.#commit({ ...this.#checkpoint, offsets, anchors: this.#identity.anchors(offsets) });
    } catch (thrown) {
      throw await this.#refusals.ofCorrections(thrown, shaped, this.#readUntil);
    }
    this.#isApplying = false;
    return true;
  }

  #withCorrections(offsets: ReadonlyMap<string, bigint>): ReadonlyMap<string, bigint> {
    return new Map(offsets).set(this.#corrections.partition, this.#corrections.restartOffset);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.close();
  }

  async #read(limitMs: number): Promise<readonly ReadChunk[]> {
    const chunks: ReadChunk[] = [];
    for (const fetched of await this.#reader.next(limitMs)) {
      const { topic } = fetched;
      if (topic === this.#topics.histories) {
        chunks.push({ chunk: fetched, records: [] });
        continue;
      }
      if (topic === this.#topics.heartbeats) {
        const isWanted = this.position === null && this.#published === null;
        const published = isWanted ? await publishedPosition(this.#options.schemas, fetched) : null;
        chunks.push({ chunk: fetched, records: [], published });
        continue;
      }
      const chunk = this.#options.verdicts.without(this.#identity.check(fetched));
      chunks.push({ chunk, ...(await this.#decode(fetched, chunk)) });
    }
    return chunks;
  }

  async #decode(fetched: Chunk, chunk: Chunk): Promise<Omit<ReadChunk, 'chunk'>> {
    const { topic } = chunk;
    if (topic === this.#topics.corrections) return { records: [] };
    const kind = topic === this.#topics.transactions ? 'transactions' : 'changes';
    try {
      const records = await decodeChunk(this.#options.schemas, kind, chunk);
      const table = this.#topics.tables.get(topic);
      if (table === undefined) return { records };
      await this.#look(table, fetched, chunk);
      const adapted = this.#shapes.adapted(chunk, records);
      this.#options.verdicts.mark(chunk, adapted);
      return { records: adapted };
    } catch (failure) {
      return { records: [], failure };
    }
  }

  async #take({ chunk, records, failure, published }: ReadChunk): Promise<void> {
    const { topic, messages, nextOffset } = chunk;
    if (topic === this.#topics.heartbeats) {
      for (const { timestampMs } of messages.slice(-1)) {
        this.#freshness.heartbeat(timestampMs);
        if (published) this.#published ??= { position: published, atMs: timestampMs, ends: null };
      }
      return;
    }
    if (topic === this.#topics.corrections) return this.#corrections.push(chunk);
    if (topic === this.#topics.histories) return this.#histories.push(chunk);
    if (messages.length > 0) this.#freshness.messagesSeen();
    if (failure !== undefined) {
      await this.#options.verdicts.note(failure, chunk, this.#topics.tables.get(topic), this.#checkpoint);
      throw failure;
    }
    this.#merge.push(partitionName(chunk), this.#continuity.admit(chunk, records, this.filled), nextOffset);
    this.#positions.set(partitionName(chunk), nextOffset);
  }

  /** Of the messages that were fetched, those from before the checkpoint tell what the table was like. */
  async #look(table: string, fetched: Chunk, chunk: Chunk): Promise<void> {
    const next = this.#options.checkpoint.offsets.get(partitionName(fetched)) ?? 0n;
    const applied = fetched.messages[0] && fetched.messages[0].offset < next;
    if (applied) {
      const messages = fetched.messages.filter(({ offset }) => offset < next);
      await this.#shapes.recall(table, { ...fetched, messages });
    }
    await this.#shapes.admit(table, chunk);
  }

  async #answer(quiet: boolean): Promise<void> {
    const request = this.#merge.wantsEndOffsets();
    if (request === null) {
      this.#askedSince = null;
      return;
    }
    const nowMs = (this.#options.now ?? Date.now)();
    this.#askedSince ??= nowMs;
    if (!quiet && nowMs - this.#askedSince < patienceMs) return;
    this.#merge.endOffsets(request, await this.#ends());
    this.#askedSince = null;
  }

  async #apply(batch: MergedBatch): Promise<void> {
    const all = this.filled ? batch.changes : this.#snapshotRows.take(batch.changes);
    const changes = this.#options.verdicts.applied(all);
    try {
      await this.#writer.write(changes);
      this.#options.onRows(batch);
      if (!batch.checkpoint) return;
      const offsets = this.#withCorrections(batch.checkpoint.offsets);
      const anchors = this.#identity.anchors(offsets);
      await this.#commit({ ...batch.checkpoint, offsets, anchors, filled: this.filled });
    } catch (thrown) {
      throw await this.#refusals.ofChanges(thrown, changes, this.#readUntil);
    }
    this.#options.onCommit(batch);
  }

  get #readUntil() {
    return { checkpoint: this.#checkpoint, positions: this.#positions };
  }

  #tableOf(partition: string): string {
    return this.#topics.tables.get(partition.slice(0, partition.lastIndexOf('/'))) ?? '';
  }

  #snapshots(): ReadonlyMap<string, string> {
    const { points } = this.#snapshotRows;
    return new Map(
      [...this.#positions.keys()].flatMap((partition) => {
        const point = points.get(this.#tableOf(partition));
        return point === undefined ? [] : [[partition, point] as const];
      }),
    );
  }

  async #commit(next: StoredCheckpoint): Promise<void> {
    const checkpoint = next.filled ? next : { ...next, snapshots: this.#snapshots() };
    await this.#writer.commit(checkpoint, checkpoint.filled ? this.#freshness.freshAtMs : null);
    this.#checkpoint = checkpoint;
  }

  /** Where nothing is committed after the snapshot no transaction tells a position: the connector does, with its heartbeats. */
  async #settle(): Promise<void> {
    const told = this.#published;
    if (told === null) return;
    told.ends ??= await this.#ends();
    if (!this.#isPastAll(told.ends)) return;
    const checkpoint = this.#merge.settle(told.position, told.atMs);
    this.#published = null;
    if (checkpoint === null) return;
    const offsets = this.#withCorrections(checkpoint.offsets);
    await this.#commit({ ...checkpoint, offsets, anchors: this.#identity.anchors(offsets), filled: false });
  }

  /** With the position of the newest transaction, once all is in that was there when it began. */
  async #fill(): Promise<void> {
    if (this.#checkpoint.position === null || this.#merge.queuedRows > 0 || this.#merge.isPartlyTaken) return;
    if (!this.#isPastAll(this.#fillTo) || !(await this.#hasWholeHistories())) return;
    this.#snapshotRows.check();
    this.#continuity.checkBeginnings(this.#topics.tables.values(), this.#checkpoint.position);
    await this.#commit({ ...this.#checkpoint, filled: true });
  }

  /**
   * Each row of an incremental snapshot is that of when it was read, which may be later than where it stands in the log: at
   * positions between the two the read model is ahead of itself. Where the source stands now it is not.
   */
  async #hasWholeHistories(): Promise<boolean> {
    const { isCaughtUp, isNeeded, parts } = this.#histories;
    if (!isCaughtUp || parts.length > 0) return false;
    if (!isNeeded) return true;
    this.#whole ??= { ends: await this.#ends(), at: (await this.#options.sourcePosition?.()) ?? null };
    const { ends, at } = this.#whole;
    return this.#isPastAll(ends) && (at === null || this.#merge.hasReached(at));
  }

  #isPastAll(ends: ReadonlyMap<string, bigint>): boolean {
    return [...ends].every(([partition, end]) => this.#positions.get(partition)! >= end);
  }

  /** Stops fetching what the merge has enough of. */
  #control(): void {
    for (const name of this.#positions.keys()) {
      if (name === this.#corrections.partition || this.#isBeside(name)) continue;
      const pause = !this.#merge.wantsMore(name);
      if (pause === this.#paused.has(name)) continue;
      const slash = name.lastIndexOf('/');
      this.#reader.setPaused(name.slice(0, slash), Number(name.slice(slash + 1)), pause);
      if (pause) this.#paused.add(name);
      else this.#paused.delete(name);
    }
  }

  /** Of a partition that the merge has nothing to do with. */
  #isBeside(name: string): boolean {
    return [this.#topics.heartbeats, this.#topics.histories].some((topic) => name.startsWith(`${topic}/`));
  }

  async #ends(): Promise<Map<string, bigint>> {
    const ranges = await this.#options.transport.describe([...this.#topics.tables.keys(), this.#topics.transactions]);
    return endsOf(ranges);
  }
}

function nearer(a: Position | null, b: Position | null): Position | null {
  if (a === null || b === null) return a ?? b;
  return coversAll(a, b) ? b : a;
}

/** Null: the topic is not there. */
async function rangeIfAny(transport: Transport, topic: string): Promise<PartitionRange | null> {
  try {
    return (await transport.describe([topic])).get(topic)?.[0] ?? null;
  } catch (thrown) {
    if (KitError.from(thrown).code === 'topic-missing') return null;
    throw thrown;
  }
}

function endsOf(ranges: ReadonlyMap<string, readonly PartitionRange[]>): Map<string, bigint> {
  return new Map(
    [...ranges].flatMap(([topic, partitions]) =>
      partitions.map((range) => [partitionName({ topic, ...range }), range.high] as const),
    ),
  );
}
