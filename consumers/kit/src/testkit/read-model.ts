import type { LeaseHeld, ReadStore } from '../apply/index.ts';
import type { Row } from '../change-event/index.ts';
import type { ReadTable } from '../projection/index.ts';
import type { StoredCheckpoint } from '../read-store/index.ts';

/** A projector's way to a read model, and its lease on it. */
export interface Held {
  readonly store: ReadStore;
  readonly lease: LeaseHeld;
}

/** A read model that a test fills, again and again, and looks at as anybody would. */
export interface ReadModel {
  /** Rows written in an open transaction are in the way of whoever writes them too. */
  readonly locksRows: boolean;
  /** Empty, as if made now. */
  reset(): Promise<void>;
  /** A connection of its own and the lease, whoever has it; null while somebody has moved the checkpoint and not committed. */
  takeOver(): Promise<Held | null>;
  /** Ends a connection, as the server does with one that is dead or frozen. */
  kill(store: ReadStore): Promise<void>;
  checkpoint(): Promise<StoredCheckpoint>;
  /** By the source's names of columns; null for a query, where there is no SQL to compute it. */
  rows(table: ReadTable): Promise<Row[] | null>;
  /** Queries whose rows are not what their SELECT gives, with what is wrong. */
  unlikeQueries(): Promise<string[]>;
  [Symbol.asyncDispose](): Promise<void>;
}
