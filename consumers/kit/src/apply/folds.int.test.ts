import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChangeEvent, Row, SourceValue } from '../change-event/index.ts';
import { type FoldChange, fold } from '../projection/index.ts';
import {
  emptyCheckpoint,
  type Lease,
  type ParkedKey,
  type Session,
  type StoredCheckpoint,
} from '../read-store/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { SessionStore } from './session-store.ts';
import { Writer } from './writer.ts';

/** A value of each type that a state can have, more than one where its text can be another. */
const held: Readonly<Record<string, readonly SourceValue[]>> = {
  tinyint: [-128],
  'int unsigned': [4_294_967_295],
  year: [1901],
  bigint: [-(2n ** 63n), 5n],
  'bigint unsigned': [2n ** 64n - 1n],
  'decimal(65,30)': ['12345678901234567890123456789012345.000000000000000000000000000001', '1'],
  'decimal(10)': ['7'],
  double: [0.1, 1e300, -0, 2 ** 53 + 2],
  'char(9)': ['a '],
  'varchar(9)': ['a ', 'é😀', "\\'\n\0"],
  longtext: ['x'.repeat(100_000)],
  json: ['{"a": [1, 2]}'],
  "enum('a','b')": ['b'],
  "set('a','b')": ['a,b'],
  date: ['9999-12-31'],
  'datetime(6)': ['2026-01-01 00:00:00', '2026-01-01 00:00:00.000001'],
  'timestamp(3)': ['2026-01-01 00:00:00.5'],
  'time(2)': ['-838:59:58.9'],
  'binary(4)': [Buffer.of(7)],
  'varbinary(4)': [Buffer.of(0, 255)],
  longblob: [Buffer.alloc(100_000, 7)],
};
const types = Object.keys(held);
const most = Math.max(...Object.values(held).map(({ length }) => length));
const seen: (Row | null)[] = [];
const told: FoldChange[] = [];

const projection = fold({
  name: 'folds',
  from: {
    things: { source: 's.things', key: ['id'], columns: { id: 'bigint', n: 'int', note: 'varchar(5)' } },
    others: {
      source: 's.others',
      key: ['a', 'b'],
      columns: { a: "enum('z','a') collate utf8mb4_bin", b: 'int', n: 'int' },
    },
  },
  tables: {
    values: {
      version: 1,
      key: ['id'],
      columns: { id: 'bigint', ...Object.fromEntries(types.map((type, index) => [`v${index}`, type])) },
      keys: ({ id }, table) => (table === 'things' ? [[id!]] : []),
      step: (state, { after }) => {
        seen.push(state);
        return (
          after && Object.fromEntries(types.map((type, index) => [`v${index}`, held[type]![Number(after.n)] ?? null]))
        );
      },
    },
    counts: {
      version: 1,
      path: '/counts',
      key: ['n'],
      columns: { n: 'int', rows_there: 'tinyint', steps: 'int' },
      keys: ({ n }) => (n === null ? [] : [[n!]]),
      step: (state, change, { n }) => {
        if (change.after?.note === 'throw') throw new Error('no such thing');
        if (change.after?.note === 'wrong') return { steps: 1 };
        if (change.after?.note === 'large') return { rows_there: 300, steps: 1 };
        told.push(change);
        const [was, is] = [change.before?.n === n ? 1 : 0, change.after?.n === n ? 1 : 0];
        const rows = Number(state?.rows_there ?? 0) - was + is;
        return rows === 0 ? null : { rows_there: rows, steps: Number(state?.steps ?? 0) + 1 };
      },
    },
  },
});

