import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeEvent, Row } from '../change-event/index.ts';
import { mirror, type Projection } from '../projection/index.ts';
import { emptyCheckpoint, type ForeignKey, type Lease, readForeignKeys, type Session } from '../read-store/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { testStack } from '../testkit/test-stack.ts';
import { SessionStore } from './session-store.ts';
import { Writer } from './writer.ts';

jest.setTimeout(120_000); // for a machine that is busy with other things

/** Three levels, a key of two columns, one to itself, one on update over a text under a _ci collation, one set to NULL. */
const schema = `
  CREATE TABLE country (code VARCHAR(3) COLLATE utf8mb4_general_ci PRIMARY KEY);
  CREATE TABLE customer (id INT PRIMARY KEY, country VARCHAR(3) COLLATE utf8mb4_general_ci NULL, referrer INT NULL,
    FOREIGN KEY (country) REFERENCES country (code) ON UPDATE CASCADE ON DELETE SET NULL,
    FOREIGN KEY (referrer) REFERENCES customer (id) ON DELETE CASCADE);
  CREATE TABLE account (customer_id INT, number INT, PRIMARY KEY (customer_id, number),
    FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE ON UPDATE CASCADE);
  CREATE TABLE line (id INT PRIMARY KEY, customer_id INT NULL, number INT NULL,
    FOREIGN KEY (customer_id, number) REFERENCES account (customer_id, number) ON DELETE CASCADE ON UPDATE CASCADE);`;
const columns = {
  country: { code: 'varchar(3) collate utf8mb4_general_ci' },
  customer: { id: 'int', country: 'varchar(3) collate utf8mb4_general_ci', referrer: 'int' },
  account: { customer_id: 'int', number: 'int' },
  line: { id: 'int', customer_id: 'int', number: 'int' },
};
const keys = { country: ['code'], customer: ['id'], account: ['customer_id', 'number'], line: ['id'] };
type Table = keyof typeof columns;
const tables = Object.keys(columns) as Table[];

type Step =
  | { readonly table: Table; readonly insert: Row }
  | { readonly table: Table; readonly deleteFrom: number; readonly most: number }
  | { readonly table: 'customer' | 'country'; readonly rekey: string | number; readonly to: string | number }
  | 'part'
  | 'commit';
/** Customer 1 has brought 2, and 2 has brought 3; each has two accounts, each account a line. */
const population: readonly Exclude<Step, string>[] = [
  ...['de', 'ch', 'at'].map((code) => ({ table: 'country' as const, insert: { code } })),
  ...[1, 2, 3, 4].flatMap((id) => [
    {
      table: 'customer' as const,
      insert: { id, country: id % 2 ? 'de' : 'ch', referrer: id === 2 || id === 3 ? id - 1 : null },
    },
    ...[1, 2].flatMap((number) => [
      { table: 'account' as const, insert: { customer_id: id, number } },
      { table: 'line' as const, insert: { id: 10 * id + number, customer_id: id, number } },
    ]),
  ]),
];
const id = fc.integer({ min: 1, max: 4 });
const code = fc.constantFrom('de', 'DE', 'ch', 'at');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: code.map((code): Step => ({ table: 'country', insert: { code } })) },
  {
    weight: 4,
    arbitrary: fc
      .record({ id, country: fc.option(code), referrer: fc.option(id) })
      .map((insert): Step => ({ table: 'customer', insert })),
  },
  {
    weight: 4,
    arbitrary: fc.record({ customer_id: id, number: id }).map((insert): Step => ({ table: 'account', insert })),
  },
  {
    weight: 5,
    arbitrary: fc
      .record({ id: fc.integer({ min: 1, max: 9 }), customer_id: fc.option(id), number: fc.option(id) })
      .map((insert): Step => ({ table: 'line', insert })),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({ table: fc.constantFrom(...tables), deleteFrom: id, most: fc.integer({ min: 1, max: 3 }) })
      .map((one): Step => one),
  },
  { weight: 2, arbitrary: fc.record({ rekey: id, to: id }).map((one): Step => ({ table: 'customer', ...one })) },
  { weight: 3, arbitrary: fc.record({ rekey: code, to: code }).map((one): Step => ({ table: 'country', ...one })) },
  { weight: 2, arbitrary: fc.constant<Step>('part') },
  { weight: 2, arbitrary: fc.constant<Step>('commit') },
);

