import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Transfer } from './booked-transfers.ts';
import { createPrng } from './prng.ts';
import { codeOf, openTestBank, type TestBank, unbalancedAccounts, until } from './test-bank.ts';

const ACCOUNTS = Array.from({ length: 10 }, (_, index) => ({ id: index + 1, balance: '100.0000' }));

let bank: TestBank;
beforeEach(async () => {
  bank = await openTestBank(ACCOUNTS, 20);
});
afterEach(() => bank?.end());

function randomOrders(count: number) {
  const prng = createPrng(42);
  return Array.from({ length: count }, () => {
    const from = prng.between(1, 10);
    const to = 1 + ((from - 1 + prng.between(1, 9)) % 10);
    return { from, to, amount: `${prng.between(0, 60)}.${prng.between(1, 9999).toString().padStart(4, '0')}` };
  });
}

async function sum(): Promise<string | null> {
  const [row] = await bank.database.query('SELECT SUM(balance) AS total FROM accounts');
  return row!.total!;
}

async function countTransfers(): Promise<number> {
  const [row] = await bank.database.query('SELECT COUNT(*) AS n FROM transfers');
  return Number(row!.n);
}

describe('transfers at the same time', () => {
  it('200 over 10 accounts conserve the sum and leave every balance at its last ledger line', async () => {
    const answers = await Promise.all(randomOrders(200).map((order) => bank.post(order)));
    const accepted = answers.filter((answer) => answer.status === 201).length;
    const refused = answers.filter((answer) => codeOf(answer) === 'insufficient_funds').length;
    expect(accepted + refused).toBe(200);
    expect(accepted).toBeGreaterThan(50);
    expect(await countTransfers()).toBe(accepted);
    expect(await sum()).toBe('1000.0000');
    expect(await unbalancedAccounts(bank.database)).toEqual([]);
    const broken = await bank.database.query(
      `SELECT id FROM (SELECT id, amount, balance_after, booked_at,
              LAG(balance_after) OVER w AS balance_before, LAG(booked_at) OVER w AS booked_before
            FROM ledger_lines WINDOW w AS (PARTITION BY account_id ORDER BY id)) l
        WHERE balance_before + amount <> balance_after OR balance_after < 0 OR booked_at < booked_before`,
    );
    expect(broken).toEqual([]);
  });

  it('with one reference book once, even when the first one took all there was', async () => {
    const order = { from: 9, to: 2, amount: '100', reference: 'all' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => bank.post(order)));
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answers.map((answer) => (answer.body as Transfer).id)).size).toBe(1);
    expect(await countTransfers()).toBe(1);
  });

  it('with one reference between different accounts book one and refuse the others', async () => {
    const orders = [1, 3, 5, 7, 9].map((id) => ({ from: id, to: id + 1, amount: '1', reference: 'mine' }));
    const answers = await Promise.all(orders.map((order) => bank.post(order)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409]);
    expect(await countTransfers()).toBe(1);
    expect(await unbalancedAccounts(bank.database)).toEqual([]);
  });

  it('survive that all database connections are killed', async () => {
    const answers = randomOrders(200).map((order) => bank.post(order));
    await Promise.race(answers);
    const mine = `WHERE db = '${bank.database.settings.name}' AND id <> CONNECTION_ID()`;
    const connections = await bank.database.query(`SELECT id FROM information_schema.processlist ${mine}`);
    expect(connections.length).toBeGreaterThan(0);
    for (const { id } of connections) await bank.database.query(`KILL ${id}`).catch(ignoreGone);
    const settled = await Promise.all(answers);
    const unexpected = settled.filter((answer) => ![201, 422, 503].includes(answer.status));
    expect(unexpected).toEqual([]);
    expect((await bank.get('/health')).status).toBe(200);
    expect(await sum()).toBe('1000.0000');
    expect(await unbalancedAccounts(bank.database)).toEqual([]);
    // What was answered as booked is booked.
    const ids = new Set((await bank.database.query('SELECT id FROM transfers')).map((row) => Number(row.id)));
    const promised = settled.filter((answer) => answer.status === 201).map((answer) => (answer.body as Transfer).id);
    expect(promised.filter((id) => !ids.has(Number(id)))).toEqual([]);
  });
});

/** A connection can be gone before it is killed. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof Error) || !/Unknown thread id/.test(error.message)) throw error;
}

describe('a transfer that meets another transaction', () => {
  it('is run again after a deadlock', async () => {
    const other = await bank.database.connect();
    await other.beginTransaction();
    // The database gives up the transaction that wrote less: this one must not be it.
    const row = "('A', 'a', 'a', NOW())";
    await other.query(`INSERT INTO customers (name, email, city, created_at) VALUES ${Array(20).fill(row).join()}`);
    await other.query('SELECT id FROM accounts WHERE id = 2 FOR UPDATE');
    const answer = bank.post({ from: 1, to: 2, amount: '1' });
    await until(
      'the transfer waits for account 2',
      async () => {
        const waiting = await bank.database.query(
          `SELECT trx_id FROM information_schema.innodb_trx JOIN information_schema.processlist ON id = trx_mysql_thread_id
          WHERE db = '${bank.database.settings.name}' AND trx_state = 'LOCK WAIT'`,
        );
        return waiting.length === 1;
        // innodb_trx is a copy that stays as it is while it is read more often than every 100 ms.
      },
      150,
    );
    await other.query('SELECT id FROM accounts WHERE id = 1 FOR UPDATE');
    await other.rollback();
    await other.end();
    expect((await answer).body).toMatchObject({ balances: { from: '99.0000', to: '101.0000' } });
    expect(bank.log.join()).toMatch(/transaction attempt 1 rolled back and run again: Deadlock/);
    expect(await countTransfers()).toBe(1);
  });
});
