import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/declaration.ts';
import { Session } from '../read-store/index.ts';
import { createQueryApi, type Server } from './index.ts';
import { ReadPool } from './read-pool.ts';
import type { Query } from './read-sql.ts';
import { servedTables } from './served-table.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';
import { answerOf } from './testing-client.ts';

const projection = mirror({
  name: 'snapshot-test',
  tables: {
    counters: {
      source: 'bank.counters',
      key: ['id'],
      path: '/counters',
      columns: { id: 'int', value: 'bigint', note: 'text' },
    },
  },
});
const rowCount = 40;

let database: TestDatabase;
let api: Server;
let url: string;

beforeAll(async () => {
  database = await testDatabase(projection);
  await database.session.run(`INSERT INTO counters SELECT seq, 0, 'x' FROM seq_1_to_${rowCount}`);
  await database.session.run("UPDATE banyan_checkpoint SET position = '0-1-0'");
  api = createQueryApi({ projection, database: database.access, freshWithinMs: 60_000, auth: 'off' });
  url = await api.listen({ port: 0 });
}, 60_000);

afterAll(async () => {
  await api?.close();
  await database?.[Symbol.asyncDispose]();
});

describe('a standpoint and its rows', () => {
  it('are of one moment, while transactions change both', async () => {
    const transactions = 400;
    const writing = { isDone: false };
    const seen = new Set<number>();
    async function read(path: string): Promise<void> {
      let last = 0;
      while (!writing.isDone) {
        const { body } = await answerOf(await fetch(url + path));
        const rows: { value: string }[] = Array.isArray(body.data) ? body.data : [body.data];
        const sequence = Number(body.position.gtid.split('-')[2]);
        expect(rows.length).toBe(Array.isArray(body.data) ? rowCount : 1);
        expect([...new Set(rows.map(({ value }) => Number(value)))]).toEqual([sequence]);
        expect(sequence).toBeGreaterThanOrEqual(last);
        last = sequence;
        seen.add(sequence);
      }
    }
    async function write(): Promise<void> {
      await using session = await Session.open(database.access);
      for (let n = 1; n <= transactions; n++) {
        await session.run('START TRANSACTION');
        // The rows first and the position first in turn: each order would show another mistake.
        const steps = ['UPDATE counters SET value = ?', "UPDATE banyan_checkpoint SET position = CONCAT('0-1-', ?)"];
        for (const step of n % 2 === 0 ? steps : steps.toReversed()) await session.run(step, [n]);
        await session.run('COMMIT');
      }
    }
    const readers = ['/counters/7', '/counters/40', '/counters', '/counters?after=0&limit=40'].map(read);
    await Promise.all([write().finally(() => (writing.isDone = true)), ...readers]);
    expect(seen.size).toBeGreaterThan(10);
  }, 60_000);
});

describe('the plans', () => {
  it('look keys up and walk them, and sort nothing', async () => {
    await database.session.run("INSERT INTO counters SELECT seq, 0, REPEAT('x', 50) FROM seq_41_to_20000");
    await database.session.rows('ANALYZE TABLE counters');
    const pool = new ReadPool({ database: database.access, log: () => {} });
    const [served] = servedTables(projection);
    // id, select_type, table, type, possible_keys, key, key_len, ref, rows, Extra
    const plan = async ({ sql, values }: Query) => {
      const rows = (await pool.read(`EXPLAIN ${sql}`, values)).map((row) => [row[2], row[3], row[5], row[9]]);
      const ofParked = rows.filter(([table]) => table === 'k' || table === 'n');
      expect(ofParked.length).toBeGreaterThan(0);
      for (const [table, ...how] of ofParked) expect([table, ...how.slice(0, 2)]).toEqual([table, 'ref', 'PRIMARY']);
      return rows.filter((row) => !ofParked.includes(row));
    };
    try {
      for (const query of [served!.sql.parked(['7'], null), served!.sql.rows([['7']], null)]) {
        expect(await plan(query)).toEqual([
          ['c', 'const', 'PRIMARY', ''],
          ['t', 'const', 'PRIMARY', ''],
        ]);
      }
      expect(await plan(served!.sql.rows([['7'], ['8'], ['-1'], ['30000']], null))).toEqual([
        ['c', 'const', 'PRIMARY', ''],
        ['t', 'range', 'PRIMARY', 'Using where'],
      ]);
      expect(await plan(served!.sql.page([], ['7'], 100))).toEqual([
        ['c', 'const', 'PRIMARY', ''],
        ['t', 'const', null, ''],
        ['t', 'range', 'PRIMARY', 'Using where'],
      ]);
      expect(await plan(served!.sql.page([], null, 100))).toEqual([
        ['c', 'const', 'PRIMARY', ''],
        ['t', 'const', null, ''],
        ['t', 'index', 'PRIMARY', 'Using where'],
      ]);
    } finally {
      pool.close();
    }
  });
});
