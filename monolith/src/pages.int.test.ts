import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bank, createBank } from './bank.ts';
import { checkBooks } from './books.ts';
import { seed } from './seed.ts';
import { seededPassword } from './seed-details.ts';
import { clientsUrl, testPort } from './test-bank.ts';
import { nameTestDatabase } from './test-database.ts';

const database = nameTestDatabase();
const { query } = database;
let bank: Bank;
let url: string;
let me: { id: string; name: string; password: string; account: string; iban: string };
let other: { account: string; iban: string };

beforeAll(async () => {
  await seed({ database: database.settings, seed: 3, customers: 80 });
  bank = createBank({ port: testPort, database: database.settings, log: () => {} });
  url = clientsUrl((await bank.listen()).url);
  const accounts = await query(
    `SELECT l.login_name, a.customer_id, a.id, a.iban FROM web_logins l JOIN cards c ON c.customer_id = l.customer_id
       JOIN accounts a ON a.id = c.account_id WHERE a.currency = 'EUR' AND a.balance > 100 AND c.status = 'active'
      GROUP BY a.customer_id ORDER BY a.id LIMIT 2`,
  );
  const [mine, theirs] = accounts as Record<string, string>[];
  const id = String(mine!.customer_id);
  me = {
    id,
    name: mine!.login_name!,
    password: seededPassword(BigInt(id)),
    account: String(mine!.id),
    iban: mine!.iban!,
  };
  other = { account: String(theirs!.id), iban: theirs!.iban! };
  await query(`UPDATE customers SET name = '<script>alert("x")</script>' WHERE id = ${id}`);
});
afterAll(async () => {
  await bank.close();
  const connection = await database.connect();
  const faults = await checkBooks(connection).finally(() => connection.end());
  await database.drop();
  expect(faults).toEqual([]);
});

/** A browser that keeps cookies and follows nothing. */
function browser() {
  const cookies = new Map<string, string>();
  const visit = async (path: string, fields?: Record<string, string>) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const form = fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) };
    const response = await fetch(url + path, { ...form, redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0]!.split('=') as [string, string];
      cookies.set(name, value);
    }
    const body = await response.text();
    const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? '';
    return { status: response.status, to: response.headers.get('location'), headers: response.headers, body, hidden };
  };
  const logIn = async (password = me.password) => {
    const form = await visit('/web/login');
    return visit('/web/login', { name: me.name, password, form_token: form.hidden('form_token') });
  };
  return { visit, logIn, cookies };
}

const balance = async (id: string) => (await query(`SELECT balance FROM accounts WHERE id = ${id}`))[0]!.balance!;

