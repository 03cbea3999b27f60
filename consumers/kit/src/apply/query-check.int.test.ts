import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { query } from '../projection/index.ts';
import { ensureTables, type Session } from '../read-store/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { checkQueries } from './query-check.ts';

const declared = (select: string, columns: Record<string, string>, rule = 'SELECT id AS account_id FROM changed') =>
  query({
    name: 'checked',
    from: {
      accounts: {
        source: 's.accounts',
        key: ['id'],
        columns: { id: 'bigint', balance: 'decimal(19,4)', at: 'datetime(6)' },
      },
    },
    tables: {
      sums: { key: ['account_id'], group: ['account_id'], columns, select, dirty: { accounts: rule } },
    },
  });

describe('checkQueries', () => {
  let database: ReadDatabase;
  let session: Session;
  beforeAll(async () => {
    database = await ReadDatabase.open();
    session = await database.session();
    await ensureTables(session, declared('SELECT id AS account_id FROM accounts', { account_id: 'bigint' }));
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it('takes what the mirrors can answer, and leaves no table behind', async () => {
    const columns = { account_id: 'bigint', total: 'decimal(41,4)', at: 'datetime(6)' };
    await checkQueries(
      session,
      declared('SELECT id AS account_id, SUM(balance) AS total, MAX(at) AS at FROM accounts GROUP BY id', columns),
    );
    expect(await session.rows("SHOW TABLES LIKE 'banyan_check'")).toEqual([]);
  });

  it.each<[string, string, Record<string, string>, string]>([
    [
      'an unknown column',
      'SELECT id AS account_id,\n  balanse AS total\nFROM accounts',
      { account_id: 'bigint', total: 'decimal(19,4)' },
      "checked.sums.select, line 2: Unknown column 'balanse'",
    ],
    [
      'an unknown table',
      'SELECT id AS account_id\nFROM\n cards',
      { account_id: 'bigint' },
      'checked.sums.select, line 3: Table ',
    ],
    [
      'a mistake in the language',
      'SELECT id AS account_id\nFROM accounts\nGROUP id',
      { account_id: 'bigint' },
      'checked.sums.select, line 3: You have an error',
    ],
    [
      'a column that is not declared',
      'SELECT id AS account_id, balance FROM accounts',
      { account_id: 'bigint' },
      'checked.sums.balance: it is not declared',
    ],
    [
      'a declared column that is not there',
      'SELECT id AS account_id FROM accounts',
      { account_id: 'bigint', total: 'bigint' },
      'checked.sums.total: the SELECT has no such column',
    ],
    [
      'a decimal that would be rounded',
      'SELECT id AS account_id, AVG(balance) AS total FROM accounts GROUP BY id',
      { account_id: 'bigint', total: 'decimal(19,4)' },
      'checked.sums.total: the SELECT gives decimal(23,8), which decimal(19,4) would round',
    ],
    [
      'a float into a decimal',
      'SELECT id AS account_id, balance * 1e0 AS total FROM accounts',
      { account_id: 'bigint', total: 'decimal(19,4)' },
      'checked.sums.total: the SELECT gives double, which decimal(19,4) would round',
    ],
    [
      'a time that would be cut',
      'SELECT id AS account_id, at FROM accounts',
      { account_id: 'bigint', at: 'datetime(3)' },
      'checked.sums.at: the SELECT gives datetime(6), which datetime(3) would round',
    ],
  ])('refuses %s, by its place', async (_, select, columns, message) => {
    await expect(checkQueries(session, declared(select, columns))).rejects.toMatchObject({
      code: 'declaration',
      message: expect.stringContaining(message),
      remedy: expect.any(String),
    });
  });

  it.each([
    ['SELECT id AS account_id FROM cards', 'checked.sums.dirty.accounts, line 1: Table '],
    ['SELECT id FROM changed', "checked.sums.dirty.accounts: the SELECT gives no 'account_id'"],
  ])('refuses the rule %j', async (rule, message) => {
    const one = declared('SELECT id AS account_id FROM accounts', { account_id: 'bigint' }, rule);
    await expect(checkQueries(session, one)).rejects.toMatchObject({
      code: 'declaration',
      message: expect.stringContaining(message),
    });
  });
});
