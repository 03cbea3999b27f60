import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeAccount, openAccount } from './account-changes.ts';
import { checkBooks } from './books.ts';
import { authorise, issueCard, settle } from './cards.ts';
import { openPool } from './database.ts';
import { runDay } from './day.ts';
import { runNightly } from './nightly.ts';
import { enrol } from './profiles.ts';
import { runPurge } from './purge.ts';
import { seed } from './seed.ts';
import { nameTestDatabase } from './test-database.ts';

const database = nameTestDatabase();
const { query, settings } = database;
const count = async (from: string) => Number((await query(`SELECT COUNT(*) AS n FROM ${from}`))[0]!.n);
const total = () => query('SELECT currency, SUM(balance) AS total FROM accounts GROUP BY currency ORDER BY currency');
const log = () => {};
const day = { database: settings, rate: 100_000, clients: 6, forMs: 60_000 };

async function faults(): Promise<string[]> {
  const connection = await database.connect();
  try {
    return await checkBooks(connection);
  } finally {
    await connection.end();
  }
}

/** Someone comes, has a card, pays with it, and leaves. */
async function leaveTheBank(): Promise<void> {
  const pool = openPool(settings, { connectionLimit: 1, lockWaitSeconds: 5 });
  try {
    const home = { street: 'Ring 1', postcode: '50667', city: 'Köln', country: 'DE' };
    const customerId = await enrol(pool, { name: 'Bo', email: 'b@example.org', branch: 'Filiale Graz', home }, log);
    const id = await openAccount(pool, { customerId, kind: 'current', currency: 'EUR', deposit: 1_000_000n }, log);
    const cardId = await issueCard(pool, customerId, id, 'debit', log);
    const payment = { cardId, merchantId: 1n, channel: 'chip', place: 'Graz', amount: 10_000n } as const;
    await settle(pool, await authorise(pool, payment, log), log);
    const [payTo] = await query(
      "SELECT id FROM accounts WHERE id > 0 AND currency = 'EUR' AND closed_at IS NULL ORDER BY id LIMIT 1",
    );
    await closeAccount(pool, id, BigInt(payTo!.id!), log);
  } finally {
    await pool.end();
  }
}

beforeAll(async () => {
  await seed({ database: settings, seed: 3, customers: 150 });
  await runDay({ ...day, seed: 1, orders: 800 });
});
afterAll(() => database.drop());

describe('the nightly run', () => {
  it('writes the rows it is asked for in one transaction, pays interest, and takes fees', async () => {
    const before = await total();
    const lines = await count('ledger_lines');
    const report = await runNightly({ database: settings, rows: 20_000 });
    expect(report.accruals).toBeGreaterThanOrEqual(20_000);
    expect(report.rows).toBeGreaterThan(report.accruals + 4 * report.interestPaid);
    expect(await count('interest_accruals')).toBe(report.accruals);
    expect(report.interestPaid).toBeGreaterThan(100);
    expect(report.feesCharged).toBeGreaterThan(50);
    const booked = report.standingOrders.booked ?? 0;
    expect(booked).toBeGreaterThan(0);
    expect((await count('ledger_lines')) - lines).toBe(2 * (report.interestPaid + report.feesCharged + booked));
    expect(await count(`bank_settings WHERE name = 'business_day' AND value = '${report.businessDay}'`)).toBe(1);
    expect(await faults()).toEqual([]);
    expect(await total()).toEqual(before);
    const next = await runNightly({ database: settings, rows: 1 });
    expect([next.days, next.businessDay > report.businessDay]).toEqual([1, true]);
  });

  it('beside the business of a day keeps the books in order', async () => {
    const before = await total();
    const [business] = await Promise.all([
      runDay({ ...day, seed: 2, orders: 1_000 }),
      runNightly({ database: settings, rows: 5_000 }),
    ]);
    expect(business.firstFailure).toBeUndefined();
    expect(await faults()).toEqual([]);
    expect(await total()).toEqual(before);
  });

  it('leaves nothing behind when it fails', async () => {
    await query("CREATE TRIGGER no_fees BEFORE INSERT ON fees_charged FOR EACH ROW SIGNAL SQLSTATE '45000'");
    const before = [await count('interest_accruals'), await total(), await count('batch_runs')];
    await expect(runNightly({ database: settings, rows: 100 })).rejects.toThrow(/45000|Unhandled user-defined/);
    await query('DROP TRIGGER no_fees');
    expect([await count('interest_accruals'), await total(), await count('batch_runs')]).toEqual(before);
    expect(await faults()).toEqual([]);
  });
});

describe('the purge', () => {
  it('deletes what is old and over, with what hangs on it, and no line of the books', async () => {
    await leaveTheBank();
    const [before, lines, accounts] = [await total(), await count('ledger_lines'), await count('accounts')];
    const left = await query(
      "SELECT customer_id AS id FROM customer_profiles WHERE status = 'closed' AND customer_id > 0",
    );
    expect(left.length).toBeGreaterThan(0);
    const ids = left.map(({ id }) => id).join();
    expect(await runPurge({ database: settings, olderThanDays: 36_000 })).toEqual({
      sessions: 0,
      pageActions: 0,
      loginAttempts: 0,
      accruals: 0,
      customers: 0,
    });
    const report = await runPurge({ database: settings, olderThanDays: 0 });
    expect(report.customers).toBe(left.length);
    expect(report.loginAttempts).toBeGreaterThan(10);
    expect(report.accruals).toBeGreaterThan(20_000);
    expect(report.sessions).toBeGreaterThan(5);
    for (const table of [
      'customer_profiles',
      'addresses',
      'cards',
      'web_logins',
      'documents',
      'account_holders',
      'accounts',
    ])
      expect(await count(`${table} WHERE customer_id IN (${ids})`)).toBe(0);
    expect(await count('accounts WHERE customer_id = -1 AND id > 0')).toBeGreaterThan(0);
    expect([await total(), await count('ledger_lines'), await count('accounts')]).toEqual([before, lines, accounts]);
    expect(await faults()).toEqual([]);
  });
});
