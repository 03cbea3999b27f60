import type { ChangeEvent } from '../change-event/index.ts';
import { KitError } from '../errors.ts';

/** The binlog position that a snapshot was taken at, which each of its rows has: `binlog.000002:1234`. */
export type SnapshotPoint = string;

const remedy =
  'remove the connector, its offsets and its topics, capture anew, and give the read model an empty database';

/**
 * A worker that dies in the middle of a snapshot leaves rows of it in the topics, and takes another one, which does not mention
 * what was deleted in between. So a table is emptied before the first row of a newer snapshot, and rows of an older one are left
 * out. Two snapshots at one position are the same.
 */
export class SnapshotRows {
  /** The newest one by table. */
  readonly #points: Map<string, SnapshotPoint>;

  constructor(points: ReadonlyMap<string, SnapshotPoint>) {
    this.#points = new Map(points);
  }

  get points(): ReadonlyMap<string, SnapshotPoint> {
    return this.#points;
  }

  /** What is to be written for the changes, in order. */
  take(changes: readonly ChangeEvent[]): ChangeEvent[] {
    return changes.flatMap((change) => {
      if (change.operation !== 'read' || change.incremental) return [change];
      const { table, source } = change;
      const [point, known] = [`${source.binlogFile}:${source.binlogPosition}`, this.#points.get(table)];
      if (known === point) return [change];
      if (known !== undefined && isBefore(point, known)) return [];
      this.#points.set(table, point);
      return known === undefined ? [change] : [emptied(change), change];
    });
  }

  /** Throws KitError `changes-missing` for a table with rows of an older snapshot alone: it was empty, or not captured, later. */
  check(): void {
    const newest = [...this.#points.values()].reduce((a, b) => (isBefore(a, b) ? b : a), '');
    for (const [table, point] of this.#points) {
      if (point === newest) continue;
      const message = `the snapshot at ${point} was begun again at ${newest}, which has no row of ${table}: which of its rows are gone is not known`;
      throw new KitError('changes-missing', message, { remedy });
    }
  }
}

const emptied = ({ table, source }: ChangeEvent): ChangeEvent => ({
  operation: 'truncate',
  table,
  before: null,
  after: null,
  source,
  transaction: null,
  synthetic: true,
});

/** Files are counted with leading zeros, of one length until the millionth. */
function isBefore(a: SnapshotPoint, b: SnapshotPoint): boolean {
  const parts = (point: SnapshotPoint) =>
    [point.slice(0, point.lastIndexOf(':')), Number(point.slice(point.lastIndexOf(':') + 1))] as const;
  const [[fileA, positionA], [fileB, positionB]] = [parts(a), parts(b)];
  if (fileA === fileB) return positionA < positionB;
  return fileA.length === fileB.length ? fileA < fileB : fileA.length < fileB.length;
}
