import type { ChangeEvent, Gtid } from '../change-event/index.ts';
import { DataLog, sameTransaction } from './data-log.ts';
import { MergeError } from './merge-error.ts';
import type { PartitionName } from './types.ts';

/** All subscribed data partitions, and what the head transaction has in them. */
export class DataLogs {
  readonly #logs: readonly DataLog[];
  readonly #byPartition: ReadonlyMap<PartitionName, DataLog>;
  readonly #byTable: ReadonlyMap<string, readonly DataLog[]>;
  #held = 0;
  #turn = 0;

  /** @throws MergeError `start-offset-missing` */
  constructor(tables: ReadonlyMap<PartitionName, string>, offsets: ReadonlyMap<PartitionName, bigint>) {
    this.#logs = [...tables].map(
      ([partition, table]) => new DataLog(partition, table, startOffset(offsets, partition)),
    );
    this.#byPartition = new Map(this.#logs.map((log) => [log.partition, log]));
    this.#byTable = Map.groupBy(this.#logs, (log) => log.table);
  }

  get all(): readonly DataLog[] {
    return this.#logs;
  }

  get(partition: PartitionName): DataLog | undefined {
    return this.#byPartition.get(partition);
  }

  /** Rows set aside for the head transaction, the loose rows behind them included. */
  get held(): number {
    return this.#held;
  }

  get queued(): number {
    let rows = 0;
    for (const log of this.#logs) rows += log.queued;
    return rows;
  }

  /** Loose rows from every front, at most `most`; says how many. Each call begins at another partition: none starves. */
  takeLoose(into: ChangeEvent[], most: number): number {
    let taken = 0;
    this.#turn++;
    for (let index = 0; index < this.#logs.length && taken < most; index++) {
      taken += this.#logs[(this.#turn + index) % this.#logs.length]!.takeLoose(into, most - taken);
    }
    return taken;
  }

  /** Sets rows of the head transaction aside until each log holds `most`. */
  hold(head: Gtid, most: number): void {
    for (const log of this.#logs) this.#held += log.hold(head, most - log.held);
  }

  /** Whether a row of the head transaction is right behind those that are held. */
  isWaiting(head: Gtid): boolean {
    return this.#logs.some(({ waiting }) => waiting?.transaction && sameTransaction(waiting.transaction, head));
  }

  /** Whether the head transaction has exactly the counted rows in every subscribed table. */
  countsMet(counts: ReadonlyMap<string, number>): boolean {
    for (const [table, logs] of this.#byTable) {
      let rows = 0;
      for (const log of logs) rows += log.rowsOfHead;
      if (rows !== (counts.get(table) ?? 0)) return false;
    }
    return true;
  }

  /**
   * Hands out what is held, about `most` rows, ordered by binlog position over all partitions; says how many. It ends where a log
   * that holds no more may have the next row: `isPast` says that it has none. Each partition is in that order already, so this is
   * a merge of sorted runs; a loose row stays behind the row it came after.
   */
  takeHeld(into: ChangeEvent[], most: number, isPast: (log: DataLog) => boolean): number {
    const before = this.#held;
    if (this.#logs.some((log) => log.held === 0 && !isPast(log))) return 0;
    const holding = this.#logs.filter((log) => log.held > 0);
    while (holding.length > 0 && before - this.#held < most) {
      let first = 0;
      for (let index = 1; index < holding.length; index++) {
        if (isBefore(holding[index]!.firstHeld!, holding[first]!.firstHeld!)) first = index;
      }
      const log = holding[first]!;
      this.#held -= log.takeHeldRun(into);
      if (log.held > 0) continue;
      if (!isPast(log)) break;
      holding.splice(first, 1);
    }
    return before - this.#held;
  }

  get headHasRows(): boolean {
    return this.#logs.some((log) => log.rowsOfHead > 0);
  }

  forgetHead(): void {
    for (const log of this.#logs) log.forgetHead();
  }
}

/** @throws MergeError `start-offset-missing` */
export function startOffset(offsets: ReadonlyMap<PartitionName, bigint>, partition: PartitionName): bigint {
  const offset = offsets.get(partition);
  if (offset !== undefined) return offset;
  throw new MergeError(
    'start-offset-missing',
    `The start checkpoint has no offset for ${partition}. Give one for every subscribed partition: the earliest for a new read model.`,
  );
}

// A changed key may go from one partition to another: its delete stands before its create at the same place.
function isBefore(a: ChangeEvent, b: ChangeEvent): boolean {
  const byPosition = a.source.binlogPosition - b.source.binlogPosition || a.source.rowNumber - b.source.rowNumber;
  return byPosition < 0 || (byPosition === 0 && a.operation === 'delete' && b.operation !== 'delete');
}
