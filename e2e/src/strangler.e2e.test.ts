import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BankTests, bankTests } from './bank-tests.ts';
import { eventually } from './eventually.ts';
import { Migration } from './migration.ts';
import { rawAnswer, wordsOf } from './raw-answer.ts';
import { accountsWithMoney, RouteReaders } from './route-readers.ts';
import { staleReads } from './write-then-read.ts';

describe('a route that moves from the bank to a service', () => {
  let migration: Migration;
  /** Customers' accounts. */
  let ids: string[];
  let readers: RouteReaders;

  beforeAll(async () => {
    migration = await Migration.open('strangler', 2);
    ids = await accountsWithMoney(migration);
    expect(ids.length).toBeGreaterThan(60);
    readers = new RouteReaders(migration, ids);
  }, 180_000);
  afterAll(async () => {
    await readers?.stop();
    await migration?.close();
  }, 60_000);

  const route = async (name: string) =>
    (await migration.admin('/routes')).body.routes.find((one: { name: string }) => one.name === name);
  const compared = (name: string, count: number) =>
    eventually(`${count} answers of ${name} compared`, async () => {
      const { counts } = await route(name);
      if (counts.equal >= count) return true;
      throw new Error(JSON.stringify(counts));
    });
  const direct = async (path: string) => (await fetch(`${migration.bank.url}${path}`)).text();
  const bySide = async (path: string, index = 0) => {
    const answer = await fetch(`${await migration.url(index)}${path}`);
    return {
      from: answer.headers.has('banyan-route') ? 'service' : 'bank',
      status: answer.status,
      text: await answer.text(),
    };
  };

  /** Each route answered by the service, without waiting for evidence. */
  const byService = async () => {
    for (const name of ['account', 'accounts', 'ledger']) await migration.moveTo(name, 'service');
  };

  it('does not move before there is anything to show for it, and says what is missing', async () => {
    const { status, body } = await migration.admin('/routes/account', { to: 'canary', percent: 5, reason: 'now' });
    expect([status, body.type]).toEqual([409, 'urn:problem-type:banyan:no-such-step']);
    await migration.move('account', 'shadow', { percent: 100 });
    const refused = await migration.admin('/routes/account', { to: 'canary', percent: 5, reason: 'now' });
    expect([refused.status, refused.body.type]).toEqual([409, 'urn:problem-type:banyan:gate-refused']);
    expect(refused.body.findings.map(({ rule }: { rule: string }) => rule)).toEqual(
      expect.arrayContaining(['comparisons', 'proof']),
    );
  }, 60_000);

  it('moves by steps, each gated, under traffic, and its clients see nothing of it', async () => {
    const traffic = migration.bank.traffic(20);
    await compared('account', 1000);
    await migration.prove();
    await eventually('the facade knows of the proof', async () => (await route('account')).next.findings.length === 0);
    await migration.move('account', 'canary', { percent: 25 });
    const sides = await Promise.all(ids.slice(0, 60).map(async (id) => (await bySide(`/accounts/${id}`)).from));
    expect(sides.filter((side) => side === 'service').length).toBeGreaterThan(3);
    expect(sides.filter((side) => side === 'bank').length).toBeGreaterThan(20);
    const again = await Promise.all(ids.slice(0, 60).map(async (id) => (await bySide(`/accounts/${id}`, 1)).from));
    expect(again).toEqual(sides);
    await migration.move('account', 'canary', { percent: 100 });
    await migration.move('account', 'service');
    expect((await bySide(`/accounts/${ids[0]}`)).from).toBe('service');
    await migration.move('account', 'monolith');
    expect((await bySide(`/accounts/${ids[0]}`)).from).toBe('bank');
    await traffic.stop();
    const { counts } = await route('account');
    expect(counts).toMatchObject({ different: 0 });
    expect(readers.wrong).toEqual([]);
    expect(readers.reads).toBeGreaterThan(1000);
  }, 180_000);

  it('a search and a page of several services move through every stage too, under traffic, and are the bank’s very bytes', async () => {
    const names = ['customer-search', 'customer-overview'];
    const traffic = migration.bank.traffic(5);
    for (const stage of ['shadow', 'canary', 'service']) {
      await Promise.all(names.map((name) => migration.move(name, stage, { percent: 100, force: true })));
      for (const name of names) {
        const { counts: before } = await route(name);
        await eventually(`${name} is answered in ${stage}`, async () => {
          const { state, counts } = await route(name);
          const count = (of: typeof counts) => (stage === 'shadow' ? of.equal : of.answered);
          if (state.stage === stage && count(counts) >= count(before) + 30) return true;
          throw new Error(JSON.stringify({ state, counts }));
        });
      }
    }
    await traffic.stop();
    for (const name of names) expect((await route(name)).counts).toMatchObject({ different: 0 });
    expect(readers.wrong).toEqual([]);
  }, 120_000);

  it('answers the very text of the bank, also where there is nothing, and leaves to the bank what it does not know', async () => {
    await byService();
    const [customer] = await migration.bridge.source
      .query('SELECT customer_id FROM accounts WHERE id = ?', [ids[3]])
      .then(([rows]) => (rows as { readonly customer_id: unknown }[]).map(({ customer_id }) => String(customer_id)));
    const hostile = '<b>"Zoë" & \'Co\'</b> 50%_\\';
    await migration.bridge.source.query('UPDATE customers SET name = ? WHERE id = ?', [hostile, customer]);
    for (const name of ['customer', 'customer-search', 'customer-overview']) await migration.moveTo(name, 'service');
    await migration.bridge.caughtUp();
    const page = `/customers/${customer}/overview`;
    await eventually('the services of the page have come to where the bank is', async () => {
      const { from, text } = await bySide(page);
      return from === 'service' && text === (await direct(page));
    });
    expect((await bySide(page)).text).toContain('&lt;b&gt;&quot;Zoë&quot; &amp; &#39;Co&#39;&lt;/b&gt; 50%_\\');
    const policy = async (url: string) => {
      const { headers } = await fetch(`${url}${page}`);
      return [
        'content-type',
        'content-security-policy',
        'cache-control',
        'referrer-policy',
        'x-content-type-options',
      ].map((name) => [name, headers.get(name)]);
    };
    expect(await policy(await migration.url())).toEqual(await policy(migration.bank.url));
    const beginnings = [
      'z',
      'ZOE',
      'wei',
      'øyvind',
      'o',
      '<B>"zoe" ',
      '%',
      '_',
      'a%',
      "'",
      '\\',
      'Zoë 🐝',
      'ß',
      'ss',
      'x'.repeat(120),
    ];
    const served = [
      ...beginnings.map((name) => `/customers?name=${encodeURIComponent(name)}`),
      `/customers?name=${encodeURIComponent(hostile)}`,
      '/customers?name=a&limit=2',
      '/customers?limit=100&after=60&name=A',
      '/customers?name=zo%CC%88e+',
      page,
      '/customers/1/overview',
      '/customers/999999999/overview',
      '/customers/1',
      '/customers/42',
      '/customers/999999999',
      `/accounts/${ids[3]}`,
      '/accounts/999999999',
      '/accounts',
      '/accounts?limit=3',
      `/accounts?after=${ids[5]}&limit=2`,
      '/accounts?after=0',
      `/accounts/${ids[3]}/ledger`,
      `/accounts/${ids[3]}/ledger?limit=1`,
      '/accounts/999999999/ledger',
      `/accounts/${ids[3]}/ledger?after=999999999`,
    ];
    for (const path of served) {
      const { from, text } = await bySide(path);
      expect([path, from, text]).toEqual([path, 'service', await direct(path)]);
    }
    const left = [
      '/accounts/0',
      '/accounts/1x',
      `/accounts/${ids[3]}/`,
      `//accounts/${ids[3]}`,
      '/accounts?limit=0',
      '/accounts?limit=1001',
      '/accounts?x=1',
      '/accounts?limit=1&limit=2',
      `/accounts/%3${ids[3]![0]}${ids[3]!.slice(1)}`,
      `/Accounts/${ids[3]}`,
      '/accounts/9223372036854775808',
      `/accounts/${ids[3]}/ledger?limit=501`,
      '/health',
      '/customers/0',
      '/customers/1/',
      '/customers/1?x=1',
      '/customers',
      '/customers?name=',
      '/customers?name=%C3',
      '/customers?name=a&name=b',
      '/customers?name=a&limit=101',
      `/customers?name=${'x'.repeat(121)}`,
      '/customers/0/overview',
      '/customers/1/overview/',
      '/customers/1/overview?x=1',
    ];
    for (const path of left) {
      const { from, text } = await bySide(path);
      const isSame = from === 'bank' || path.includes('%3');
      expect([path, isSame, text]).toEqual([path, true, await direct(path)]);
    }
    expect(readers.wrong).toEqual([]);
  }, 120_000);

  it('answers whatever is sent as the bank does, or refuses it cleanly', async () => {
    const spellings = [
      '//accounts//1',
      '/accounts/1/.',
      '/accounts/../accounts/1',
      '/%61ccounts/1',
      '/accounts/%2e%2e/health',
      '/accounts%2F1',
      '/accounts/1%00',
      '/accounts/1;x=1',
      '/accounts/1?',
      '/accounts/1?limit',
      '/accounts?limit[]=1',
      '/accounts?limit=%',
      '/accounts/+1',
      '/accounts/1e0',
      '/ACCOUNTS/1',
      '/accounts/1#x',
      '/%',
      '/accounts/99999999999999999999',
    ];
    const heads = [
      ...spellings.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n`),
      'GET /accounts/1 HTTP/1.0\r\n',
      'OPTIONS /accounts/1 HTTP/1.1\r\nHost: a\r\n',
      'GET /accounts/1 HTTP/1.1\r\nHost: a\r\nRange: bytes=0-3\r\n',
      'HEAD /accounts/1 HTTP/1.1\r\nHost: a\r\n',
      'PUT /accounts/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n',
      'POST /transfers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 0\r\n',
      'BREW /accounts/1 HTTP/1.1\r\nHost: a\r\n',
      'GET http://other.example/accounts/1 HTTP/1.1\r\nHost: a\r\n',
      'GET /accounts/1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n',
      `GET /accounts/1 HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n`,
    ];
    for (const head of heads) {
      const ask = async (url: string) => wordsOf(await rawAnswer(url, `${head}Connection: close\r\n\r\n`));
      const [here, there] = [await ask(await migration.url()), await ask(migration.bank.url)];
      const isRefused = /^(400|431) .*urn:problem-type:banyan:/s.test(here);
      expect([head.slice(0, 80), isRefused || here]).toEqual([head.slice(0, 80), isRefused || there]);
    }
    // An upload that its client gives up leaves nothing behind.
    const socket = connect(Number(new URL(await migration.url()).port), '127.0.0.1');
    socket.write(
      'POST /transfers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"from":',
    );
    await delay(50);
    socket.destroy();
    expect((await bySide(`/accounts/${ids[0]}`)).status).toBe(200);
  }, 60_000);

  it('shows a client what he has written, from any facade, while the read model is up to 3 s behind', async () => {
    await byService();
    const options = { pairs: 1000, clients: 16, migration, ids };
    const { stale, served } = await staleReads({ ...options, keepsToken: true });
    expect(stale).toEqual([]);
    expect(served).toBeGreaterThan(100);
    // The same without the token, so that what is seen above is seen because of it.
    await byService();
    expect((await staleReads({ ...options, pairs: 300, keepsToken: false })).stale.length).toBeGreaterThan(0);
  }, 240_000);

  it('is answered by the bank at once when the service is killed, frozen or stale, and no client notices', async () => {
    await byService();
    const before = readers.wrong.length;
    migration.api.signal('SIGSTOP');
    await delay(1500);
    migration.api.signal('SIGCONT');
    migration.projector.signal('SIGSTOP');
    await delay(1500);
    migration.projector.signal('SIGCONT');
    await migration.api.kill();
    for (const name of ['account', 'accounts', 'ledger']) await migration.stands(name, 'shadow');
    expect((await bySide(`/accounts/${ids[0]}`)).from).toBe('bank');
    const { body } = await migration.admin('/routes/account/changes');
    expect(body.changes[0]).toMatchObject({ who: 'gate', to: { stage: 'shadow', percent: 100 }, forced: false });
    await migration.restartApi();
    expect(readers.wrong.slice(before)).toEqual([]);
  }, 120_000);

  it('with one wrong cent is seen at its first touch: the gate refuses, and a canary goes back', async () => {
    const id = ids[7]!;
    await migration.moveTo('account', 'shadow');
    await migration.bridge.caughtUp();
    await migration.bridge.read.query('UPDATE accounts SET balance = balance + 0.01 WHERE id = ?', [id]);
    await bySide(`/accounts/${id}`);
    const difference = await eventually('the difference is listed', async () => {
      const { body } = await migration.admin('/routes/account/differences');
      return body.differences.find(({ kind }: { kind: string }) => kind === '/balance');
    });
    expect(difference.example.request).toBe(`/accounts/${id}`);
    // Its second line, as a shell would run it.
    const { pathname, search } = new URL(/'(http[^']+)'$/.exec(difference.reproduce)![1]!);
    const both = (await migration.admin(`${pathname}${search}`)).body;
    expect(both.differences).toMatchObject([{ kind: '/balance' }]);
    expect(both.monolith.body).toBe(await direct(`/accounts/${id}`));
    const refused = await migration.admin('/routes/account', { to: 'canary', percent: 100, reason: 'now' });
    expect(refused.status).toBe(409);
    await migration.move('account', 'canary', { percent: 100, force: true });
    await eventually('the guard has it back', async () => {
      await bySide(`/accounts/${id}`);
      return (await route('account')).state.stage === 'shadow';
    });
    await migration.bridge.read.query('UPDATE accounts SET balance = balance - 0.01 WHERE id = ?', [id]);
  }, 120_000);

  it('goes on as it stood while the facade cannot reach its state, and says so', async () => {
    await migration.moveTo('ledger', 'service');
    migration.stateLink.cut();
    await eventually('it says that it does not know', async () => {
      const { body } = await migration.admin('/ready');
      return typeof body.reason === 'string' && body.reason.length > 0;
    });
    expect((await bySide(`/accounts/${ids[2]}/ledger`)).from).toBe('service');
    migration.stateLink.mend();
    await eventually('it knows again', async () => !(await migration.admin('/ready')).body.reason);
    await migration.move('ledger', 'monolith');
    expect(readers.wrong).toEqual([]);
  }, 120_000);

  // The last one: it empties the bank, and its routes do not come back.
  it('passes the bank’s own tests, in every state of every route', async () => {
    await readers.stop();
    await (await BankTests.of(migration)).passInEveryState(bankTests);
  }, 420_000);
});
