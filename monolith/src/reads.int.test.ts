import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, openTestBank, type TestBank } from './test-bank.ts';

let bank: TestBank;
beforeAll(async () => {
  bank = await openTestBank([
    { id: 1, balance: '100.0000' },
    { id: 2, balance: '0.0000', closed: true },
    { id: 3, balance: '5.0000' },
  ]);
  await bank.database.query(
    "INSERT INTO accounts VALUES (9007199254740993, 1, 'DE9', 'savings', 'EUR', 1, '2012-01-02 00:00:00', NULL)",
  );
});
afterAll(() => bank?.end());

const first = {
  id: 1,
  customerId: 1,
  iban: 'DE1',
  kind: 'current',
  currency: 'EUR',
  balance: '100.0000',
  openedAt: '2012-01-02T10:00:01.000002Z',
  closedAt: null,
};

describe('reading', () => {
  it('shows an account, open or closed', async () => {
    expect((await bank.get('/accounts/1')).body).toEqual(first);
    expect((await bank.get('/accounts/2')).body).toMatchObject({ closedAt: '2012-06-30T12:00:00.000001Z' });
    expect(codeOf(await bank.get('/accounts/99'))).toBe('unknown_account');
  });

  it('shows an id that no number holds as text', async () => {
    const answer = await bank.get('/accounts/9007199254740993');
    expect(answer.body).toMatchObject({ id: '9007199254740993', kind: 'savings' });
    expect((await bank.post({ from: '9007199254740993', to: 1, amount: '1' })).body).toMatchObject({
      from: '9007199254740993',
    });
    expect((await bank.post({ from: 1, to: '9007199254740993', amount: '1' })).status).toBe(201);
  });

  it('shows a customer with all accounts', async () => {
    const answer = await bank.get('/customers/1');
    expect(answer.body).toMatchObject({
      id: 1,
      name: 'Zoë 🌻 Öztürk',
      email: 'zoe@example.org',
      city: 'Köln',
      createdAt: '2012-01-02T10:00:00.500000Z',
      accounts: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: '9007199254740993' }],
    });
    expect(codeOf(await bank.get('/customers/2'))).toBe('unknown_customer');
  });

  it('finds customers by how their names begin, whatever the case and the accents, page by page', async () => {
    const names = ['ZOE', 'zo', '50%_off', '50 off', 'Weiß', 'zo\u0308e', "Zoé' OR ''='", '<b>"Zoe" & Co</b>'];
    const rows = names.map(
      (name, at) => `(${11 + at}, '${name.replaceAll("'", "''")}', '${at}@example.org', 'Wien', NOW())`,
    );
    await bank.database.query(`INSERT INTO customers VALUES ${rows.join()}`);
    type Page = { customers: { id: number; name: string }[]; next: number | null };
    const read = async (name: string, more = '') =>
      (await bank.get(`/customers?name=${encodeURIComponent(name)}${more}`)).body as Page;
    const found = async (name: string) => (await read(name)).customers.map(({ id }) => id);
    expect(await read('zoë ')).toEqual({
      customers: [
        { id: 1, name: 'Zoë 🌻 Öztürk', email: 'zoe@example.org', city: 'Köln' },
        { id: 16, name: 'zo\u0308e', email: '5@example.org', city: 'Wien' },
      ],
      next: null,
    });
    expect([await found('zoe'), await found('ZÖ')]).toEqual([
      [1, 11, 17],
      [1, 11, 12, 16, 17],
    ]);
    expect([await found('50%'), await found('50_'), await found('%'), await found('<B>"z')]).toEqual([
      [13],
      [],
      [],
      [18],
    ]);
    expect([await found('Weiß'), await found('Weis'), await found('Weiss')]).toEqual([[15], [], []]);
    expect(await found("Zoé' OR ''='")).toEqual([17]);
    const page = await read('zo', '&limit=2');
    expect([page.customers.map(({ id }) => id), page.next]).toEqual([[1, 11], 11]);
    const rest = await read('zo', `&limit=4&after=${page.next}`);
    expect([rest.customers.map(({ id }) => id), rest.next]).toEqual([[12, 16, 17], null]);
  });

  it('shows a customer with accounts and their months as a page, in which text stays text', async () => {
    const { query } = bank.database;
    await query("INSERT INTO countries VALUES ('DE', 'Deutschland', 22)");
    await query("INSERT INTO branches VALUES ('köln-1', 'Köln', 'Köln', 1998, '09:00:00', '16:00:00', 'cash')");
    await query(
      `INSERT INTO customers VALUES (21, '<b>Zoë</b> & "Co"', "o'z@example.org", 'Köln', '2012-01-02 10:00:00.5'),
        (22, 'Bare', 'bare@example.org', 'Wien', '2012-01-03 10:00:00')`,
    );
    await query("INSERT INTO addresses VALUES (21, 'home', 'Ring 1', '50667', 'Köln', 'DE', '2012-01-02')");
    await query(
      `INSERT INTO customer_profiles (customer_id, status, salutation, birth_date, branch_code, language, marketing, risk)
       VALUES (21, 'active', '', '1970-02-28', 'köln-1', 'de', 1, 0)`,
    );
    await query(
      `INSERT INTO accounts VALUES (2170, 21, 'DE2170', 'current', 'EUR', 75, '2012-08-01 10:00:00', NULL),
        (2171, 21, 'DE2171', 'savings', 'CHF', 0, '2012-01-02 10:00:00', '2012-06-30 12:00:00.000001')`,
    );
    await query(
      `INSERT INTO ledger_lines (account_id, amount, balance_after, purpose, booked_at)
       VALUES (2170, 100, 100, 'Opening balance', '2012-08-31 23:59:59.999999'), (2170, -30, 70, '', '2012-09-01 00:00:00'),
        (2170, 5, 75, NULL, '2012-09-30 12:00:00')`,
    );
    const { status, headers, text } = await bank.page('/customers/21/overview');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toBe(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Customer 21</title></head>
<body><h1>Customer 21</h1><table><tr><td>name</td><td>&lt;b&gt;Zoë&lt;/b&gt; &amp; &quot;Co&quot;</td></tr><tr><td>status</td><td>active</td></tr><tr><td>born</td><td>1970-02-28</td></tr>
<tr><td>home</td><td>Ring 1, 50667</td></tr><tr><td>city</td><td>Köln</td></tr><tr><td>email</td><td>o&#39;z@example.org</td></tr><tr><td>since</td><td>2012-01-02</td></tr></table>
<h2>DE2170</h2><p>current, 75.0000 EUR</p>
<table><tr><td>month</td><td>in</td><td>out</td><td>lines</td><td>balance</td></tr><tr><td>2012-09</td><td>5.0000</td><td>30.0000</td><td>2</td><td>75.0000</td></tr><tr><td>2012-08</td><td>100.0000</td><td>0.0000</td><td>1</td><td>100.0000</td></tr></table>
<h2>DE2171</h2><p>savings, 0.0000 CHF, closed on 2012-06-30</p>
<table><tr><td>month</td><td>in</td><td>out</td><td>lines</td><td>balance</td></tr></table></body></html>
`);
    expect((await bank.page('/customers/22/overview')).text).toContain('<td>home</td><td></td>');
    expect(codeOf(await bank.get('/customers/23/overview'))).toBe('unknown_customer');
  });

  it('lists accounts page by page', async () => {
    const page = (await bank.get('/accounts?limit=2')).body as { accounts: { id: number }[]; next: number };
    expect([page.accounts.map((account) => account.id), page.next]).toEqual([[1, 2], 2]);
    const rest = (await bank.get(`/accounts?limit=3&after=${page.next}`)).body as typeof page;
    expect([rest.accounts.map((account) => account.id), rest.next]).toEqual([[3, 2170, 2171], 2171]);
  });

  it('shows a ledger page by page', async () => {
    for (let n = 1; n <= 4; n += 1) await bank.post({ from: 3, to: 1, amount: `0.0${n}`, purpose: `no. ${n}` });
    type Page = { lines: { id: number; amount: string; balanceAfter: string; purpose: string }[]; next: number | null };
    const read = async (query: string) => (await bank.get(`/accounts/3/ledger${query}`)).body as Page;
    const all = await read('');
    expect(all.lines.map((line) => [line.amount, line.balanceAfter, line.purpose])).toEqual([
      ['5.0000', '5.0000', 'Opening balance'],
      ['-0.0100', '4.9900', 'no. 1'],
      ['-0.0200', '4.9700', 'no. 2'],
      ['-0.0300', '4.9400', 'no. 3'],
      ['-0.0400', '4.9000', 'no. 4'],
    ]);
    expect(all.lines[0]).toMatchObject({ transferId: null, bookedAt: '2012-01-02T10:00:01.000002Z' });
    const page = await read('?limit=3');
    expect([page.lines, page.next]).toEqual([all.lines.slice(0, 3), all.lines[2]!.id]);
    const rest = await read(`?limit=3&after=${page.next}`);
    expect([rest.lines, rest.next]).toEqual([all.lines.slice(3), null]);
    expect(await read(`?after=${all.lines[4]!.id}`)).toEqual({ account: 3, lines: [], next: null });
    expect(codeOf(await bank.get('/accounts/99/ledger'))).toBe('unknown_account');
  });

  it('says that it is well', async () => {
    expect(await bank.get('/health')).toEqual({ status: 200, body: { status: 'ok' } });
  });
});
