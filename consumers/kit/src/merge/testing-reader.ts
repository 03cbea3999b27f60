import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Position } from '../change-event/index.ts';
import { firstOffset, type LogEntry, type Logs, markerPartition } from './testing-connector.ts';
import type { Expectation } from './testing-expectation.ts';
import { TransactionMerge } from './transaction-merge.ts';
import type { Checkpoint, MergeRecord } from './types.ts';

/** A projector's read loop under any legal schedule, restarts included. Pure, for property tests. */

export type ReaderAction =
  | { readonly kind: 'read'; readonly partition: number; readonly entries: number }
  | { readonly kind: 'take' | 'ask' | 'restart' }
  | { readonly kind: 'answer'; readonly which: number }
  /** Nothing beyond so many transactions is taken from now on; null: all. */
  | { readonly kind: 'hold'; readonly transactions: number | null }
  /** The connector writes on, unseen by the reader: end offsets taken from now on are further away. */
  | { readonly kind: 'wait'; readonly writes: number };

export interface ReaderPlan {
  readonly actions: readonly ReaderAction[];
  /** How the rest is read. `lazy`: all that is wanted is read before anything is taken. */
  readonly rest: { readonly entries: number; readonly markersFirst: boolean; readonly lazy: boolean };
}

const action: fc.Arbitrary<ReaderAction> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('read'),
      partition: fc.nat({ max: 4 }),
      entries: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('take', 'ask') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer'), which: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('hold'), transactions: fc.option(fc.nat({ max: 12 }), { freq: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), writes: fc.nat({ max: 20 }) }) },
);

export const readerPlans: fc.Arbitrary<ReaderPlan> = fc.record({
  actions: fc.array(action, { maxLength: 90, size: 'max' }),
  rest: fc.record({ entries: fc.integer({ min: 1, max: 12 }), markersFirst: fc.boolean(), lazy: fc.boolean() }),
});

export class Reader {
  readonly #logs: Logs;
  readonly #expectation: Expectation;
  readonly #maxRows: number;
  #merge: TransactionMerge;
  #checkpoint: Checkpoint;
  #fetched = new Map<string, bigint>();
  #requests: { number: number; ends: Map<string, bigint> }[] = [];
  /** Only what was written before this is known to exist; end offsets are taken no later than needed. */
  #now = 0;
  #longestChunk = 0;
  #upTo: Position | null = null;

  constructor(logs: Logs, expectation: Expectation, maxRows: number) {
    this.#logs = logs;
    this.#expectation = expectation;
    this.#maxRows = maxRows;
    this.#checkpoint = expectation.start;
    this.#merge = this.#start();
  }

  /** Follows the plan, then reads to the end. @throws AssertionError, MergeError */
  run({ actions, rest }: ReaderPlan): void {
    for (const action of actions) this.#act(action);
    if (this.#upTo !== null) {
      this.#readToTheEnd(rest);
      this.#expectation.heldAt(this.#upTo, this.#merge.hasReached(this.#upTo));
      this.#upTo = null;
    }
    this.#readToTheEnd(rest);
    this.#expectation.finished();
  }

  /** The merge at work. */
  get merge(): TransactionMerge {
    return this.#merge;
  }

  #act(action: ReaderAction): void {
    if (action.kind === 'read') this.#read([...this.#logs.keys()][action.partition % this.#logs.size]!, action.entries);
    else if (action.kind === 'take') this.#take();
    else if (action.kind === 'ask') this.#ask();
    else if (action.kind === 'answer') this.#answer(action.which);
    else if (action.kind === 'hold')
      this.#upTo = action.transactions === null ? null : this.#expectation.positionAfter(action.transactions);
    else if (action.kind === 'wait') this.#now += action.writes;
    else {
      this.#expectation.rollBack();
      this.#merge = this.#start();
    }
  }

  #start(): TransactionMerge {
    this.#fetched = new Map(this.#checkpoint.offsets);
    this.#requests = [];
    const tables = new Map<string, string>();
    for (const partition of this.#logs.keys()) {
      if (partition !== markerPartition) tables.set(partition, partition.slice(0, partition.lastIndexOf('/')));
    }
    return new TransactionMerge({ markers: markerPartition, tables, start: this.#checkpoint, maxRows: this.#maxRows });
  }

  #read(partition: string, entries: number): boolean {
    if (!this.#merge.wantsMore(partition)) return false;
    const from = this.#fetched.get(partition)!;
    const chunk = this.#logs
      .get(partition)!
      .filter(({ offset }) => offset >= from)
      .slice(0, entries);
    if (chunk.length === 0) return false;
    const nextOffset = chunk.at(-1)!.offset + 1n;
    const records = chunk.map(({ record }) => record).filter((record): record is MergeRecord => record !== null);
    this.#now = Math.max(this.#now, chunk.at(-1)!.time + 1);
    this.#longestChunk = Math.max(this.#longestChunk, chunk.length);
    this.#merge.push(partition, records, nextOffset);
    this.#fetched.set(partition, nextOffset);
    const most = (this.#logs.size - 1) * (this.#maxRows - 1 + this.#longestChunk);
    assert.ok(this.#merge.queuedRows <= most, 'the queues grow beyond their limits');
    return true;
  }

  #take(): boolean {
    const batch = this.#merge.take(this.#upTo);
    if (batch === null) return false;
    if (this.#upTo !== null) this.#expectation.within(batch, this.#upTo);
    this.#expectation.handedOut(batch, this.#fetched);
    if (batch.checkpoint !== null) this.#checkpoint = batch.checkpoint;
    return true;
  }

  #ask(): boolean {
    const number = this.#merge.wantsEndOffsets();
    if (number === null) return false;
    this.#requests.push({ number, ends: this.#endsNow() });
    return true;
  }

  /** Any open request, in any order; answers are repeated too. */
  #answer(which: number): void {
    const request = this.#requests[which % Math.max(1, this.#requests.length)];
    if (request) this.#merge.endOffsets(request.number, request.ends);
  }

  #endsNow(): Map<string, bigint> {
    const written = (log: readonly LogEntry[]) => log.findLast(({ time }) => time < this.#now)?.offset;
    return new Map(
      [...this.#logs].map(([partition, log]) => [
        partition,
        (written(log) ?? (log[0]?.offset ?? firstOffset) - 1n) + 1n,
      ]),
    );
  }

  #readToTheEnd({ entries, markersFirst, lazy }: ReaderPlan['rest']): void {
    const partitions = [...this.#logs.keys()];
    if (!markersFirst) partitions.reverse();
    for (let moved = true; moved; ) {
      moved = false;
      for (const partition of partitions) {
        while (this.#read(partition, entries)) {
          moved = true;
          if (!lazy) break;
        }
      }
      if (this.#take()) moved = true;
      else if (this.#ask()) {
        this.#answer(this.#requests.length - 1);
        moved = true;
      }
    }
  }
}
