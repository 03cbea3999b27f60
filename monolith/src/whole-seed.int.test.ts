import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkBooks } from './books.ts';
import { luhnSum } from './card-number.ts';
import { seed } from './seed.ts';
import { nameTestDatabase } from './test-database.ts';

const one = nameTestDatabase();
const two = nameTestDatabase();
beforeAll(async () => {
  await seed({ database: one.settings, seed: 5, customers: 300 });
  await seed({ database: two.settings, seed: 5, customers: 300 });
});
afterAll(async () => {
  await one.drop();
  await two.drop();
});

const STILL_EMPTY =
  'batch_runs card_holds card_operations customer_changes fees_charged interest_accruals login_attempts page_actions ' +
  'standing_order_runs statement_lines statements transfers web_sessions';

async function contents(database: typeof one): Promise<Map<string, string>> {
  const tables = await database.query(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name',
  );
  const sums = await database.query(`CHECKSUM TABLE ${tables.map(({ name }) => name).join()}`);
  return new Map(sums.map((row) => [row.Table!.split('.')[1]!, row.Checksum!]));
}

/** What the check finds after a statement, which is then taken back. */
async function faultsAfter(harm = 'DO 1'): Promise<string[]> {
  const connection = await two.connect();
  try {
    await connection.beginTransaction();
    await connection.query(harm);
    return await checkBooks(connection);
  } finally {
    await connection.end();
  }
}

describe('the seed of the whole bank', () => {
  it('gives the same rows in every table', async () => {
    const sums = await contents(one);
    expect(await contents(two)).toEqual(sums);
    expect(
      [...sums]
        .filter(([, sum]) => sum === '0')
        .map(([name]) => name)
        .sort(),
    ).toEqual(STILL_EMPTY.split(' ').sort());
  });

  it('is in order', async () => {
    expect(await faultsAfter()).toEqual([]);
  });

  it('has whole card numbers with a right check digit', async () => {
    const cards = await one.query('SELECT pan, pan_last4 FROM cards');
    expect(cards.length).toBeGreaterThan(200);
    expect(cards.filter(({ pan, pan_last4 }) => luhnSum(pan!) % 10 !== 0 || !pan!.endsWith(pan_last4!))).toEqual([]);
  });

  it.each([
    'UPDATE accounts SET balance = balance + 1 WHERE id = 1',
    'UPDATE ledger_lines SET balance_after = balance_after + 1 WHERE id = 1',
    "INSERT INTO card_operations VALUES (1, 1, NULL, 'authorise', 1, 'chip', '', 1, 'EUR', NULL, NOW())",
    "INSERT INTO transfers VALUES (1, 'x', 1, 2, 1, NULL, NOW())",
    "INSERT INTO statements VALUES (1, 2012, 1, 5, 5, 1, 'web', NOW())",
  ])('is checked: %s is found', async (harm) => {
    expect(await faultsAfter(harm)).not.toEqual([]);
  });
});
