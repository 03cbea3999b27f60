import type { Gtid } from './gtid.ts';

/**
 * An exact column value. 64-bit integers are bigint; decimals are text (`-12.50`); DATE, DATETIME, TIMESTAMP (in UTC)
 * and TIME are text as MariaDB prints them; BINARY and BLOB are bytes; narrower integers and floats are number.
 */
export type SourceValue = null | string | number | bigint | boolean | Uint8Array;

export type Row = Readonly<Record<string, SourceValue>>;

/** `read` is a row of a snapshot; the words are Debezium's. */
export type Operation = 'create' | 'read' | 'update' | 'delete' | 'truncate';

/** Where in the binlog a change stands. Inside one transaction, changes are ordered by `binlogPosition`, then `rowNumber`. */
export interface SourcePosition {
  readonly binlogFile: string;
  readonly binlogPosition: number;
  /** Row inside the binlog event, from 0. */
  readonly rowNumber: number;
  /** Commit time in ms; MariaDB's binlog has whole seconds only. */
  readonly timestampMs: number;
}

/** One decoded row change. A tombstone is not a change event: it never gets past `serde`. */
export interface ChangeEvent {
  readonly operation: Operation;
  /** `database.table` as in the monolith. */
  readonly table: string;
  readonly before: Row | null;
  readonly after: Row | null;
  readonly source: SourcePosition;
  /** The transaction it belongs to; null for rows of a snapshot, of an incremental snapshot, and for TRUNCATE. */
  readonly transaction: Gtid | null;
  /** A row of an incremental snapshot. */
  readonly incremental?: true;
  /** Derived by the kit: the binlog does not show it. */
  readonly synthetic?: true;
}

/** A record of the transaction topic: BEGIN or END of one GTID. */
export interface TransactionMarker {
  readonly status: 'BEGIN' | 'END';
  readonly transaction: Gtid;
  readonly timestampMs: number;
  /** END only: how many change events each captured table got, by `database.table`. A table without events is absent. */
  readonly counts: ReadonlyMap<string, number> | null;
}
