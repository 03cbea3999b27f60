import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ChangeEvent, Row } from '../change-event/index.ts';
import { query } from '../projection/index.ts';
import { emptyCheckpoint } from '../read-store/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { SessionStore } from './session-store.ts';
import { Writer } from './writer.ts';

const projection = query({
  name: 'followed',
  from: {
    owners: { source: 's.owners', key: ['id'], columns: { id: 'bigint' } },
    lines: {
      source: 's.lines',
      key: ['id'],
      columns: { id: 'bigint', owner_id: 'bigint', month: 'int', amount: 'int' },
    },
  },
  tables: {
    months: {
      path: '/months',
      key: ['owner_id', 'month'],
      group: ['owner_id'],
      columns: { owner_id: 'bigint', month: 'int', amount: 'int' },
      owner: 'owner_id',
      select: 'SELECT owner_id, month, CAST(SUM(amount) AS INT) AS amount FROM `lines` GROUP BY owner_id, month',
      dirty: { lines: { owner_id: 'owner_id' }, owners: { owner_id: 'id' } },
    },
  },
});

const changed = (table: string, before: Row | null, after: Row | null): ChangeEvent => ({
  operation: after === null ? 'delete' : before === null ? 'create' : 'update',
  table: `s.${table}`,
  before,
  after,
  source: { binlogFile: 'b', binlogPosition: 1, rowNumber: 0, timestampMs: 0 },
  transaction: null,
});

let database: ReadDatabase;
beforeAll(async () => {
  database = await ReadDatabase.open();
});
afterAll(() => database[Symbol.asyncDispose]());

it('who follows a query is told of the rows that are others now, in one commit, and of no other', async () => {
  const session = await database.session();
  const lease = await database.lease(session, projection);
  const foreignKey = {
    name: 'of_owner',
    child: 's.lines',
    childColumns: ['owner_id'],
    parent: 's.owners',
    parentColumns: ['id'],
  };
  const foreignKeys = [{ ...foreignKey, onDelete: 'cascade', onUpdate: 'none' } as const];
  const writer = new Writer({ store: new SessionStore(session), projection, lease, foreignKeys, filled: true });
  let sequence = 0n;
  const commit = async (...changes: ChangeEvent[]) => {
    await database.admin.query('DELETE FROM banyan_changes');
    await writer.write(changes);
    const position = new Map([[0, { domain: 0, server: 1, sequence: ++sequence }]]);
    await writer.commit({ ...emptyCheckpoint, position, filled: true }, null);
    const sql = 'SELECT operation, row_key FROM banyan_changes ORDER BY sequence';
    return (await database.rows<{ operation: string; row_key: string }>(sql)).map(
      (row) => `${row.operation} ${row.row_key}`,
    );
  };
  const line = (id: bigint, month: number, amount: number) => ({ id, owner_id: 7n, month, amount });
  expect(
    await commit(
      changed('owners', null, { id: 7n }),
      changed('lines', null, line(1n, 1, 5)),
      changed('lines', null, line(2n, 2, 5)),
    ),
  ).toEqual(['upsert ["7","1"]', 'upsert ["7","2"]']);
  // Month 2 is computed anew with its group, and comes out as it was.
  expect(await commit(changed('lines', line(1n, 1, 5), line(1n, 1, 6)))).toEqual(['upsert ["7","1"]']);
  expect(await commit(changed('lines', null, line(3n, 1, 0)))).toEqual([]);
  expect(await commit(changed('lines', line(2n, 2, 5), line(2n, 3, 5)))).toEqual([
    'delete ["7","2"]',
    'upsert ["7","3"]',
  ]);
  expect(await commit(changed('owners', { id: 7n }, null))).toEqual(['delete ["7","1"]', 'delete ["7","3"]']);
});
