import type { ChangeEvent, Gtid, Position } from '../change-event/index.ts';
import { covers, formatGtid } from '../change-event/index.ts';
import { checkChunk } from './chunk.ts';
import { type DataLog, rowTooLate } from './data-log.ts';
import { DataLogs, startOffset } from './data-logs.ts';
import { EndOffsetRequests } from './end-offset-requests.ts';
import { MarkerLog, type PendingTransaction } from './marker-log.ts';
import { MergeError } from './merge-error.ts';
import { Reached } from './reached.ts';
import type { Checkpoint, MergedBatch, MergeRecord, PartitionName } from './types.ts';

export interface TransactionMergeOptions {
  /** The transaction topic's partition. */
  readonly markers: PartitionName;
  /** Every subscribed data partition with its `database.table`. */
  readonly tables: ReadonlyMap<PartitionName, string>;
  /** Where to go on. Position null: the read model is still filling. */
  readonly start: Checkpoint;
  /** Rows a batch aims at, and the most rows of one transaction held in the heap. At least 1. */
  readonly maxRows: number;
}

/**
 * Merges the logs of a projector back into whole source transactions in commit order. Pure: records in, batches out.
 *
 * Guarantee: when a checkpoint at position P is handed out, every row of every transaction up to P in the subscribed tables
 * has been handed out, once, and no row beyond P has; a new merge started from that checkpoint hands out exactly the rest. Rows of
 * transactions come in the order of the binlog, over all tables, and none before all rows of the first snapshot.
 *
 * It stands on this:
 * - `push` gets each partition's records in order, read with isolation `read_committed`.
 * - Each partition is in binlog order, but for what a restarted connector repeats.
 * - The rows of a transaction are in their partitions before its END or the next BEGIN can be read. The connector must run
 *   with exactly-once support: its records are then complete on the brokers when the first of them becomes visible.
 * - One domain's GTIDs are in order of sequence (`gtid_strict_mode=ON`).
 * - A transaction without END is complete, but for one with rows whose BEGIN came again while it was open: that one stops.
 *
 * After an error the instance is of no use; start a new one from the last committed checkpoint.
 *
 * Why it never blocks, as long as the caller reads every partition that is wanted and answers the requests:
 * - Loose rows at a front go at once, so a queue that stays full has a transactional row in front.
 * - No pending transaction: the markers are wanted, and the BEGIN of every waiting row is in them.
 * - The head is open: it is the only pending one, so the markers are wanted; what follows closes it.
 * - The head is open or closed, and a queue is full of its rows: they go out in parts, as far as every other partition is known to
 *   have no earlier row. One that has no row in front is not full, so it is wanted, and gets read past the end offsets once the
 *   head is closed.
 * - The head is closed and no unheld row of it is in front: a partition whose front is a later transaction is past the
 *   head. One without a front is not full, so it is wanted and gets read past the end offsets. Then the head is whole.
 */
export class TransactionMerge {
  readonly #markers: MarkerLog;
  readonly #data: DataLogs;
  readonly #requests: EndOffsetRequests;
  readonly #reached: Reached;
  readonly #maxRows: number;

  /** @throws MergeError `max-rows-invalid`, `partition-twice`, `start-offset-missing` */
  constructor({ markers, tables, start, maxRows }: TransactionMergeOptions) {
    if (!Number.isInteger(maxRows) || maxRows < 1) {
      throw new MergeError('max-rows-invalid', `maxRows is ${maxRows}. Give a whole number of rows, 1 or more.`);
    }
    if (tables.has(markers)) {
      throw new MergeError('partition-twice', `${markers} is given for markers and for rows. Check the topic names.`);
    }
    this.#maxRows = maxRows;
    this.#reached = new Reached(start);
    this.#markers = new MarkerLog(markers, startOffset(start.offsets, markers));
    this.#data = new DataLogs(tables, start.offsets);
    this.#requests = new EndOffsetRequests(tables.keys());
  }

