import type { Gtid, TransactionMarker } from '../change-event/index.ts';
import { formatGtid } from '../change-event/index.ts';
import { sameTransaction } from './data-log.ts';
import { Fifo } from './fifo.ts';
import { MergeError } from './merge-error.ts';
import type { Reached } from './reached.ts';
import type { MergeRecord, PartitionName } from './types.ts';

/** A transaction whose BEGIN was read and that was not handed out whole. */
export interface PendingTransaction {
  readonly gtid: Gtid;
  /** Of its first marker: where to read on while it is the oldest. */
  readonly offset: bigint;
  committedAtMs: number;
  /** Null while open; then the first request whose end offsets lie behind all its rows. */
  closedFor: number | null;
  /** Rows by table, when they can be believed: exactly one BEGIN and then exactly one END were read. */
  counts: ReadonlyMap<string, number> | null;
  sentAgain: boolean;
  /** BEGIN came again while it was open, and no END since: the connector may have left off in the middle of it. */
  maybeCut: boolean;
  partlyHandedOut: boolean;
}

/**
 * The transaction topic: which transactions there are, in commit order (that of their first BEGIN), and which are closed.
 *
 * - END(T) closes T, and the BEGIN of a GTID not seen before closes the one before it. Nothing else closes.
 * - A marker of a GTID that is covered is one of a redelivery and is ignored: its counts are 0 or partial.
 * - A second BEGIN or END of a pending transaction is a redelivery too. The connector's counters restart with it, so the
 *   counts are never believed again; and if T was closed, the end offsets must now be from after this marker.
 * - An END without any BEGIN (reading began between the two) stands for both, at its place, and its counts are not believed:
 *   whatever rows of it are there must be waited for, and the position moves over it. Ignoring it would leave its rows
 *   at the front of their partition for ever.
 * - A GTID below one that began before, neither pending nor covered, cannot be put in order any more: `gtid-went-back`.
 */
export class MarkerLog {
  readonly partition: PartitionName;
  readonly #pending = new Fifo<PendingTransaction>();
  readonly #newestSequence = new Map<number, bigint>();
  #nextOffset: bigint;

  constructor(partition: PartitionName, nextOffset: bigint) {
    this.partition = partition;
    this.#nextOffset = nextOffset;
  }

  get nextOffset(): bigint {
    return this.#nextOffset;
  }

  /** The oldest pending transaction. */
  get head(): PendingTransaction | null {
    return this.#pending.at(0) ?? null;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Never past the first marker of a pending transaction, so that a restart sees all of its markers again. */
  get restartOffset(): bigint {
    return this.head?.offset ?? this.#nextOffset;
  }

  append(records: readonly MergeRecord[], nextOffset: bigint, reached: Reached, nextRequest: number): void {
    for (const record of records) {
      if (record.kind !== 'marker' || reached.covers(record.marker.transaction)) continue;
      if (record.marker.status === 'BEGIN') this.#begin(record.marker, record.offset, nextRequest);
      else this.#end(record.marker, record.offset, nextRequest);
    }
    this.#nextOffset = nextOffset;
  }

  removeHead(): void {
    this.#pending.shift();
  }

  #begin(marker: TransactionMarker, offset: bigint, nextRequest: number): void {
    const known = this.#find(marker.transaction);
    if (known === null) {
      this.#open(marker, offset, nextRequest);
      return;
    }
    distrust(known);
    if (known.closedFor === null) known.maybeCut = true;
    else known.closedFor = nextRequest;
  }

  #end(marker: TransactionMarker, offset: bigint, nextRequest: number): void {
    const known = this.#find(marker.transaction);
    const transaction = known ?? this.#open(marker, offset, nextRequest);
    if (known === null || transaction.closedFor !== null) distrust(transaction);
    if (!transaction.sentAgain) transaction.counts = marker.counts;
    transaction.closedFor = nextRequest;
    transaction.maybeCut = false;
    transaction.committedAtMs = marker.timestampMs;
  }

  #open(marker: TransactionMarker, offset: bigint, nextRequest: number): PendingTransaction {
    const { domain, sequence } = marker.transaction;
    const newest = this.#newestSequence.get(domain);
    if (newest !== undefined && sequence <= newest) throw this.#wentBack(marker.transaction, newest, offset);
    const before = this.#pending.at(this.#pending.size - 1);
    if (before) before.closedFor ??= nextRequest;
    const opened: PendingTransaction = {
      gtid: marker.transaction,
      offset,
      committedAtMs: marker.timestampMs,
      closedFor: null,
      counts: null,
      sentAgain: false,
      maybeCut: false,
      partlyHandedOut: false,
    };
    this.#pending.push(opened);
    this.#newestSequence.set(domain, sequence);
    return opened;
  }

  // From the back: an END is nearly always that of the newest. Only a redelivery looks further.
  #find(gtid: Gtid): PendingTransaction | null {
    const newest = this.#newestSequence.get(gtid.domain);
    if (newest === undefined || gtid.sequence > newest) return null;
    for (let index = this.#pending.size - 1; index >= 0; index--) {
      const pending = this.#pending.at(index)!;
      if (sameTransaction(pending.gtid, gtid)) return pending;
    }
    return null;
  }

  #wentBack(gtid: Gtid, newest: bigint, offset: bigint): MergeError {
    return new MergeError(
      'gtid-went-back',
      `${this.partition} at offset ${offset}: transaction ${formatGtid(gtid)} begins after sequence ${newest} of its domain. ` +
        'Run the source with gtid_strict_mode=ON, start from a checkpoint of this read model, or rebuild it.',
    );
  }
}

function distrust(transaction: PendingTransaction): void {
  transaction.sentAgain = true;
  transaction.counts = null;
}
