import type { ChangeEvent, Position, TransactionMarker } from '../change-event/index.ts';

/** `topic/partition`, the name of one ordered log. */
export type PartitionName = string;

export const partitionName = ({
  topic,
  partition,
}: {
  readonly topic: string;
  readonly partition: number;
}): PartitionName => `${topic}/${partition}`;

/** What one message means to the merge. `ignored` is a tombstone or a record of no interest: only its offset counts. */
export type MergeRecord =
  | { readonly kind: 'marker'; readonly offset: bigint; readonly marker: TransactionMarker }
  | { readonly kind: 'change'; readonly offset: bigint; readonly change: ChangeEvent }
  | { readonly kind: 'ignored'; readonly offset: bigint };

/** How far a read model has come. Committed with the rows, in one database transaction. */
export interface Checkpoint {
  /** Every transaction up to here is in the read model; null while the first snapshot is not whole (`filling`). */
  readonly position: Position | null;
  /** Commit time at the source of the newest transaction in `position`, ms; null while filling. */
  readonly committedAtMs: number | null;
  /** Next offset to read, by partition. */
  readonly offsets: ReadonlyMap<PartitionName, bigint>;
}

export interface MergedBatch {
  /** In the order to apply them: transaction by transaction in commit order, inside one by binlog position. */
  readonly changes: readonly ChangeEvent[];
  /** How many whole source transactions end in this batch. */
  readonly transactions: number;
  /** Commit here; null: the batch ends inside a transaction larger than the limit, its rows may be written but not committed. */
  readonly checkpoint: Checkpoint | null;
}