const at = { binlogFile: 'bin.1', binlogPosition: 4, rowNumber: 0, timestampMs: 1000 };
const gtid = { domain: 0, server: 1, sequence: 1n };
const thing = (id: bigint, n: number | null, note: string | null = null): Row => ({ id, n, note });
const changed = (before: Row | null, after: Row | null, table = 's.things'): ChangeEvent => ({
  operation: after === null ? 'delete' : before === null ? 'create' : 'update',
  ...{ table, before, after, source: at, transaction: gtid },
});
const read = (after: Row, table = 's.things'): ChangeEvent => ({
  ...{ operation: 'read', table, before: null, after, source: at, transaction: null },
});
const emptied: ChangeEvent = {
  ...{ operation: 'truncate', table: 's.things', before: null, after: null, source: at, transaction: gtid },
};
const checkpoint = (sequence: bigint, filled = true): StoredCheckpoint => ({
  ...emptyCheckpoint,
  position: new Map([[0, { ...gtid, sequence }]]),
  committedAtMs: 1000,
  filled,
});

jest.setTimeout(30_000); // for a machine that is busy with other things

describe('folds on MariaDB', () => {
  let database: ReadDatabase;
  let session: Session;
  let lease: Lease;
  beforeAll(async () => {
    database = await ReadDatabase.open();
  });
  afterAll(() => database[Symbol.asyncDispose]());
  beforeEach(async () => {
    session = await database.session();
    lease = await database.lease(session, projection);
    for (const table of ['things', 'others', '`values`', 'counts', 'banyan_changes'])
      await database.admin.query(`DELETE FROM ${table}`);
    seen.length = 0;
    told.length = 0;
  });
  afterEach(() => session[Symbol.asyncDispose]());

  const writer = (begun = true, parked: readonly ParkedKey[] = []) =>
    new Writer({ store: new SessionStore(session), projection, lease, foreignKeys: [], filled: begun, begun, parked });
  const counts = async () =>
    (await database.rows<Row>('SELECT n, rows_there, steps FROM counts ORDER BY n')).map((row) => Object.values(row));

  it('are given the very state that they gave, in one batch and after it', async () => {
    for (let n = 0; n < most; n++) {
      const one = writer();
      await one.write([changed(null, thing(1n, n)), changed(thing(1n, n), thing(1n, n, 'x'))]);
      await one.commit(checkpoint(1n), null);
      const next = writer();
      await next.write([changed(thing(1n, n, 'x'), thing(1n, n, 'y')), changed(thing(1n, n, 'y'), null)]);
      await next.commit(checkpoint(2n), null);
      const [first, within, after, last] = seen.splice(0);
      expect(first).toBeNull();
      expect(within).toEqual(after);
      expect(last).toEqual(after);
    }
  });

  it('begin with the rows of the snapshot, table by table in the order of their keys, before the first transaction', async () => {
    const one = writer(false);
    await one.write([read(thing(9n, 1)), read({ a: 'a', b: 1, n: 3 }, 's.others'), read(thing(2n, 1))]);
    await one.write([read({ a: 'z', b: 2, n: 4 }, 's.others'), read({ a: 'z', b: 1, n: 5 }, 's.others')]);
    expect(told).toEqual([]);
    await one.write([changed(thing(9n, 1), thing(9n, 2))]);
    await one.commit(checkpoint(1n, false), null);
    expect(told.map(({ operation, after, committedAtMs }) => [operation, after!.n, committedAtMs])).toEqual([
      ['read', 1, null],
      ['read', 1, null],
      ['read', 5, null],
      ['read', 4, null],
      ['read', 3, null],
      ['update', 2, 1000],
      ['update', 2, 1000],
    ]);
    expect(await counts()).toEqual([
      [1, 1, 3],
      [2, 1, 1],
      [3, 1, 1],
      [4, 1, 1],
      [5, 1, 1],
    ]);
  });

  it('begin with the first position, of whatever table the transaction was', async () => {
    const one = writer(false);
    await one.write([read(thing(9n, 1))]);
    await one.commit({ ...emptyCheckpoint, filled: false }, null);
    expect(await counts()).toEqual([]);
    await one.commit(checkpoint(1n, false), null);
    expect(await counts()).toEqual([[1, 1, 1]]);
  });

  it('see a TRUNCATE as the end of each row, and what comes after it', async () => {
    const one = writer();
    await one.write([changed(null, thing(1n, 1)), changed(null, thing(2n, 1))]);
    await one.write([changed(null, thing(3n, 2)), emptied, changed(null, thing(1n, 1))]);
    await one.commit(checkpoint(1n), null);
    expect(await counts()).toEqual([[1, 1, 1]]);
    expect(told.map(({ operation, before, after }) => [operation, (before ?? after)!.id])).toEqual([
      ...[1n, 2n, 3n].map((id) => ['create', id]),
      ...[1n, 2n, 3n].map((id) => ['delete', id]),
      ['create', 1n],
    ]);
  });

  it('see a row of an incremental snapshot when the stream has not told it, and never twice', async () => {
    const one = writer();
    await one.write([changed(null, thing(1n, 1)), changed(null, thing(2n, 1))]);
    await one.write([read(thing(1n, 1)), read(thing(2n, 2)), read(thing(3n, 3)), read(thing(3n, 3))]);
    await one.commit(checkpoint(1n), null);
    expect(told.slice(2).map(({ operation, before, after }) => [operation, before?.n ?? null, after!.n])).toEqual([
      ['update', 1, 2],
      ['update', 1, 2],
      ['create', null, 3],
    ]);
    expect(await counts()).toEqual([
      [1, 1, 3],
      [2, 1, 1],
      [3, 1, 1],
    ]);
  });

  it('see what a correction changes, once', async () => {
    const one = writer();
    await one.write([changed(null, thing(1n, 1))]);
    await one.commit(checkpoint(1n), null);
    const rows = [
      { key: { id: 1n }, row: thing(1n, 2) },
      { key: { id: 7n }, row: null },
    ];
    for (let turn = 0; turn < 2; turn++) {
      await one.correct([{ kind: 'rows', at: new Map(), table: 's.things', rows }]);
      await one.commit(checkpoint(1n), null);
    }
    expect(await counts()).toEqual([[2, 1, 1]]);
  });

  it('do not see changes of parked keys, nor those of columns that they do not read', async () => {
    const parked = { table: 'things', key: '["1"]', isReleased: false } as ParkedKey;
    const one = writer(true, [parked]);
    await one.write([
      changed(null, thing(1n, 1)),
      changed(null, thing(2n, 1)),
      changed({ ...thing(2n, 1), other: 1 }, { ...thing(2n, 1), other: 2 }),
    ]);
    await one.commit(checkpoint(1n), null);
    expect(await counts()).toEqual([[1, 1, 1]]);
  });

  it.each([
    ['throw', "step of fold 'counts', for a create in things at bin.1:4: no such thing"],
    ['wrong', "'rows_there' has no value"],
    ['large', "fold 'counts': "],
  ])('stop by name when the author’s code goes wrong (%s), and write nothing', async (note, message) => {
    const one = writer();
    const run = async () => {
      await one.write([changed(null, thing(1n, 1)), changed(null, thing(2n, 1, note))]);
      await one.commit(checkpoint(1n), null);
    };
    await expect(run()).rejects.toMatchObject({
      code: 'fold-failed',
      retriable: false,
      message: expect.stringContaining(message),
    });
    await session.run('ROLLBACK');
    expect(await counts()).toEqual([]);
    expect(await database.rows('SELECT * FROM things')).toEqual([]);
  });

  it('tell whoever follows them which states have changed', async () => {
    const one = writer();
    await one.write([changed(null, thing(1n, 1)), changed(null, thing(2n, 2)), changed(thing(2n, 2), null)]);
    await one.commit(checkpoint(1n), null);
    const log = await database.rows<Row>('SELECT table_name, operation, row_key FROM banyan_changes');
    expect(log.map((row) => Object.values(row))).toEqual([['counts', 'upsert', '["1"]']]);
  });
});
