import type { ChangeEvent, Gtid } from '../change-event/index.ts';
import { formatGtid } from '../change-event/index.ts';
import { Fifo } from './fifo.ts';
import { FirstDeliveries } from './first-deliveries.ts';
import { MergeError } from './merge-error.ts';
import type { Reached } from './reached.ts';
import type { MergeRecord, PartitionName } from './types.ts';

type ChangeRecord = Extract<MergeRecord, { kind: 'change' }>;

export function sameTransaction(a: Gtid, b: Gtid): boolean {
  return a === b || (a.sequence === b.sequence && a.domain === b.domain);
}

/**
 * One data partition: its changes that were read and not handed out yet, in offset order.
 *
 * The front of the queue is in one of three states: *loose* rows (without a transaction), free to go at once; rows *held*
 * for the head transaction, with the loose rows that follow them; or a row of another transaction, which waits.
 */
export class DataLog {
  readonly partition: PartitionName;
  readonly table: string;
  readonly #queue = new Fifo<ChangeRecord>();
  readonly #deliveries = new FirstDeliveries();
  #nextOffset: bigint;
  #held = 0;
  #rowsOfHead = 0;

  constructor(partition: PartitionName, table: string, nextOffset: bigint) {
    this.partition = partition;
    this.table = table;
    this.#nextOffset = nextOffset;
  }

  get nextOffset(): bigint {
    return this.#nextOffset;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get held(): number {
    return this.#held;
  }

  /**
   * Rows of the head transaction seen here, handed out or not. Rows that were delivered again are not among them, and no
   * TRUNCATE: as DDL it has no END that could count it.
   */
  get rowsOfHead(): number {
    return this.#rowsOfHead;
  }

  /** Where to read on after a restart: everything below was handed out or dropped. */
  get restartOffset(): bigint {
    return this.#queue.at(0)?.offset ?? this.#nextOffset;
  }

  append(records: readonly MergeRecord[], nextOffset: bigint, reached: Reached): void {
    for (const record of records) {
      if (record.kind === 'change' && this.#admits(record.change, reached)) this.#queue.push(record);
    }
    this.#nextOffset = nextOffset;
  }

  /** Hands out rows without a transaction from the front, at most `most`; says how many. */
  takeLoose(into: ChangeEvent[], most: number): number {
    if (this.#held > 0) return 0;
    let taken = 0;
    while (taken < most && this.#queue.at(0)?.change.transaction === null) {
      into.push(this.#queue.shift()!.change);
      taken++;
    }
    return taken;
  }

  /** Sets further rows of the head transaction aside, at most `most`; says how many. */
  hold(head: Gtid, most: number): number {
    const before = this.#held;
    while (this.#held - before < most) {
      const change = this.#queue.at(this.#held)?.change;
      if (change === undefined) break;
      const gtid = change.transaction;
      if (gtid === null && this.#held === 0) break;
      if (gtid !== null) {
        if (!sameTransaction(gtid, head)) break;
        if (change.operation !== 'truncate') this.#rowsOfHead++;
      }
      this.#held++;
    }
    return this.#held - before;
  }

  /** The first change that is not held; null when there is none. */
  get waiting(): ChangeEvent | null {
    return this.#queue.at(this.#held)?.change ?? null;
  }

  /** Every row below this offset has been handed out, dropped or held. */
  get waitingOffset(): bigint {
    return this.#queue.at(this.#held)?.offset ?? this.#nextOffset;
  }

  /** The held row that is first in the binlog. */
  get firstHeld(): ChangeEvent | null {
    return this.#held > 0 ? (this.#queue.at(0)?.change ?? null) : null;
  }

  /** Hands out the first held row and the loose rows right behind it, which keep their place in the partition; says how many. */
  takeHeldRun(into: ChangeEvent[]): number {
    const before = this.#held;
    do {
      into.push(this.#queue.shift()!.change);
      this.#held--;
    } while (this.#held > 0 && this.#queue.at(0)?.change.transaction === null);
    return before - this.#held;
  }

  /** The head transaction is over: the next one counts from 0. */
  forgetHead(): void {
    this.#rowsOfHead = 0;
  }

  #admits(change: ChangeEvent, reached: Reached): boolean {
    const gtid = change.transaction;
    if (gtid === null) return true;
    const isCovered = reached.covers(gtid);
    if (isCovered && reached.coveredAtStart(gtid)) return false;
    const delivery = this.#deliveries.judge(change, gtid);
    if (isCovered) {
      if (delivery === 'first') throw rowTooLate(this.partition, gtid);
      return false;
    }
    if (delivery === 'unknown') throw binlogChanged(this.partition, gtid, change.source.binlogFile);
    if (delivery === 'repeated') return false;
    this.#deliveries.remember(change, gtid);
    return true;
  }
}

function binlogChanged(partition: PartitionName, gtid: Gtid, binlogFile: string): MergeError {
  return new MergeError(
    'binlog-changed',
    `${partition}: transaction ${formatGtid(gtid)} goes on in ${binlogFile} after rows from another binlog: the connector went ` +
      'on from another server in the middle of it, so repeated rows cannot be told from new ones. Rebuild the read model.',
  );
}

/** A transaction was handed out without one of its rows. It must not be dropped in silence like a repeated one. */
export function rowTooLate(partition: PartitionName, gtid: Gtid): MergeError {
  return new MergeError(
    'row-too-late',
    `${partition}: a row of transaction ${formatGtid(gtid)} came after the transaction had been handed out as whole. Check ` +
      'that the connector runs with exactly-once support and that end offsets are high watermarks, then rebuild the read model.',
  );
}
