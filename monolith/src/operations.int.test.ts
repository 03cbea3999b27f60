import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'mysql2/promise';
import { closeAccount, openAccount } from './account-changes.ts';
import { checkBooks } from './books.ts';
import { luhnSum } from './card-number.ts';
import { authorise, issueCard, refund, reverse, settle } from './cards.ts';
import { openPool } from './database.ts';
import { changeOnesMind, payAll } from './payments.ts';
import { addNote, changeProfile, enrol, forgetProspect, setAddress } from './profiles.ts';
import { seed } from './seed.ts';
import { seededPassword } from './seed-details.ts';
import { hire, leave, renameBranch } from './staff.ts';
import { placeStandingOrder, runStandingOrder } from './standing-orders.ts';
import { makeStatement } from './statements.ts';
import { nameTestDatabase } from './test-database.ts';
import { findSession, logIn, logOut, noteAction } from './web-sessions.ts';

const database = nameTestDatabase();
const { query } = database;
let pool: Pool;
const log = () => {};
const HOME = { street: 'Ring 1', postcode: '50667', city: 'Köln', country: 'DE' };
const coded = (code: string) => expect.objectContaining({ code });

beforeAll(async () => {
  await seed({ database: database.settings, seed: 3, customers: 60 });
  pool = openPool(database.settings, { connectionLimit: 8, lockWaitSeconds: 5 });
});
afterAll(async () => {
  const faults = await checkBooks(pool);
  await pool.end();
  await database.drop();
  expect(faults).toEqual([]);
});

const balance = async (id: bigint) => (await query(`SELECT balance FROM accounts WHERE id = ${id}`))[0]!.balance;
const newAccount = async (deposit: bigint) => {
  const customerId = await enrol(
    pool,
    { name: 'Ann', email: 'a@example.org', branch: 'Filiale Graz', home: HOME },
    log,
  );
  const id = await openAccount(pool, { customerId, kind: 'current', currency: 'EUR', deposit: deposit * 10_000n }, log);
  return { id, customerId };
};

