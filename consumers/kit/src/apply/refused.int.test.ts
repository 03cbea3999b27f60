import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChangeEvent, Row } from '../change-event/index.ts';
import { query } from '../projection/index.ts';
import { emptyCheckpoint, type ForeignKey, type Lease, type ParkedKey, type Session } from '../read-store/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { refusedChange } from './refused.ts';
import { SessionStore } from './session-store.ts';
import { Writer, type WriterOptions } from './writer.ts';

jest.setTimeout(30_000); // for a machine that is busy with other things

/** A child is narrower than its parent, and it may refuse what a key of the parent becomes. */
const projection = query({
  name: 'refused',
  from: {
    parents: { source: 's.parents', key: ['id'], columns: { id: 'int', name: 'varchar(3) collate utf8mb4_bin' } },
    children: { source: 's.children', key: ['id'], columns: { id: 'int', parent: 'tinyint' } },
  },
  tables: {
    names: {
      key: ['name'],
      group: ['name'],
      columns: { name: 'varchar(3) collate utf8mb4_bin', total: 'bigint' },
      select: "SELECT name, COUNT(*) AS total FROM parents WHERE name <> '' GROUP BY name",
      dirty: { parents: 'SELECT c.name FROM changed c', children: 'none' },
    },
    widths: {
      key: ['name'],
      group: ['name'],
      columns: { name: 'varchar(3) collate utf8mb4_bin', width: 'varchar(2)' },
      select: "SELECT name, CONCAT(name, '') AS width FROM parents WHERE name <> '' GROUP BY name",
      dirty: { parents: { name: 'name' }, children: 'none' },
    },
  },
});
const foreignKeys: ForeignKey[] = [
  {
    ...{ name: 'of_parent', parent: 's.parents', parentColumns: ['id'], child: 's.children', childColumns: ['parent'] },
    ...{ onDelete: 'cascade', onUpdate: 'cascade' },
  },
];

let row = 0;
const changed = (table: string, before: Row | null, after: Row | null, place = ++row): ChangeEvent => ({
  operation: after === null ? 'delete' : before === null ? 'create' : 'update',
  table: `s.${table}`,
  before,
  after,
  source: { binlogFile: 'b', binlogPosition: 4, rowNumber: place, timestampMs: 0 },
  transaction: null,
});
const parent = (id: number, name: string) => changed('parents', null, { id, name });

describe('a change that MariaDB refuses', () => {
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
    for (const table of ['parents', 'children', 'names', 'widths'])
      await database.admin.query('DELETE FROM ??', [table]);
    await applied([parent(1, 'a'), parent(2, 'b'), changed('children', null, { id: 1, parent: 1 })], { filled: false });
  });

  const options = (over: Partial<WriterOptions> = {}): WriterOptions => ({
    ...{ store: new SessionStore(session), projection, lease, foreignKeys, filled: true },
    ...over,
  });
  async function applied(changes: readonly ChangeEvent[], over: Partial<WriterOptions> = {}) {
    const writer = new Writer(options(over));
    await writer.write(changes);
    const position = new Map([[0, { domain: 0, server: 1, sequence: 1n }]]);
    await writer.commit({ ...emptyCheckpoint, position, filled: true }, null);
  }
  const totals = async () =>
    Object.fromEntries(
      (await database.rows<{ name: string; total: string }>('SELECT name, total FROM names')).map(({ name, total }) => [
        name,
        Number(total),
      ]),
    );

  it('is found by what MariaDB says of it alone, and nothing is left of the search', async () => {
    const changes = [parent(6, 'f'), parent(4, 'much'), parent(5, 'too long')];
    await expect(applied(changes)).rejects.toMatchObject({ code: 'row-refused', query: null });
    const found = await refusedChange(options(), changes);
    expect(found).toMatchObject({ item: changes[1], error: { code: 'row-refused' } });
    expect(found!.error.message).toMatch(/Data too long for column 'name'/);
    expect(await database.rows('SELECT id FROM parents')).toHaveLength(2);
    await applied([parent(3, 'c')]); // the session is as it was
    expect(await totals()).toEqual({ a: 1, b: 1, c: 1 });
    expect(await database.rows('SELECT id FROM parents')).toHaveLength(3);
  });

  it('is the change of a parent whose children refuse its new key, and no change behind it', async () => {
    const moved = [
      changed('parents', { id: 1, name: 'a' }, null, 50),
      changed('parents', null, { id: 300, name: 'a' }, 50),
    ];
    const changes = [parent(3, 'c'), ...moved, parent(4, 'd')];
    await expect(applied(changes)).rejects.toMatchObject({ code: 'row-refused' });
    expect((await refusedChange(options(), changes))?.item).toBe(moved[1]);
    expect(await database.rows('SELECT * FROM children')).toMatchObject([{ parent: 1 }]);
  });

  it('is none when a query refuses what was computed, or a table is not there', async () => {
    const changes = [parent(3, 'abc')];
    await expect(applied(changes)).rejects.toMatchObject({ code: 'row-refused', query: 'widths' });
    expect(await refusedChange(options(), changes)).toBeNull();
    await database.admin.query('RENAME TABLE children TO elsewhere');
    expect(await refusedChange(options(), [changed('children', null, { id: 7, parent: 2 })])).toBeNull();
    await database.admin.query('RENAME TABLE elsewhere TO children');
  });

  it('does not refuse what comes after it when it was left out: nor do queries, which are true of what is there', async () => {
    const skipped = { id: 1, name: 'too long' };
    await applied([changed('parents', skipped, { id: 1, name: 'z' })]);
    expect(await database.rows('SELECT name FROM parents WHERE id = 1')).toMatchObject([{ name: 'z' }]);
    expect((await totals()).z).toBe(1);
  });

  it('is left out with its key: no query looks at the images of what is parked', async () => {
    const key: ParkedKey = {
      ...{ table: 'parents', key: '["1"]', since: null, code: 'row-refused', changes: 0, isReleased: false, at: '' },
    };
    const later = [changed('parents', { id: 1, name: 'too long' }, { id: 1, name: 'longer still' }), parent(9, 'z')];
    await applied(later, { parked: [key] });
    expect(await totals()).toEqual({ a: 1, b: 1, z: 1 });
  });
});
