import assert from 'node:assert/strict';
import type { ChangeEvent, Gtid } from '../change-event/index.ts';
import { covers, coversAll, emptyPosition, formatPosition, type Position } from '../change-event/index.ts';
import { firstOffset, type Logs } from './testing-connector.ts';
import type { History, HistoryRow } from './testing-history.ts';
import type { Checkpoint, MergedBatch } from './types.ts';

/**
 * What must come out, computed from the history alone, and checked at every batch. Nothing here looks at how transactions
 * are merged: it knows what happened in the source, and which records of the logs the reader has fetched.
 */
export class Expectation {
  readonly #history: History;
  readonly #logs: Logs;
  readonly #maxRows: number;
  readonly #filling: boolean;
  readonly #applied: number;
  readonly #rows = new Map<number, { row: HistoryRow; transaction: number | null }>();
  /** Ids in the one order in which each partition may be handed out. */
  readonly #orders = new Map<string, number[]>();
  /** Ids before the first transaction. */
  readonly #snapshot: readonly number[];
  #committed: State;
  #open: State;

  /** `applied`: how many transactions the read model has when it starts; -1: it is filling. */
  constructor(history: History, logs: Logs, applied: number, maxRows: number) {
    this.#history = history;
    this.#logs = logs;
    this.#maxRows = maxRows;
    this.#filling = applied < 0;
    this.#applied = Math.min(Math.max(0, applied), history.transactions.length);
    const written = idsIn(logs);
    for (const step of history.steps) {
      if (step.kind !== 'row' && step.kind !== 'loose') continue;
      const transaction = step.kind === 'row' ? step.transaction : null;
      if (!logs.has(step.row.partition) || step.row.skipped) continue;
      if (!written.has(step.row.id)) continue; // cut by the connector
      if (transaction !== null && transaction < this.#applied) continue;
      this.#rows.set(step.row.id, { row: step.row, transaction });
      const order = this.#orders.get(step.row.partition);
      if (order) order.push(step.row.id);
      else this.#orders.set(step.row.partition, [step.row.id]);
    }
    const streaming = history.steps.findIndex(({ kind }) => kind === 'begin');
    const before = history.steps.slice(0, streaming).flatMap((step) => (step.kind === 'loose' ? [step.row.id] : []));
    this.#snapshot = before.filter((id) => this.#rows.has(id));
    const offsets = new Map([...logs].map(([partition, log]) => [partition, log[0]?.offset ?? firstOffset]));
    this.#committed = { done: this.#applied, handedOut: new Map(), ids: new Set(), batches: [], offsets };
    this.#open = this.#committed;
  }

  /** The checkpoint to start the first merge from. */
  get start(): Checkpoint {
    const position = this.#filling ? null : this.positionAfter(this.#applied);
    return { position, committedAtMs: null, offsets: this.#committed.offsets };
  }

  /** What was handed out since the last checkpoint is lost, as in a restart of the projector. */
  rollBack(): void {
    this.#open = this.#committed;
  }

  /** @throws AssertionError when the batch breaks a promise; `fetched` are the fetch positions of the reader. */
  handedOut(batch: MergedBatch, fetched: ReadonlyMap<string, bigint>): void {
    const open = copyOf(this.#open);
    this.#open = open;
    open.batches.push(batch);
    const rows = batch.changes.map((change) => this.#take(change, open));
    this.#checkOrder(rows);
    assert.ok(batch.changes.length <= 3 * this.#maxRows, 'a batch is far larger than asked for');
    open.done += batch.transactions;
    if (batch.checkpoint === null) {
      const held = [...this.#rows.values()].filter(({ transaction }) => (transaction ?? open.done) === open.done);
      assert.ok(held.length >= this.#maxRows, 'a small transaction was handed out in parts');
      return;
    }
    this.#checkCheckpoint(batch.checkpoint, open, fetched);
    this.#committed = { ...open, batches: [], offsets: batch.checkpoint.offsets };
    this.#open = this.#committed;
  }

  /** @throws AssertionError when a batch goes beyond where the merge is held. */
  within(batch: MergedBatch, upTo: Position): void {
    const beyond = batch.checkpoint?.position;
    if (beyond) assert.ok(coversAll(upTo, beyond), `${formatPosition(beyond)} is beyond ${formatPosition(upTo)}`);
    for (const { transaction } of batch.changes)
      if (transaction !== null) assert.ok(covers(upTo, transaction), 'a row from beyond the hold was handed out');
  }

  /** @throws AssertionError when all was read, and what is closed up to the hold was not handed out, or not told so. */
  heldAt(upTo: Position, told: boolean): void {
    const wanted = this.#history.transactions.filter(({ gtid }) => covers(upTo, gtid)).length;
    const open = this.#history.transactions[wanted - 1];
    const isThere = this.#committed.done >= wanted;
    assert.equal(told, isThere, 'what it says of the hold is not so');
    if (isThere) return;
    assert.ok(wanted === this.#history.transactions.length && !open!.ended, 'it does not come up to the hold');
  }

  /** @throws AssertionError when something is missing after everything was read. */
  finished(): void {
    const { transactions } = this.#history;
    const lastIsOpen = transactions.at(-1)?.ended === false;
    const closed = Math.max(this.#applied, transactions.length - (lastIsOpen ? 1 : 0));
    assert.equal(this.#committed.done, closed, 'closed transactions were not handed out');
    for (const [partition, order] of this.#orders) {
      const firstOpen = order.findIndex((id) => (this.#rows.get(id)!.transaction ?? -1) >= closed);
      const least = firstOpen === -1 ? order.length : firstOpen;
      assert.ok((this.#open.handedOut.get(partition) ?? 0) >= least, `rows of ${partition} were not handed out`);
    }
  }

  #take(change: ChangeEvent, open: State): { row: HistoryRow; transaction: number | null } {
    const id = idOf(change);
    const expected = this.#rows.get(id);
    assert.ok(expected, `row ${id} should not be handed out at all`);
    const { partition } = expected.row;
    const place = open.handedOut.get(partition) ?? 0;
    assert.equal(
      id,
      this.#orders.get(partition)![place],
      `${partition} was not handed out in its order, each row once`,
    );
    if (this.#filling && expected.transaction !== null)
      for (const other of this.#snapshot)
        assert.ok(open.ids.has(other), `row ${id} of a transaction was handed out before row ${other} of the snapshot`);
    open.handedOut.set(partition, place + 1);
    open.ids.add(id);
    return expected;
  }

  /** Transactions in commit order, their rows in binlog order over all tables. */
  #checkOrder(rows: readonly { row: HistoryRow; transaction: number | null }[]) {
    const transactional = rows.filter(({ transaction }) => transaction !== null);
    transactional.forEach(({ row, transaction }, index) => {
      const before = transactional[index - 1];
      if (!before) return;
      assert.ok(transaction! >= before.transaction!, 'transactions were not handed out in commit order');
      if (transaction === before.transaction)
        assert.ok(row.id > before.row.id, 'a transaction was not handed out in binlog order');
    });
  }

  #checkCheckpoint(checkpoint: Checkpoint, open: State, fetched: ReadonlyMap<string, bigint>): void {
    const { transactions } = this.#history;
    const unknown = this.#filling && open.done === 0;
    assert.equal(checkpoint.position === null, unknown, 'the position must be known from the first transaction on');
    const expected = unknown ? null : this.positionAfter(open.done);
    assert.equal(formatPosition(checkpoint.position ?? emptyPosition), formatPosition(expected ?? emptyPosition));
    if (open.done > this.#applied) {
      assert.equal(checkpoint.committedAtMs, transactions[open.done - 1]!.committedAtMs);
    }
    if (this.#filling && !unknown) {
      for (const id of this.#snapshot)
        assert.ok(open.ids.has(id), `row ${id} of the snapshot is not in the first position`);
    }
    for (const { row, transaction } of this.#rows.values()) {
      if (transaction === null) continue;
      const isIn = open.ids.has(row.id);
      if (transaction < open.done) assert.ok(isIn, `row ${row.id} of an applied transaction was not handed out`);
      else assert.ok(!isIn, `row ${row.id} of a later transaction is in the checkpoint`);
    }
    for (const partition of this.#logs.keys()) {
      const offset = checkpoint.offsets.get(partition)!;
      assert.equal(offset, this.#restartOffset(partition, open, fetched.get(partition)!), `the offset of ${partition}`);
      assert.ok(offset >= this.#committed.offsets.get(partition)!, `the offset of ${partition} went back`);
    }
  }

  /** The first message in what was fetched that is still needed; the fetch position when there is none. */
  #restartOffset(partition: string, open: State, fetched: bigint): bigint {
    const needed = this.#logs.get(partition)!.find(({ record }) => {
      if (record?.kind === 'marker') return this.#indexOf(record.marker.transaction) >= open.done;
      if (record?.kind !== 'change') return false;
      const id = idOf(record.change);
      return this.#rows.has(id) && !open.ids.has(id);
    });
    return needed && needed.offset < fetched ? needed.offset : fetched;
  }

  #indexOf(gtid: Gtid): number {
    const only: Position = new Map([[gtid.domain, gtid]]);
    return this.#history.transactions.findLastIndex((transaction) => covers(only, transaction.gtid));
  }

  /** The source's own position after its first transactions. */
  positionAfter(count: number): Position {
    return new Map(this.#history.transactions.slice(0, count).map(({ gtid }) => [gtid.domain, gtid]));
  }
}

interface State {
  done: number;
  handedOut: Map<string, number>;
  ids: Set<number>;
  batches: MergedBatch[];
  offsets: ReadonlyMap<string, bigint>;
}

function copyOf(state: State): State {
  return { ...state, handedOut: new Map(state.handedOut), ids: new Set(state.ids), batches: [...state.batches] };
}

function idOf({ before, after }: ChangeEvent): number {
  return Number((after ?? before)!.id);
}

function idsIn(logs: Logs): Set<number> {
  const records = [...logs.values()].flat().map(({ record }) => record);
  return new Set(records.flatMap((record) => (record?.kind === 'change' ? [idOf(record.change)] : [])));
}