describe('a card', () => {
  it('holds, settles once, and gives back once', async () => {
    const { id, customerId } = await newAccount(100n);
    const cardId = await issueCard(pool, customerId, id, 'debit', log);
    const [card] = await query(`SELECT pan, pan_last4 FROM cards WHERE id = ${cardId}`);
    expect([luhnSum(card!.pan!) % 10, card!.pan!.slice(-4)]).toEqual([0, card!.pan_last4]);
    expect(await balance(id)).toBe('90.5000');
    const payment = { cardId, merchantId: 1n, channel: 'chip', place: 'Café Süd', amount: 800_000n } as const;
    const first = await authorise(pool, payment, log);
    expect(await balance(id)).toBe('90.5000');
    await expect(authorise(pool, payment, log)).rejects.toEqual(coded('insufficient_funds'));
    await expect(payAll(pool, { from: id, to: [{ account: 1n, amount: 200_000n }] }, log)).resolves.toBe(0);
    await expect(closeAccount(pool, id, 1n, log)).rejects.toEqual(coded('money_is_held'));
    await expect(refund(pool, first, log)).rejects.toEqual(coded('not_settled'));
    const both = await Promise.allSettled([settle(pool, first, log), settle(pool, first, log)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await balance(id)).toBe('10.5000');
    await expect(reverse(pool, first, log)).rejects.toEqual(coded('not_held'));
    const back = await Promise.allSettled([refund(pool, first, log), refund(pool, first, log)]);
    expect(back.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await balance(id)).toBe('90.5000');
    await reverse(pool, await authorise(pool, payment, log), log);
    expect(await query(`SELECT * FROM card_holds WHERE account_id = ${id}`)).toEqual([]);
  });
});

it('a hold is ended once, by a settlement or a reversal that come together', async () => {
  const { id, customerId } = await newAccount(1_000n);
  const cardId = await issueCard(pool, customerId, id, 'debit', log);
  for (let round = 0; round < 12; round += 1) {
    const payment = { cardId, merchantId: 2n, channel: 'online', place: 'Wien', amount: 10_000n } as const;
    const first = await authorise(pool, payment, log);
    const ends = await Promise.allSettled([
      settle(pool, first, log),
      reverse(pool, first, log),
      settle(pool, first, log),
    ]);
    const refusals = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(refusals).toEqual([coded('not_held'), coded('not_held')]);
  }
});

describe('an account', () => {
  it('is opened with a deposit and closed with a pay-out', async () => {
    const [one, two] = [await newAccount(50n), await newAccount(0n)];
    await placeStandingOrder(pool, {
      from: one.id,
      to: two.id,
      amount: 1n,
      purpose: null,
      every: 'week',
      nextOn: '2012-07-03',
    });
    await closeAccount(pool, one.id, two.id, log);
    expect([await balance(one.id), await balance(two.id)]).toEqual(['0.0000', '50.0000']);
    expect(await query(`SELECT status FROM customer_profiles WHERE customer_id = ${one.customerId}`)).toEqual([
      { status: 'closed' },
    ]);
    await expect(closeAccount(pool, one.id, two.id, log)).rejects.toEqual(coded('account_closed'));
    await expect(closeAccount(pool, two.id, one.id, log)).rejects.toEqual(coded('account_closed'));
  });

  it('has statements that follow each other', async () => {
    const { id } = await newAccount(5n);
    expect(await makeStatement(pool, id, 'web', log)).toBe(1n);
    expect(await makeStatement(pool, id, 'web', log)).toBeNull();
    await payAll(pool, { from: id, to: [{ account: (await newAccount(0n)).id, amount: 10_000n }] }, log);
    expect(await makeStatement(pool, id, 'post', log)).toBe(2n);
    expect(await query(`SELECT opening_balance, closing_balance FROM statements WHERE account_id = ${id}`)).toEqual([
      { opening_balance: '0.0000', closing_balance: '5.0000' },
      { opening_balance: '5.0000', closing_balance: '4.0000' },
    ]);
  });

  it('pays a standing order, or notes that it could not, and is due again', async () => {
    const [one, two] = [await newAccount(5n), await newAccount(0n)];
    const order = {
      from: one.id,
      to: two.id,
      amount: 40_000n,
      purpose: 'Miete',
      every: 'month',
      nextOn: '2012-07-31',
    } as const;
    const id = await placeStandingOrder(pool, order);
    expect(await runStandingOrder(pool, id, log)).toBe('booked');
    expect(await runStandingOrder(pool, id, log)).toBe('no funds');
    expect(
      await query(`SELECT due_on, outcome FROM standing_order_runs WHERE standing_order_id = ${id} ORDER BY due_on`),
    ).toEqual([
      { due_on: '2012-07-31', outcome: 'booked' },
      { due_on: '2012-08-31', outcome: 'no funds' },
    ]);
    expect([await balance(one.id), await balance(two.id)]).toEqual(['1.0000', '4.0000']);
  });
});

describe('payments', () => {
  it('of a list go on where one is refused, and two lists that block each other both end', async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => newAccount(100n)));
    const ids = all.map(({ id }) => id);
    const list = (from: bigint, to: bigint[]) => ({ from, to: to.map((account) => ({ account, amount: 10_000n })) });
    const said: string[] = [];
    const runs = Array.from({ length: 40 }, (_, n) =>
      payAll(
        pool,
        n % 2 === 0 ? list(ids[0]!, [ids[2]!, ids[1]!, ids[3]!]) : list(ids[3]!, [ids[1]!, ids[2]!, ids[0]!]),
        (line) => said.push(line),
      ),
    );
    const settled = await Promise.allSettled(runs);
    const reasons = settled.flatMap((run) => (run.status === 'rejected' ? [run.reason.code] : []));
    expect(reasons.filter((code) => code !== 'busy')).toEqual([]);
    expect(said.join()).toMatch(/run again: Deadlock/);
    expect(
      await payAll(
        pool,
        {
          from: ids[1]!,
          to: [
            { account: ids[2]!, amount: 10n ** 12n },
            { account: ids[3]!, amount: 1n },
          ],
        },
        log,
      ),
    ).toBe(1);
  });

  it('that are cancelled leave nothing', async () => {
    const before = await query('SELECT COUNT(*) AS n FROM transfers');
    const [one, two] = [await newAccount(0n), await newAccount(0n)];
    await expect(changeOnesMind(pool, one.id, two.id, 1n, log)).rejects.toEqual(coded('insufficient_funds'));
    const three = await newAccount(1n);
    await changeOnesMind(pool, three.id, two.id, 1n, log);
    expect(await balance(three.id)).toBe('1.0000');
    expect(Number((await query('SELECT COUNT(*) AS n FROM transfers'))[0]!.n)).toBe(Number(before[0]!.n) + 1);
  });
});