  /**
   * Takes in what was read: records in offset order, and the fetch position after them. Kafka's own control markers occupy
   * offsets, so `nextOffset` may be further than the last record, and `records` may be empty.
   *
   * @throws MergeError `unknown-partition`, `offset-went-back`, `marker-among-changes`, `change-among-markers`,
   *   `gtid-went-back`, `binlog-changed`, `row-too-late`
   */
  push(partition: PartitionName, records: readonly MergeRecord[], nextOffset: bigint): void {
    if (partition === this.#markers.partition) {
      checkChunk(partition, 'marker', records, this.#markers.nextOffset, nextOffset);
      this.#markers.append(records, nextOffset, this.#reached, this.#requests.next);
      return;
    }
    const log = this.#data.get(partition);
    if (log === undefined) throw unknownPartition(partition);
    checkChunk(partition, 'change', records, log.nextOffset, nextOffset);
    log.append(records, nextOffset, this.#reached);
  }

  /**
   * A request number when the head transaction is closed and needs the end offsets of all data partitions, taken from now
   * on; null otherwise. The same number until it is answered, so a lost answer is simply asked for again.
   *
   * A transaction whose counted rows are only late is asked for as well: its counts may be too high (a record left out on
   * purpose counts), and nothing may wait for rows that never come. The caller may wait a moment before it asks Kafka.
   *
   * @throws MergeError `begin-missing`, `row-too-late`
   */
  wantsEndOffsets(): number | null {
    const head = this.#markers.head;
    if (head === null || head.closedFor === null || this.#isWhole(head)) return null;
    return this.#requests.handOut(head.closedFor);
  }

  /**
   * The answer: the *high watermark* of every data partition, taken after the request was handed out. Not the last stable
   * offset: the partitions of a Kafka transaction become visible one after another, so END may be readable while the last
   * stable offset of a data partition is still in front of the transaction's rows.
   *
   * @throws MergeError `request-unknown`, `end-offset-missing`
   */
  endOffsets(request: number, ends: ReadonlyMap<PartitionName, bigint>): void {
    this.#requests.answer(request, ends);
  }

  /** Whether to read on there. A chunk may overshoot the limits; they bound when to stop, not how much to push. */
  wantsMore(partition: PartitionName): boolean {
    if (partition === this.#markers.partition) return this.#markers.pending < Math.max(2, this.#maxRows);
    const log = this.#data.get(partition);
    if (log === undefined) throw unknownPartition(partition);
    return log.queued < this.#maxRows;
  }

  /**
   * The next rows to apply, about `maxRows` (at most three times that); null when there are none now. It ends at a transaction's
   * end, with a checkpoint, unless the transaction is larger than `maxRows`. It may have no rows and only move the position.
   *
   * `upTo`: hands out no transaction beyond it, and nothing at all once it is reached.
   *
   * @throws MergeError `begin-missing`, `row-too-late`, `transaction-cut`
   */
  take(upTo: Position | null = null): MergedBatch | null {
    if (upTo !== null && this.hasReached(upTo)) return null;
    const changes: ChangeEvent[] = [];
    let transactions = 0;
    // Half of a batch is kept for transactions: a long incremental snapshot must not stop the position from moving.
    let looseLeft = this.#markers.head === null ? this.#maxRows : Math.ceil(this.#maxRows / 2);
    for (;;) {
      looseLeft -= this.#data.takeLoose(changes, looseLeft);
      const head = this.#markers.head;
      if (head === null) break;
      const whole = this.#isWhole(head);
      if (!whole && this.#data.held < this.#maxRows) break;
      if (transactions > 0 && (!whole || changes.length + this.#data.held > this.#maxRows)) break;
      const isLast = whole && this.#data.held <= this.#maxRows;
      const taken = this.#data.takeHeld(changes, this.#maxRows, (log) => whole || this.#isPast(log, head));
      if (!isLast) {
        head.partlyHandedOut ||= taken > 0;
        break;
      }
      this.#finish(head);
      transactions++;
      if (upTo !== null && this.hasReached(upTo)) break;
    }
    if (changes.length === 0 && transactions === 0) return null;
    return { changes, transactions, checkpoint: this.#checkpoint() };
  }

  /**
   * While filling: takes another's word that each transaction up to there was read, whole, and no other. The checkpoint with that
   * position; null while rows wait, or a transaction that it covers.
   */
  settle(position: Position, committedAtMs: number): Checkpoint | null {
    const { head } = this.#markers;
    if (!this.#reached.filling || this.#data.queued > 0 || (head !== null && covers(position, head.gtid))) return null;
    for (const gtid of position.values()) this.#reached.moveTo(gtid, committedAtMs);
    return this.#checkpoint();
  }

  /** All up to there was handed out, whole: it is covered, or the next transaction is beyond it. */
  hasReached(position: Position): boolean {
    const head = this.#markers.head;
    return this.#reached.coversAll(position) || (head !== null && !covers(position, head.gtid));
  }

  /** Rows of a transaction were handed out without its end. */
  get isPartlyTaken(): boolean {
    return this.#markers.head?.partlyHandedOut ?? false;
  }

  /** Nothing waits: no transaction is pending and every queue is empty. */
  get idle(): boolean {
    return this.#markers.head === null && this.queuedRows === 0;
  }

  /** The oldest transaction that was not handed out whole. */
  get oldestPending(): Gtid | null {
    return this.#markers.head?.gtid ?? null;
  }

  /** Rows read and not handed out. */
  get queuedRows(): number {
    return this.#data.queued;
  }

  /** Sets aside what is there of the head transaction, then says whether that, with what was handed out, is all of it. */
  #isWhole(head: PendingTransaction): boolean {
    this.#data.hold(head.gtid, this.#maxRows);
    if (head.closedFor === null) return false;
    // Of a log, only `maxRows` are held: whatever END counts, more rows of the head may stand behind them.
    if (this.#data.isWaiting(head.gtid)) return false;
    // While filling, rows of the snapshot are in front of the first transaction, and no END counts them.
    if (head.counts !== null && !this.#reached.filling && this.#data.countsMet(head.counts)) return true;
    return this.#data.all.every((log) => this.#isPast(log, head));
  }

  /** Whether no row of the head is behind those of the log that are held. */
  #isPast(log: DataLog, head: PendingTransaction): boolean {
    const ends = head.closedFor === null ? null : this.#requests.answerFor(head.closedFor);
    return (ends !== null && log.waitingOffset >= ends.get(log.partition)!) || this.#isLater(log, head.gtid);
  }

  /** A row of a later transaction in front: the partition has been read past the head, however far its end may be. */
  #isLater({ waiting, partition }: DataLog, head: Gtid): boolean {
    const gtid = waiting?.transaction ?? null;
    if (gtid === null) return false;
    if (this.#reached.covers(gtid)) throw rowTooLate(partition, gtid);
    if (gtid.domain === head.domain && gtid.sequence < head.sequence) throw beginMissing(partition, gtid, head);
    return true;
  }

  #finish(head: PendingTransaction): void {
    if (head.maybeCut && this.#data.headHasRows) throw transactionCut(this.#markers.partition, head);
    this.#reached.moveTo(head.gtid, head.committedAtMs);
    this.#markers.removeHead();
    this.#data.forgetHead();
  }

  #checkpoint(): Checkpoint | null {
    if (this.#markers.head?.partlyHandedOut) return null;
    const offsets = new Map([[this.#markers.partition, this.#markers.restartOffset]]);
    for (const log of this.#data.all) offsets.set(log.partition, log.restartOffset);
    return { position: this.#reached.position, committedAtMs: this.#reached.committedAtMs, offsets };
  }
}

function unknownPartition(partition: PartitionName): MergeError {
  return new MergeError(
    'unknown-partition',
    `${partition} is not subscribed. Push only the partitions given at the start.`,
  );
}

/**
 * Debezium 3.5.0 stores a transaction as finished when it connects anew in the middle of it and publishes it again; a worker
 * that dies before its END never publishes the rest. XA transactions have no END either and look the same.
 */
function transactionCut(partition: PartitionName, { gtid, offset }: PendingTransaction): MergeError {
  return new MergeError(
    'transaction-cut',
    `${partition} at offset ${offset}: transaction ${formatGtid(gtid)} was begun again and never ended, so some of its rows may not be in Kafka. ` +
      'Compare what it changed with the source; when rows are missing, capture anew: remove the connector, its offsets and topics, and rebuild the read model.',
  );
}

function beginMissing(partition: PartitionName, gtid: Gtid, head: Gtid): MergeError {
  return new MergeError(
    'begin-missing',
    `${partition}: a row of transaction ${formatGtid(gtid)} waits for its BEGIN, but ${formatGtid(head)} began already. The start ` +
      'checkpoint is too far in the transaction topic: start from a checkpoint of this read model, or from the earliest offsets.',
  );
}
