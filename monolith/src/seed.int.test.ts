import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BankNotEmpty, seed } from './seed.ts';
import { unbalancedAccounts } from './test-bank.ts';
import { nameTestDatabase, type TestDatabase } from './test-database.ts';

let one: TestDatabase;
let two: TestDatabase;

beforeAll(async () => {
  one = nameTestDatabase();
  two = nameTestDatabase();
});
afterAll(async () => {
  await one?.drop();
  await two?.drop();
});

async function rows(database: TestDatabase) {
  return {
    customers: await database.query('SELECT * FROM customers WHERE id > 0 ORDER BY id'),
    accounts: await database.query('SELECT * FROM accounts WHERE id > 0 ORDER BY id'),
    lines: await database.query('SELECT * FROM ledger_lines WHERE id > 0 ORDER BY id'),
  };
}

describe('the seed', () => {
  it('gives the same rows in two databases', async () => {
    const report = await seed({ database: one.settings, seed: 11, customers: 1_000 });
    expect(report).toEqual({ outcome: 'seeded', customers: 1_000, accounts: expect.any(Number) });
    expect(await seed({ database: two.settings, seed: 11, customers: 1_000 })).toEqual(report);
    const written = await rows(one);
    expect(await rows(two)).toEqual(written);
    expect([written.customers.length, written.accounts.length]).toEqual([1_000, report.accounts]);
    expect(written.lines.length).toBe(report.accounts);
  });

  it('writes for every account one ledger line, its opening balance', async () => {
    expect(await unbalancedAccounts(one)).toEqual([]);
    const odd = await one.query(
      `SELECT l.id FROM ledger_lines l JOIN accounts a ON a.id = l.account_id
        WHERE l.transfer_id IS NOT NULL OR l.amount <> l.balance_after OR l.booked_at <> a.opened_at`,
    );
    expect(odd).toEqual([]);
  });

  it('keeps emoji and umlauts', async () => {
    const { customers } = await rows(one);
    expect(customers.some((customer) => /[🌻🚀🐝🎻]/u.test(customer.name!))).toBe(true);
    expect(customers.some((customer) => /ö/.test(customer.name!))).toBe(true);
  });

  it('leaves a bank alone that has it already, also after business', async () => {
    await one.query('UPDATE accounts SET balance = balance + 1 WHERE id = 1');
    const before = await rows(one);
    const report = await seed({ database: one.settings, seed: 11, customers: 1_000 });
    expect(report.outcome).toBe('already');
    expect(await rows(one)).toEqual(before);
  });

  it('refuses a bank with other customers and writes nothing', async () => {
    const before = await rows(one);
    for (const other of [
      { seed: 12, customers: 1_000 },
      { seed: 11, customers: 999 },
    ]) {
      await expect(seed({ database: one.settings, ...other })).rejects.toThrow(BankNotEmpty);
    }
    // A bank of before the seed wrote down which it was.
    await one.query("DELETE FROM bank_settings WHERE name = 'seed'");
    expect((await seed({ database: one.settings, seed: 11, customers: 1_000 })).outcome).toBe('already');
    await one.query("UPDATE customers SET name = 'Somebody Else' WHERE id = 500");
    await expect(seed({ database: one.settings, seed: 11, customers: 1_000 })).rejects.toThrow(
      /already has 1000 customers and they are not those of seed 11 with 1000 customers; nothing was written/,
    );
    expect((await rows(one)).accounts).toEqual(before.accounts);
  });
});