describe('the pages', () => {
  it('lead to the login, and let in who knows the password', async () => {
    const { visit, logIn } = browser();
    expect(await visit('/web/accounts')).toMatchObject({ status: 303, to: '/web/login' });
    expect(await visit('/web/login', { name: me.name, password: me.password })).toMatchObject({ status: 403 });
    expect(await logIn('wrong')).toMatchObject({ status: 401 });
    const entered = await logIn();
    expect(entered).toMatchObject({ status: 303, to: '/web/accounts' });
    expect(entered.headers.get('set-cookie')).toMatch(/^bank_session=[\w-]{43}; HttpOnly; SameSite=Strict/);
    const accounts = await visit('/web/accounts');
    expect(accounts.status).toBe(200);
    expect(accounts.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(accounts.body).toContain(me.iban);
    expect(accounts.body).not.toContain(other.iban);
  });

  it('pay once for one form, never without its token, and never from another one’s account', async () => {
    const { visit, logIn } = browser();
    await logIn();
    const form = await visit('/web/transfer');
    const fields = {
      form_token: form.hidden('form_token'),
      reference: form.hidden('reference'),
      from: me.account,
      iban: other.iban.toLowerCase(),
      amount: '5',
      purpose: '<b>"Tom" & Ann</b>',
    };
    const before = Number(await balance(me.account));
    expect(await visit('/web/transfer', { ...fields, form_token: 'x' })).toMatchObject({ status: 403 });
    expect(await visit('/web/transfer', { ...fields, form_token: '' })).toMatchObject({ status: 403 });
    const paid = await visit('/web/transfer', fields);
    expect(paid).toMatchObject({ status: 303, to: `/web/accounts/${me.account}` });
    expect(await visit('/web/transfer', fields)).toMatchObject({ status: 303 });
    expect(Number(await balance(me.account))).toBeCloseTo(before - 5, 4);
    expect((await visit(paid.to!)).body).toContain('&lt;b&gt;&quot;Tom&quot; &amp; Ann&lt;/b&gt;');
    const theft = { ...fields, from: other.account, iban: me.iban, reference: 'other' };
    expect(await visit('/web/transfer', theft)).toMatchObject({ status: 404 });
    expect(await visit(`/web/accounts/${other.account}`)).toMatchObject({ status: 404 });
    expect(await visit('/web/transfer', { ...fields, reference: 'two', amount: '1e3' })).toMatchObject({ status: 400 });
    expect(Number(await balance(me.account))).toBeCloseTo(before - 5, 4);
  });

  it('show of a card four digits, and block it', async () => {
    const { visit, logIn } = browser();
    await logIn();
    const cards = await visit('/web/cards');
    const [card] = await query(
      `SELECT id, pan, pan_last4 FROM cards WHERE customer_id = ${me.id} AND status = 'active' ORDER BY id LIMIT 1`,
    );
    expect(cards.body).toContain(`•••• ${card!.pan_last4}`);
    expect(cards.body).not.toContain(card!.pan);
    await visit(`/web/cards/${card!.id}`, { form_token: cards.hidden('form_token'), status: 'blocked' });
    expect(await query(`SELECT status FROM cards WHERE id = ${card!.id}`)).toEqual([{ status: 'blocked' }]);
  });

  it('change the profile and escape what is in it', async () => {
    const { visit, logIn } = browser();
    await logIn();
    const profile = await visit('/web/profile');
    expect(profile.body).toContain('&lt;script&gt;alert(&quot;x&quot;)');
    expect(profile.body).not.toContain('<script>');
    const fields = {
      form_token: profile.hidden('form_token'),
      email: 'me@example.org',
      street: '"Ring" 1',
      postcode: '50667',
      city: 'Köln',
    };
    expect(await visit('/web/profile', { ...fields, email: 'nothing' })).toMatchObject({ status: 400 });
    expect(await visit('/web/profile', fields)).toMatchObject({ status: 303 });
    expect(await query(`SELECT street FROM addresses WHERE customer_id = ${me.id} AND kind = 'home'`)).toEqual([
      { street: '"Ring" 1' },
    ]);
    expect((await visit('/web/profile')).body).toContain('value="&quot;Ring&quot; 1"');
  });

  it('end a session, and note what was done in it', async () => {
    const { visit, logIn } = browser();
    await logIn();
    const { hidden } = await visit('/web/accounts');
    expect(await visit('/web/logout', { form_token: hidden('form_token') })).toMatchObject({
      status: 303,
      to: '/web/login',
    });
    expect(await visit('/web/accounts')).toMatchObject({ status: 303, to: '/web/login' });
    const actions = await query('SELECT DISTINCT action FROM page_actions ORDER BY action');
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['do /web/transfer', 'look /web/accounts']),
    );
    expect(await query('SELECT token_hash FROM web_sessions WHERE LENGTH(token_hash) <> 32')).toEqual([]);
  });
});

describe('the same in JSON', () => {
  const call = async (path: string, token?: string, body?: unknown) => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(url + path, { headers, ...post });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('needs a token, and does what the pages do', async () => {
    expect(await call('/api/accounts')).toMatchObject({ status: 401, body: { error: { code: 'login_needed' } } });
    expect(await call('/api/login', undefined, { name: me.name, password: 'x' })).toMatchObject({ status: 401 });
    expect(await call('/api/login', undefined, { name: { a: 1 } })).toMatchObject({ status: 401 });
    const token = (await call('/api/login', undefined, { name: me.name, password: me.password })).body.token as string;
    expect(await call('/api/accounts', token)).toMatchObject({
      status: 200,
      body: { accounts: expect.arrayContaining([expect.objectContaining({ iban: me.iban })]) },
    });
    expect(JSON.stringify(await call('/api/accounts', token))).not.toContain(other.iban);
    const order = { from: me.account, iban: other.iban, amount: '1.25', reference: 'json-1' };
    expect(await call('/api/transfers', token, order)).toMatchObject({ status: 200, body: { amount: '1.2500' } });
    expect(await call('/api/transfers', token, { ...order, from: other.account })).toMatchObject({ status: 404 });
    const account = await call(`/api/accounts/${me.account}`, token);
    expect(account.body.lines).toContainEqual(expect.objectContaining({ amount: '-1.2500' }));
    expect(await call('/api/cards', token)).toMatchObject({ status: 200 });
    expect(await call('/api/profile', token)).toMatchObject({ status: 200, body: { city: 'Köln' } });
    expect(await call('/api/logout', token, {})).toMatchObject({ status: 200 });
    expect(await call('/api/accounts', token)).toMatchObject({ status: 401 });
  });
});
