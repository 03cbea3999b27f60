import { type ChangeEvent, formatGtid, type Gtid, type TransactionMarker } from '@banyan/kit';
import type { TailedChange } from './lines.ts';

/** What has been read of one transaction; fed with the records of all topics of a connector, those of one topic in order. */
export class WatchedTransaction {
  readonly gtid: Gtid;
  readonly markers: TransactionMarker[] = [];
  /** Rows that came again after the connector was disturbed; they are in `rows` once. */
  repeated = 0;
  readonly #rows = new Map<string, TailedChange>();
  #first: Gtid | null = null;
  #newest: Gtid | null = null;
  #sameSequence: Gtid | null = null;
  #closed = false;

  constructor(gtid: Gtid) {
    this.gtid = gtid;
  }

  /** END was read, or the BEGIN of a later transaction: DDL, grants and XA never get an END. */
  get closed(): boolean {
    return this.#closed;
  }

  get found(): boolean {
    return this.markers.length > 0 || this.#rows.size > 0;
  }

  get hasEnded(): boolean {
    return this.markers.some(({ status }) => status === 'END');
  }

  /** Whether a later transaction of its domain was read: what has not come by then never will. */
  get isPast(): boolean {
    return this.#newest !== null && this.#newest.sequence > this.gtid.sequence;
  }

  marker(marker: TransactionMarker): void {
    const { transaction } = marker;
    if (transaction.domain !== this.gtid.domain) return;
    this.#first ??= transaction;
    if (this.#newest === null || transaction.sequence > this.#newest.sequence) this.#newest = transaction;
    if (isSame(transaction, this.gtid)) {
      this.markers.push(marker);
      if (marker.status === 'END') this.#closed = true;
    } else if (transaction.sequence === this.gtid.sequence) this.#sameSequence = transaction;
    else if (marker.status === 'BEGIN' && this.found && transaction.sequence > this.gtid.sequence) this.#closed = true;
  }

  change(tailed: TailedChange): void {
    const { transaction } = tailed.change;
    if (transaction === null || !isSame(transaction, this.gtid)) return;
    const place = placeOf(tailed.change);
    if (this.#rows.has(place)) this.repeated++;
    else this.#rows.set(place, tailed);
  }

  /** In binlog order; a changed primary key is a delete and a create at one place. */
  get rows(): TailedChange[] {
    return [...this.#rows.values()].sort((a, b) => {
      const [one, other] = [a.change.source, b.change.source];
      if (one.binlogFile !== other.binlogFile) return one.binlogFile < other.binlogFile ? -1 : 1;
      return (
        one.binlogPosition - other.binlogPosition ||
        one.rowNumber - other.rowNumber ||
        Number(b.change.operation === 'delete') - Number(a.change.operation === 'delete')
      );
    });
  }

  /** END's counts that the rows do not bear out, as `bank.accounts: 1 of 2 rows`. */
  get missing(): string[] {
    const counts = this.markers.findLast(({ status }) => status === 'END')?.counts ?? new Map<string, number>();
    // A transaction that was begun again is counted from there on only.
    if (this.markers.filter(({ status }) => status === 'BEGIN').length > 1) return [];
    const rows = this.rows;
    return [...counts].flatMap(([table, count]) => {
      const there = rows.filter(({ change }) => change.table === table).length;
      return there < count ? [`${table}: ${there} of ${count} rows`] : [];
    });
  }

  /** Why it was not found, when all there is has been read. */
  get absence(): string {
    const { gtid } = this;
    if (this.#sameSequence)
      return `${formatGtid(gtid)} is not in the stream; ${formatGtid(this.#sameSequence)} is, by another server`;
    if (this.#newest === null) return `the stream has no transaction of domain ${gtid.domain}`;
    if (gtid.sequence > this.#newest.sequence)
      return `${formatGtid(gtid)} has not come; the newest is ${formatGtid(this.#newest)}`;
    if (gtid.sequence < this.#first!.sequence)
      return `${formatGtid(gtid)} is before the stream's first transaction, ${formatGtid(this.#first!)}; its rows are in the snapshot`;
    return `${formatGtid(gtid)} is not in the stream, which has ${formatGtid(this.#first!)} to ${formatGtid(this.#newest)}`;
  }
}

const isSame = (a: Gtid, b: Gtid): boolean =>
  a.domain === b.domain && a.server === b.server && a.sequence === b.sequence;

function placeOf({ table, operation, source }: ChangeEvent): string {
  return [table, source.binlogFile, source.binlogPosition, source.rowNumber, operation === 'delete'].join('|');
}
