import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkBooks } from './books.ts';
import { openPool } from './database.ts';
import { runDay } from './day.ts';
import { seed } from './seed.ts';
import { nameTestDatabase, type TestDatabase } from './test-database.ts';
import { TooFewAccounts } from './traffic-plan.ts';

const RUN = { rate: 100_000, clients: 8, forMs: 60_000, seed: 7 };
const one = nameTestDatabase();
const two = nameTestDatabase();

beforeAll(async () => {
  for (const database of [one, two]) await seed({ database: database.settings, seed: 3, customers: 80 });
});
afterAll(async () => {
  await one.drop();
  await two.drop();
});

const TOTAL = 'SELECT currency, SUM(balance) AS total FROM accounts GROUP BY currency ORDER BY currency';
const CONTENT = [
  'SELECT id, from_account_id, to_account_id, amount, purpose FROM transfers ORDER BY id',
  'SELECT id, account_id, transfer_id, amount, balance_after, purpose FROM ledger_lines ORDER BY id',
  'SELECT id, card_id, authorisation_id, kind, merchant_id, channel, place, amount, transfer_id FROM card_operations ORDER BY id',
  'SELECT id, customer_id, old_email, old_city FROM customer_changes ORDER BY id',
  'SELECT id, web_session_id, action, detail FROM page_actions ORDER BY id',
  'SELECT * FROM branches ORDER BY code',
  'SELECT id, name, email, city FROM customers ORDER BY id',
  'SELECT id, pan, status FROM cards ORDER BY id',
];

async function faults(database: TestDatabase): Promise<string[]> {
  const pool = openPool(database.settings, { connectionLimit: 1, lockWaitSeconds: 5 });
  const connection = await pool.getConnection();
  try {
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    return await checkBooks(connection);
  } finally {
    connection.release();
    await pool.end();
  }
}

describe('a day of business', () => {
  it('is the same for the same seed, to the row', async () => {
    const run = { ...RUN, clients: 1, orders: 900 };
    const report = await runDay({ ...run, database: one.settings });
    expect(report.firstFailure).toBeUndefined();
    const again = await runDay({ ...run, database: two.settings });
    expect([again.done, again.refusals]).toEqual([report.done, report.refusals]);
    for (const sql of CONTENT) {
      const rows = await one.query(sql);
      expect(rows.length).toBeGreaterThan(5);
      expect(await two.query(sql)).toEqual(rows);
    }
  });

  it('by many at once keeps the books in order at every moment, and the total what it was', async () => {
    const total = await one.query(TOTAL);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 100_000 }),
        fc.integer({ min: 2, max: 12 }),
        async (seed, clients) => {
          let running = true;
          const day = runDay({ ...RUN, seed, clients, orders: 400, database: one.settings }).finally(() => {
            running = false;
          });
          const seen: string[] = [];
          for (let looks = 0; running && looks < 20; looks += 1) seen.push(...(await faults(one)));
          const report = await day;
          expect(report).toMatchObject({ sent: 400, failed: 0, firstFailure: undefined });
          expect(seen).toEqual([]);
          expect(await faults(one)).toEqual([]);
          expect(await one.query(TOTAL)).toEqual(total);
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('needs a bank that was seeded', async () => {
    const empty = nameTestDatabase();
    await expect(seed({ database: empty.settings, seed: 1, customers: 1 })).resolves.toBeDefined();
    await empty.query('DELETE FROM standing_orders');
    await expect(runDay({ ...RUN, database: empty.settings })).rejects.toThrow(TooFewAccounts);
    await empty.drop();
  });
});