describe('what hangs on a row', () => {
  it('goes with a prospect over three levels, and its change was kept', async () => {
    const id = await enrol(pool, { name: 'Bo', email: 'b@example.org', branch: 'Filiale Graz', home: HOME }, log);
    await addNote(pool, id, 1n, 'Hello');
    await changeProfile(pool, id, 'bo@example.org', false, log);
    await setAddress(pool, id, { ...HOME, kind: 'work' });
    await query(
      `INSERT INTO web_logins (customer_id, login_name, salt, cost, password_key) SELECT ${id}, 'bo', salt, cost, password_key FROM web_logins LIMIT 1`,
    );
    await query(
      "INSERT INTO web_sessions (web_login_id, token_hash, form_token, address, started_at, expires_at) SELECT id, UNHEX(SHA2('x', 256)), 'f', '', NOW(), NOW() FROM web_logins WHERE login_name = 'bo'",
    );
    const [session] = await query("SELECT id FROM web_sessions WHERE form_token = 'f'");
    await noteAction(pool, BigInt(session!.id!), 'look');
    expect(await query("SELECT action_count FROM web_sessions WHERE form_token = 'f'")).toEqual([{ action_count: 1 }]);
    await forgetProspect(pool, id);
    for (const sql of [
      `customer_profiles WHERE customer_id = ${id}`,
      `addresses WHERE customer_id = ${id}`,
      `customer_notes WHERE customer_id = ${id}`,
      "web_logins WHERE login_name = 'bo'",
      "web_sessions WHERE form_token = 'f'",
      'page_actions',
    ])
      expect(await query(`SELECT * FROM ${sql}`)).toEqual([]);
    expect(await query(`SELECT old_email FROM customer_changes WHERE customer_id = ${id}`)).toEqual([
      { old_email: 'b@example.org' },
    ]);
    await expect(forgetProspect(pool, 1n)).rejects.toEqual(coded('has_accounts'));
  });

  it('follows a branch that is renamed, and loses an employee who leaves', async () => {
    const [{ n }] = (await query("SELECT COUNT(*) AS n FROM customer_profiles WHERE branch_code = 'graz'")) as [
      { n: string },
    ];
    await renameBranch(pool, 'filiale GRAZ', 'Graz-Nord');
    expect(await query("SELECT COUNT(*) AS n FROM customer_profiles WHERE branch_code = 'Graz-Nord'")).toEqual([{ n }]);
    await renameBranch(pool, 'Filiale Graz', 'Graz');
    await expect(renameBranch(pool, 'Filiale Graz', 'wien-1')).rejects.toEqual(coded('branch_exists'));
    const boss = await hire(pool, 'Cy', 'Filiale Graz', 1n);
    const other = await hire(pool, 'Di', 'Filiale Graz', boss);
    await leave(pool, boss);
    expect(await query(`SELECT manager_id FROM employees WHERE id = ${other}`)).toEqual([{ manager_id: null }]);
  });
});

describe('a login', () => {
  it('starts a session with the right password, is locked after five wrong ones, and ends', async () => {
    const [login] = await query('SELECT login_name, customer_id FROM web_logins ORDER BY id LIMIT 1');
    const password = seededPassword(BigInt(login!.customer_id!));
    const token = await logIn(pool, login!.login_name!.toUpperCase(), password, Buffer.from([127, 0, 0, 1]), log);
    const session = (await findSession(pool, token))!;
    expect(String(session.customerId)).toBe(String(login!.customer_id));
    await noteAction(pool, session.id, 'look', { page: '<accounts>' });
    await logOut(pool, session.id);
    expect(await findSession(pool, token)).toBeUndefined();
    expect(await findSession(pool, 'x'.repeat(43))).toBeUndefined();
    for (let n = 0; n < 5; n += 1)
      await expect(logIn(pool, login!.login_name!, 'wrong', Buffer.alloc(4), log)).rejects.toEqual(
        coded('login_refused'),
      );
    await expect(logIn(pool, login!.login_name!, password, Buffer.alloc(4), log)).rejects.toEqual(
      coded('login_refused'),
    );
    expect(
      await query('SELECT succeeded, COUNT(*) AS n FROM login_attempts GROUP BY succeeded ORDER BY 1'),
    ).toHaveLength(2);
  });
});
