import { formatPosition, type Position, parsePosition } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { Checkpoint } from '../merge/types.ts';

/** A message that was read before the checkpoint: the same log still has it, a log created anew has another or none. */
export interface Anchor {
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly crc32: number;
}

/** A checkpoint with what is needed to know its logs again. */
export interface StoredCheckpoint extends Checkpoint {
  readonly anchors: ReadonlyMap<string, Anchor>;
  /** What was in Kafka when it began is in, and the queries are computed: it may be read. Never without a position. */
  readonly filled: boolean;
  /** While filling: by partition, the snapshot that its newest rows of one are of. */
  readonly snapshots?: ReadonlyMap<string, string>;
}

export interface CheckpointColumns {
  /** What an answer may say; null while filling. */
  readonly position: string | null;
  /** How far a read model has come that is not filled yet. */
  readonly filling_position: string | null;
  readonly committed_at_ms: string | null;
  readonly partitions: string;
}

interface PartitionJson {
  readonly next: string;
  readonly anchor?: { readonly offset: string; readonly timestampMs: number; readonly crc32: number };
  readonly snapshot?: string;
}

export const emptyCheckpoint: StoredCheckpoint = {
  position: null,
  committedAtMs: null,
  offsets: new Map(),
  anchors: new Map(),
  filled: false,
};

export function toColumns(checkpoint: StoredCheckpoint): CheckpointColumns {
  const partitions: Record<string, PartitionJson> = {};
  for (const [partition, next] of checkpoint.offsets) {
    const anchor = checkpoint.anchors.get(partition);
    const snapshot = checkpoint.filled ? undefined : checkpoint.snapshots?.get(partition);
    partitions[partition] = {
      next: String(next),
      ...(anchor && { anchor: { ...anchor, offset: String(anchor.offset) } }),
      ...(snapshot && { snapshot }),
    };
  }
  const position = checkpoint.position && formatPosition(checkpoint.position);
  return {
    position: checkpoint.filled ? position : null,
    filling_position: checkpoint.filled ? null : position,
    committed_at_ms: checkpoint.committedAtMs === null ? null : String(checkpoint.committedAtMs),
    partitions: JSON.stringify(partitions),
  };
}

/** Throws KitError `read-model-differs` for a position that is none: taken for "still filling", rows would be applied again. */
export function fromColumns(columns: CheckpointColumns): StoredCheckpoint {
  const partitions = Object.entries(JSON.parse(columns.partitions) as Record<string, PartitionJson>);
  const position = columns.position ?? columns.filling_position;
  const snapshots = partitions.flatMap(([partition, { snapshot }]) =>
    snapshot ? [[partition, snapshot] as const] : [],
  );
  return {
    filled: columns.position !== null,
    position: position === null ? null : positionOf(position),
    committedAtMs: columns.committed_at_ms === null ? null : Number(columns.committed_at_ms),
    offsets: new Map(partitions.map(([partition, { next }]) => [partition, BigInt(next)])),
    anchors: new Map(
      partitions.flatMap(([partition, { anchor }]) =>
        anchor ? [[partition, { ...anchor, offset: BigInt(anchor.offset) }] as const] : [],
      ),
    ),
    ...(snapshots.length > 0 && { snapshots: new Map(snapshots) }),
  };
}

function positionOf(text: string): Position {
  const position = parsePosition(text);
  if (position !== null) return position;
  const remedy = 'give the read model a new, empty database; it is filled from the stream';
  throw new KitError('read-model-differs', `the checkpoint's position '${text}' is not one of GTIDs`, { remedy });
}
