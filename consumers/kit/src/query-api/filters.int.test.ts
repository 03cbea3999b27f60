import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mirror, type Projection } from '../projection/declaration.ts';
import { ensureTables } from '../read-store/index.ts';
import { createQueryApi, type Server } from './index.ts';
import type { Key } from './key.ts';
import { ReadPool } from './read-pool.ts';
import type { Condition } from './read-sql.ts';
import { servedTables } from './served-table.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';
import { type Answer, type TestingClient, testingClient } from './testing-client.ts';

const declared = (filters: readonly string[]): Projection =>
  mirror({
    name: 'filter-test',
    tables: {
      lines: {
        source: 'bank.lines',
        key: ['id'],
        path: '/lines',
        filters,
        columns: {
          id: 'bigint',
          account: 'bigint',
          tiny: 'tinyint unsigned',
          kind: "enum('a','it''s')",
          city: 'varchar(20) collate utf8mb4_general_ci',
          day: 'date',
          amount: 'decimal(10,2)',
          'odd `name': 'int',
        },
      },
      pairs: {
        source: 'bank.pairs',
        key: ['a', 'b'],
        path: '/pairs',
        filters: ['b'],
        columns: { a: 'int', b: 'varchar(20) collate utf8mb4_bin' },
      },
    },
  });
const projection = declared(['account', 'tiny', 'kind', 'city', 'day', 'amount', 'odd `name', 'id']);

let database: TestDatabase;
let api: Server;
let client: TestingClient;

beforeAll(async () => {
  database = await testDatabase(projection);
  for (const sql of [
    "UPDATE banyan_checkpoint SET position = '0-1-9'",
    `INSERT INTO \`lines\` SELECT seq, seq MOD 1000, seq MOD 2, IF(seq MOD 2, 'a', 'it''s'),
       IF(seq MOD 3, 'Köln', 'Bonn'), '2026-02-28' + INTERVAL seq DAY, seq, seq FROM seq_1_to_20000`,
    "INSERT INTO pairs SELECT a.seq, CONCAT('k/', b.seq) FROM seq_1_to_20 a, seq_1_to_5 b",
    "INSERT INTO pairs VALUES (3, 'ü %?&#'), (3, ''), (3, 'changes')",
    'ANALYZE TABLE `lines`',
  ])
    await database.session.rows(sql);
  api = createQueryApi({ projection, database: database.access, freshWithinMs: 60_000, auth: 'off' });
  client = await testingClient(await api.listen({ port: 0 }));
}, 60_000);
afterAll(async () => {
  await api?.close();
  await database?.[Symbol.asyncDispose]();
});

const idsOf = ({ body }: Answer) => body.data.map(({ id }: { id: string }) => Number(id));
const query = (parameters: Record<string, string>) => `/lines?${new URLSearchParams(parameters)}`;
async function walk(path: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const { body }: Answer = await client.get(after === null ? path : `${path}&after=${encodeURIComponent(after)}`);
    found.push(...body.data);
    if (body.next === null) return found;
    after = body.next;
  }
}

describe('filters', () => {
  it('leave the rows that have the value, page by page', async () => {
    const rows = (await walk('/lines?account=7&limit=3')) as { id: string; account: string }[];
    expect(rows.map(({ id }) => Number(id))).toEqual(Array.from({ length: 20 }, (_, n) => n * 1000 + 7));
    expect(new Set(rows.map(({ account }) => account))).toEqual(new Set(['7']));
  });

  it('are all met when there are several', async () => {
    expect(idsOf(await client.get('/lines?account=7&kind=a&limit=3'))).toEqual([7, 1007, 2007]);
    expect(idsOf(await client.get('/lines?account=7&tiny=0'))).toEqual([]);
    expect(idsOf(await client.get('/lines?kind=it%27s&city=bonn&limit=2'))).toEqual([6, 12]);
    expect(idsOf(await client.get('/lines?id=12&day=2026-03-12&amount=12.0&odd+%60name=12'))).toEqual([12]);
  });

  it('are never widened: a value that is none of the type is refused', async () => {
    for (const value of [
      '7abc',
      '7.0',
      ' 7',
      '7 ',
      '',
      '0x7',
      '7e0',
      'NULL',
      '7;DROP TABLE lines',
      '９',
      '9'.repeat(30),
    ]) {
      const { status, body } = await client.get(query({ account: value }));
      expect([value, status, body.type]).toEqual([value, 400, 'urn:problem-type:banyan:invalid-parameter']);
    }
    for (const wrong of [{ tiny: '256' }, { tiny: '-1' }, { kind: 'A' }, { kind: '1' }, { kind: '' }, { kind: 'b' }]) {
      expect([wrong, (await client.get(query(wrong))).status]).toEqual([wrong, 400]);
    }
    for (const wrong of [{ day: '2026-02-30' }, { day: '2026-2-1' }, { amount: '1.005' }, { amount: '1,5' }]) {
      expect([wrong, (await client.get(query(wrong))).status]).toEqual([wrong, 400]);
    }
  });

  it('of text are bound, whatever they hold', async () => {
    for (const value of [
      "Bonn' OR '1'='1",
      "'; DROP TABLE pairs; --",
      '\\',
      '\u0000',
      '%',
      '_onn',
      '😀',
      'é'.repeat(500),
    ]) {
      expect([value, (await client.get(query({ city: value }))).body.data]).toEqual([value, []]);
    }
    expect((await client.get(query({ city: 'KOLN', limit: '1' }))).body.data).toHaveLength(1); // as its collation has it
  });

  it('come once each, and none that is not declared', async () => {
    for (const wrong of ['account=1&account=1', 'account=1&ACCOUNT=1', 'account[]=1', 'account=1&limit=1001', 'b=1']) {
      expect([wrong, (await client.get(`/lines?${wrong}`)).status]).toEqual([wrong, 400]);
    }
    for (const limit of ['0', '-1', '1e3', '1001', '99999999999999999999', '']) {
      expect([limit, (await client.get(query({ limit }))).status]).toEqual([limit, 400]);
    }
  });
});

