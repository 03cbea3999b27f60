import type { ChangeEvent, Gtid } from '../change-event/index.ts';

interface Newest {
  sequence: bigint;
  binlogFile: string;
  binlogPosition: number;
  rowNumber: number;
  deleted: boolean;
}

/**
 * Tells the first delivery of a transactional row from a repeated one, in one partition.
 *
 * The connector writes a partition in binlog order and, after a restart, writes again from an earlier point on. So whatever
 * is not ahead of the newest row seen in its GTID domain has been there before: a row of an older transaction, or a row of
 * the same one that is not further in the binlog. One row number comes twice on purpose: a changed primary key is a delete
 * and then a create at the same place (https://debezium.io/documentation/reference/3.5/connectors/mariadb.html,
 * "Primary key updates").
 */
export class FirstDeliveries {
  readonly #newest = new Map<number, Newest>();

  /** Whether this is the row's first delivery; `unknown` when the transaction's newest row is from another binlog file. */
  judge(change: ChangeEvent, gtid: Gtid): 'first' | 'repeated' | 'unknown' {
    const newest = this.#newest.get(gtid.domain);
    if (newest === undefined || gtid.sequence > newest.sequence) return 'first';
    if (gtid.sequence < newest.sequence) return 'repeated';
    if (change.source.binlogFile !== newest.binlogFile) return 'unknown';
    return isAhead(change, newest) ? 'first' : 'repeated';
  }

  remember(change: ChangeEvent, gtid: Gtid): void {
    const { binlogFile, binlogPosition, rowNumber } = change.source;
    const deleted = change.operation === 'delete';
    const newest = this.#newest.get(gtid.domain);
    if (newest === undefined) {
      this.#newest.set(gtid.domain, { sequence: gtid.sequence, binlogFile, binlogPosition, rowNumber, deleted });
      return;
    }
    newest.sequence = gtid.sequence;
    newest.binlogFile = binlogFile;
    newest.binlogPosition = binlogPosition;
    newest.rowNumber = rowNumber;
    newest.deleted = deleted;
  }
}

function isAhead({ source, operation }: ChangeEvent, newest: Newest): boolean {
  if (source.binlogPosition !== newest.binlogPosition) return source.binlogPosition > newest.binlogPosition;
  if (source.rowNumber !== newest.rowNumber) return source.rowNumber > newest.rowNumber;
  return newest.deleted && operation === 'create';
}
