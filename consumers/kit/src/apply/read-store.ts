import type { Row, SourceValue } from '../change-event/index.ts';
import type { Column, MirrorTable } from '../projection/declaration.ts';
import type { Lease } from '../read-store/lease.ts';
import type { Session } from '../read-store/session.ts';
import type { StoredCheckpoint } from '../read-store/stored-checkpoint.ts';
import type { TableEffect } from './coalesce.ts';

/** Which rows of a mirror: those whose columns have one of these values, compared as the source compares them. */
export interface Where {
  readonly columns: readonly Column[];
  readonly values: readonly (readonly SourceValue[])[];
}

/**
 * What the writer needs of a read model: one transaction at a time, seen by nobody before its commit and gone without it. What a
 * store has to do is in `testkit/read-store-contract.ts`.
 */
export interface ReadStore {
  /** For what only SQL can do: queries, the log of changes, parked keys. Null: the store has mirrors alone. */
  readonly session: Session | null;
  begin(): Promise<void>;
  /** Makes the rows of a mirror what the effect says. Throws KitError `row-refused` for a value that does not fit. */
  write(table: MirrorTable, effect: TableEffect): Promise<void>;
  /** Rows by the source's names of columns, at most `limit`. */
  find(table: MirrorTable, where: Where, limit: number): Promise<Row[]>;
  /** All rows by the source's names of columns, in the order of the key, so many at a time. Other tables may be written meanwhile. */
  scan(table: MirrorTable, atOnce: number): AsyncGenerator<Row[]>;
  /** Gives all those rows other values in these very columns. */
  set(table: MirrorTable, where: Where, values: readonly SourceValue[]): Promise<void>;
  /** Compares the epoch and moves the checkpoint; false: the epoch is over. Nobody takes the lease from here to the end of the transaction. */
  moveCheckpoint(lease: LeaseHeld, checkpoint: StoredCheckpoint, freshAtMs: number | null): Promise<boolean>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** To be called now and then while a transaction is open: only a client that is frozen loses it. */
  keepOpen(): Promise<void>;
}

export type LeaseHeld = Pick<Lease, 'projection' | 'epoch' | 'lost'>;