describe('a key of two columns', () => {
  it('is two parts of the path', async () => {
    expect((await client.get('/pairs/3/k%2F2')).body.data).toEqual({ a: 3, b: 'k/2' });
    expect((await client.get('/pairs/3/%C3%BC%20%25%3F%26%23')).body.data).toEqual({ a: 3, b: 'ü %?&#' });
    expect((await client.get('/pairs/3/K%2F2')).status).toBe(404);
    expect((await client.get('/pairs/3x/k%2F2')).status).toBe(400);
  });

  it('is walked in its order, every row once', async () => {
    const rows = (await walk('/pairs?limit=4')) as { a: number; b: string }[];
    expect(rows).toHaveLength(103);
    const sorted = rows.toSorted((one, other) => one.a - other.a || (one.b < other.b ? -1 : 1));
    expect(rows).toEqual(sorted);
    expect(await walk('/pairs?limit=3&b=k%2F2')).toEqual(rows.filter(({ b }) => b === 'k/2'));
  });

  it('is refused in after when it is none', async () => {
    for (const after of ['3', '3/a/b', 'x/a', '3/%', '']) {
      expect([after, (await client.get(`/pairs?after=${encodeURIComponent(after)}`)).status]).toEqual([after, 400]);
    }
  });
});

describe('the index of a filter', () => {
  const plan = async (conditions: readonly Condition[], after: readonly Key[] | null) => {
    const pool = new ReadPool({ database: database.access, log: () => {} });
    const { sql, values } = served.sql.page(conditions, after, 100);
    try {
      const rows = await pool.read(`EXPLAIN ${sql}`, values);
      const [, walked] = rows.filter(([, , table]) => table === 't');
      return [walked![3], walked![5], walked![9]];
    } finally {
      pool.close();
    }
  };
  const [served] = servedTables(projection) as [ReturnType<typeof servedTables>[number]];
  const is = (name: string, value: Key): Condition => ({
    ...served.filters.find(({ column }) => column.name === name)!,
    value,
  });

  it('is walked in key order, and nothing is sorted', async () => {
    for (const after of [null, ['1007']]) {
      const [type, key, extra] = await plan([is('account', '7')], after);
      expect(['ref', 'range']).toContain(type);
      expect(key).toBe('banyan_by_account');
      expect(extra).not.toContain('filesort');
    }
    const [, , extra] = await plan([is('city', 'Bonn')], ['5']);
    expect(extra).not.toContain('filesort');
  });

  it('is made and dropped as the filters change, and the rows stay', async () => {
    const indexes = async () =>
      (
        await database.session.rows<{ name: string }>(
          "SELECT DISTINCT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'lines'",
        )
      ).map(({ name }) => name);
    expect(await indexes()).toContain('banyan_by_odd `name');
    expect(await indexes()).not.toContain('banyan_by_id');
    await ensureTables(database.session, declared(['city']));
    expect(await indexes()).toEqual(['PRIMARY', 'banyan_by_city']);
    await ensureTables(database.session, projection);
    expect(await indexes()).toContain('banyan_by_account');
    expect((await client.get('/lines/7')).status).toBe(200);
  });
});
