import { describe, expect, it } from '@jest/globals';
import type { ChangeEvent, Operation } from '../change-event/index.ts';
import { SnapshotRows } from './snapshot-rows.ts';

const change = (
  table: string,
  operation: Operation,
  binlogPosition: number,
  binlogFile = 'binlog.000009',
): ChangeEvent => ({
  operation,
  table,
  before: null,
  after: { id: 1 },
  source: { binlogFile, binlogPosition, rowNumber: 0, timestampMs: 0 },
  transaction: null,
});
const read = (table: string, position: number, file?: string) => change(table, 'read', position, file);
const written = (rows: SnapshotRows, changes: readonly ChangeEvent[]) =>
  rows.take(changes).map(({ table, operation, source }) => `${table} ${operation} ${source.binlogPosition}`);

describe('rows of snapshots', () => {
  it('of one snapshot are as they are', () => {
    const rows = new SnapshotRows(new Map());
    expect(written(rows, [read('a', 5), read('b', 5), read('a', 5)])).toEqual(['a read 5', 'b read 5', 'a read 5']);
    expect(() => rows.check()).not.toThrow();
  });

  it('of a newer one come to an empty table, whoever read the older one; of an older one they are left out', () => {
    const before = new SnapshotRows(new Map());
    before.take([read('a', 50), read('b', 50)]);
    const rows = new SnapshotRows(before.points);
    expect(written(rows, [read('a', 7, 'binlog.000010'), change('a', 'create', 8), read('a', 50)])).toEqual([
      'a truncate 7',
      'a read 7',
      'a create 8',
    ]);
    expect(written(rows, [read('b', 60), read('b', 60)])).toEqual(['b truncate 60', 'b read 60', 'b read 60']);
  });

  it('of an incremental snapshot are changes like others', () => {
    const rows = new SnapshotRows(new Map([['a', 'binlog.000009:5']]));
    expect(rows.take([{ ...read('a', 9), incremental: true }])).toHaveLength(1);
  });

  it('that a newer snapshot does not have are named', () => {
    const rows = new SnapshotRows(new Map());
    rows.take([read('a', 5), read('b', 5), read('a', 6)]);
    expect(() => rows.check()).toThrow(/begun again at binlog.000009:6, which has no row of b/);
  });
});