describe('cascades', () => {
  let source: ReadDatabase;
  let read: ReadDatabase;
  let projection: Projection;
  let foreignKeys: readonly ForeignKey[];
  let session: Session;
  let lease: Lease;
  let position = 0;

  // The source is InnoDB itself: it knows what a foreign key does.
  beforeAll(async () => {
    source = await ReadDatabase.open();
    read = await ReadDatabase.open();
    for (const statement of schema.split(';').slice(0, -1)) await source.admin.query(statement);
    const { database } = source.access;
    projection = mirror({
      name: 'cascades',
      tables: Object.fromEntries(
        tables.map((table) => [table, { source: `${database}.${table}`, key: keys[table], columns: columns[table] }]),
      ),
    });
    const names = projection.tables.map((table) => table.source);
    foreignKeys = await readForeignKeys(await testStack().rootAccess('read-db'), names);
    session = await read.session();
    lease = await read.lease(session, projection);
  });
  afterAll(async () => {
    await source[Symbol.asyncDispose]();
    await read[Symbol.asyncDispose]();
  });

  const event = (table: Table, before: Row | null, after: Row | null, at = ++position): ChangeEvent => ({
    operation: before === null ? 'create' : after === null ? 'delete' : 'update',
    table: `${source.access.database}.${table}`,
    before,
    after,
    source: { binlogFile: 'b', binlogPosition: at, rowNumber: 0, timestampMs: 0 },
    transaction: null,
  });
  const run = async (sql: string, values: unknown[]) => {
    const [result] = (await source.admin.query(sql, values)) as unknown as [{ affectedRows: number }];
    return result.affectedRows;
  };

  /** Does it at the source; gives what the binlog shows of it, as the connector writes it: nothing when InnoDB refuses. */
  const play = async (one: Exclude<Step, string>): Promise<ChangeEvent[]> => {
    const { table } = one;
    const [key] = keys[table] as [string];
    try {
      if ('insert' in one) {
        await run('INSERT INTO ?? SET ?', [table, one.insert]);
        return [event(table, null, one.insert)];
      }
      if ('deleteFrom' in one) {
        const where = table === 'country' ? '' : `WHERE ${key} >= ${one.deleteFrom}`;
        const order = `${where} ORDER BY ${keys[table].join(', ')} LIMIT ${one.most}`;
        const gone: ChangeEvent[] = [];
        for (const row of await source.rows<Row>(`SELECT * FROM ${table} ${order}`)) {
          const by = keys[table].map((column) => `${column} = ${source.admin.escape(row[column])}`).join(' AND ');
          // It may be gone already, as a child of the one before.
          if ((await run(`DELETE FROM ${table} WHERE ${by}`, [])) > 0) gone.push(event(table, row, null));
        }
        return gone;
      }
      const [before] = await source.rows<Row>(`SELECT * FROM ${table} WHERE ${key} = ?`, [one.rekey]);
      if (!before || before[key] === one.to) return [];
      await run(`UPDATE ${table} SET ${key} = ? WHERE ${key} = ?`, [one.to, one.rekey]);
      const at = ++position;
      return [event(table, before, null, at), event(table, null, { ...before, [key]: one.to }, at)];
    } catch {
      return [];
    }
  };

  const rowsOf = (database: ReadDatabase, table: Table) =>
    database.rows(`SELECT * FROM ${table} ORDER BY ${keys[table].join(', ')}`);
  const all = async (database: ReadDatabase) => {
    const found: Record<string, unknown> = {};
    for (const table of tables) found[table] = await rowsOf(database, table);
    return found;
  };
  const empty = async () => {
    // What a run that failed has left open would hold its locks until the server ends the session.
    await session.run('ROLLBACK');
    for (const database of [source, read]) {
      await database.admin.query('SET foreign_key_checks = 0');
      for (const table of tables) await database.admin.query(`DELETE FROM ${table}`);
      await database.admin.query('SET foreign_key_checks = 1');
    }
  };

  it('are read from the source with their columns in order and their actions', () => {
    const { database } = source.access;
    expect(foreignKeys).toContainEqual({
      name: expect.any(String),
      child: `${database}.line`,
      childColumns: ['customer_id', 'number'],
      parent: `${database}.account`,
      parentColumns: ['customer_id', 'number'],
      onDelete: 'cascade',
      onUpdate: 'cascade',
    });
    expect(foreignKeys.map(({ onDelete, onUpdate }) => `${onDelete}/${onUpdate}`).sort()).toEqual([
      'cascade/cascade',
      'cascade/cascade',
      'cascade/none',
      'set null/cascade',
    ]);
  });

  const inOneBatch = async (steps: readonly Exclude<Step, string>[]) => {
    await empty();
    const changes: ChangeEvent[] = [];
    for (const one of steps) changes.push(...(await play(one)));
    const writer = new Writer({ store: new SessionStore(session), projection, lease, foreignKeys, filled: true });
    await writer.write(changes);
    await writer.commit({ ...emptyCheckpoint, position: new Map(), filled: true }, null);
  };

  it('keep their order: a key that another parent took over, and that goes then, takes the children that came with it', async () => {
    await inOneBatch([
      { table: 'country', insert: { code: 'ch' } },
      { table: 'customer', insert: { id: 1, country: 'ch', referrer: null } },
      { table: 'country', rekey: 'ch', to: 'de' },
      { table: 'country', deleteFrom: 1, most: 1 },
      { table: 'country', insert: { code: 'at' } },
    ]);
    expect(await rowsOf(source, 'customer')).toEqual([{ id: 1, country: null, referrer: null }]);
    expect(await all(read)).toEqual(await all(source));
  });

  it('keep their order: a key that goes by one foreign key is taken over only then', async () => {
    await inOneBatch([
      { table: 'customer', insert: { id: 1, country: null, referrer: null } },
      { table: 'customer', insert: { id: 2, country: null, referrer: 1 } },
      { table: 'customer', insert: { id: 4, country: null, referrer: null } },
      { table: 'account', insert: { customer_id: 2, number: 1 } },
      { table: 'account', insert: { customer_id: 4, number: 1 } },
      { table: 'customer', deleteFrom: 1, most: 1 },
      { table: 'customer', rekey: 4, to: 2 },
      { table: 'country', insert: { code: 'at' } },
    ]);
    expect(await rowsOf(source, 'account')).toEqual([{ customer_id: 2, number: 1 }]);
    expect(await all(read)).toEqual(await all(source));
  });

  it('leave the mirrors as InnoDB leaves the source, down to the last child, in whatever order and parts', async () => {
    let cascaded = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
        await empty();
        const writer = new Writer({ store: new SessionStore(session), projection, lease, foreignKeys, filled: true });
        let changes: ChangeEvent[] = [];
        for (const one of [...population, ...steps, 'commit' as const]) {
          if (typeof one === 'object') {
            const before = (await rowsOf(source, 'line')).length;
            changes.push(...(await play(one)));
            if (one.table !== 'line' && (await rowsOf(source, 'line')).length < before) cascaded++;
            continue;
          }
          // Also in the middle of a changed key.
          await writer.write(changes.slice(0, -1));
          await writer.write(changes.slice(-1));
          changes = [];
          if (one === 'part') continue;
          await writer.commit({ ...emptyCheckpoint, position: new Map(), filled: true }, null);
          expect(await all(read)).toEqual(await all(source));
        }
      }),
      { numRuns: 100 },
    );
    expect(cascaded).toBeGreaterThan(10);
  });
});
