import {
  type ChangeEvent,
  covers,
  formatGtid,
  type Gtid,
  type Position,
  type TransactionMarker,
} from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { MergeRecord } from '../merge/types.ts';
import type { Chunk } from '../transport/index.ts';

const remedy =
  'no topic has what is missing: remove the connector, its offsets and its topics, capture anew, and give the read model an empty database';

/**
 * Knows when the connector has left something out. Connect's offsets may get lost: Debezium then takes a new snapshot and streams
 * on from there, and neither says what was deleted meanwhile. But MariaDB counts the GTIDs of a domain without a gap
 * (https://mariadb.com/kb/en/gtid/), and the connector writes a BEGIN for each, whatever it is of: what is missing shows.
 *
 * A snapshot that comes to a read model that is filled is not applied. When nothing is missing it says what is there already;
 * when something is, it would show rows that the position knows nothing of, and hide that others are gone.
 */
export class Continuity {
  readonly #start: Position | null;
  readonly #newest: Map<number, Gtid>;
  /** By table, the first transaction that counts rows of it, and the first one of which a row was read. */
  readonly #counted = new Map<string, Gtid>();
  readonly #read = new Map<string, Gtid>();
  /** Of the newest row of such a snapshot, until the first transaction behind it has come. */
  #snapshotAtMs: number | null = null;

  constructor(position: Position | null) {
    this.#start = position;
    this.#newest = new Map(position);
  }

  /** A new snapshot was taken, and whether transactions are missing before it is not known yet: nothing is known to be fresh. */
  get unsure(): boolean {
    return this.#snapshotAtMs !== null;
  }

  /** The records that count, of a chunk's messages. Throws KitError `changes-missing`. */
  admit(chunk: Chunk, records: readonly MergeRecord[], filled: boolean): MergeRecord[] {
    return records.map((record, index) => {
      const { timestampMs } = chunk.messages[index]!;
      if (record.kind === 'marker')
        this.#follow(record.marker, timestampMs, `${chunk.topic} at offset ${record.offset}`);
      if (record.kind === 'change') this.#note(this.#read, record.change.table, record.change.transaction);
      if (!filled || record.kind !== 'change' || !isOfSnapshot(record.change)) return record;
      this.#snapshotAtMs = Math.max(this.#snapshotAtMs ?? 0, timestampMs);
      return { kind: 'ignored', offset: record.offset };
    });
  }

  /**
   * To be called when a read model is filled, with its position. A topic that was deleted and made anew, alone, begins later
   * than the transaction topic knows of. Throws KitError `changes-missing`.
   */
  checkBeginnings(tables: Iterable<string>, position: Position): void {
    for (const table of tables) {
      const [counted, read] = [this.#counted.get(table), this.#read.get(table)];
      if (!counted || !covers(position, counted) || (read && isNotAfter(read, counted))) continue;
      const first = read ? `begins with ${formatGtid(read)}` : 'has no row of a transaction';
      const message = `the topic of ${table} ${first}, but ${formatGtid(counted)} wrote to it: it is not the topic of then`;
      throw new KitError('changes-missing', message, { remedy });
    }
  }

  #note(into: Map<string, Gtid>, table: string, gtid: Gtid | null): void {
    if (gtid !== null && !into.has(table)) into.set(table, gtid);
  }

  #follow({ status, transaction, counts }: TransactionMarker, timestampMs: number, where: string): void {
    const isRepeated = this.#start !== null && covers(this.#start, transaction);
    for (const [table, rows] of counts ?? [])
      if (rows > 0 && !isRepeated) this.#note(this.#counted, table, transaction);
    const newest = this.#newest.get(transaction.domain);
    const isBehindSnapshot = this.#snapshotAtMs !== null && timestampMs > this.#snapshotAtMs;
    if (newest !== undefined) {
      const step = transaction.sequence - newest.sequence;
      if (step > 1n)
        throw missing(where, newest, transaction, `${step - 1n} transactions of the source are not in Kafka`);
      // A replica was promoted that lacked the newest ones: it gave their numbers to others, which look as if they were applied.
      if (step === 0n && transaction.server !== newest.server)
        throw missing(where, newest, transaction, 'another server has the number for a transaction of its own');
      if (step === 0n && status === 'END') return; // Of the one that was open when the snapshot's rows came.
      if (step < 1n && isBehindSnapshot)
        throw missing(where, newest, transaction, 'the source counts anew, and what it counted before is not known');
      if (step < 1n) return; // What a connector repeats that was started again.
    }
    if (isBehindSnapshot) this.#snapshotAtMs = null;
    this.#newest.set(transaction.domain, transaction);
  }
}

const isNotAfter = (a: Gtid, b: Gtid): boolean => a.domain !== b.domain || a.sequence <= b.sequence;

/** Not of an incremental one, whose rows come in the middle of the stream on purpose. */
const isOfSnapshot = ({ operation, incremental }: ChangeEvent): boolean => operation === 'read' && !incremental;

function missing(where: string, newest: Gtid, next: Gtid, why: string): KitError {
  return new KitError('changes-missing', `${where}: after ${formatGtid(newest)} comes ${formatGtid(next)}: ${why}`, {
    remedy,
  });
}
