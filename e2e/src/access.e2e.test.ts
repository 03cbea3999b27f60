import { createHmac } from 'node:crypto';
import { services } from '@banyan/cli';
import { DevIssuer } from '@banyan/kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestingStream, testingStream } from '../../consumers/kit/src/query-api/testing-stream.ts';
import { openBank, type RunningBank } from './bank.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { one, rows } from './database.ts';
import { eventually } from './eventually.ts';
import { ledger } from './projections/ledger.ts';
import { ServiceProcess } from './service-process.ts';
import { audience, bearer, type Issuing, openIssuing } from './token-rules.ts';

const name = 'access';
const isOwned = ({ source, path, owner }: (typeof ledger.tables)[number]) =>
  source === 'bank.accounts' && path === '/accounts' && owner?.name === 'customer_id';
const hasLines = ({ source, path, owner }: (typeof ledger.tables)[number]) =>
  source === 'bank.ledger_lines' && path === '/ledger-lines' && owner === null;
/** A service of the checkout that serves accounts to their owners and ledger lines to scopes, whatever it is called. */
const projection =
  (await services())
    .map((service) => service.projection)
    .find(({ tables }) => tables.some(isOwned) && tables.some(hasLines)) ?? ledger;

interface Account {
  readonly id: string;
  readonly customer: string;
}

describe('a service beside the bank that checks tokens', () => {
  let bridge: Bridge;
  let bank: RunningBank;
  let issuing: Issuing;
  let api: ServiceProcess;
  const projectors: ServiceProcess[] = [];
  const streams: TestingStream[] = [];
  /** Of different customers, with one account each here, and one currency. */
  let accounts: Account[];

  beforeAll(async () => {
    bridge = await openBridge(name);
    bank = await openBank(bridge);
    await bridge.capture(projection.tables.map(({ source }) => source.slice('bank.'.length)));
    issuing = await openIssuing();
    const environment = { ...bridge.environment, ...issuing.environment, PROJECTION: projection.name };
    api = await ServiceProcess.start('serve', environment);
    await project();
    await projectors[0]!.state('streaming');
    await bridge.caughtUp();
    accounts = await rows<Account>(
      bridge.source,
      `SELECT MAX(id) AS id, customer_id AS customer FROM accounts
        WHERE id > 0 AND currency = 'EUR' AND closed_at IS NULL AND balance > 100 GROUP BY customer_id ORDER BY id`,
    );
    expect(accounts.length).toBeGreaterThan(60);
  }, 180_000);
  afterAll(async () => {
    for (const stream of streams) await stream[Symbol.asyncDispose]();
    for (const service of [...projectors, api]) await service?.kill();
    await issuing?.close();
    await bank?.close();
    await bridge?.close();
  });

  const project = async (environment: Readonly<Record<string, string>> = {}) => {
    const all = { ...bridge.environment, PROJECTION: projection.name, LEASE_MS: '1000', ...environment };
    projectors.push(await ServiceProcess.start('project', all));
    return projectors.at(-1)!;
  };
  const as = async (customer: string) => bearer(await issuing.issuer.customerToken(customer));
  const all = async () => bearer(await issuing.issuer.serviceToken('reports', ['read:accounts']));
  const codeOf = ({ status, body }: { status: number; body: object }) => [
    status,
    String('type' in body && body.type)
      .split(':')
      .at(-1),
  ];
  const follow = async (headers: Readonly<Record<string, string>>) => {
    streams.push(await testingStream(`${await api.url()}/accounts/changes`, headers));
    return streams.at(-1)!;
  };
  const transfer = async (from: Account, to: Account) => {
    const { status } = await fetch(`${bank.url}/transfers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: from.id, to: to.id, amount: '1.00' }),
    });
    expect(status).toBe(201);
  };
  const keysOf = ({ events }: TestingStream) =>
    events.filter(({ event }) => event === 'upsert').map(({ data }) => data.key as string);

  it('opens nothing to a token that does not hold', async () => {
    const own = `/accounts/${accounts[0]!.id}`;
    const { customer } = accounts[0]!;
    const good = await issuing.issuer.customerToken(customer);
    const [head, claims] = good.split('.') as [string, string];
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    const jwks = await (await fetch(issuing.jwksUrl)).text();
    const [publicKey] = (JSON.parse(jwks) as { keys: object[] }).keys;
    const hmac = (secret: string) => {
      const signed = `${part({ alg: 'HS256', kid, typ: 'JWT' })}.${claims}`;
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    };
    const stranger = await DevIssuer.open({ audience });
    const refused: Record<string, Record<string, string>> = {
      'no token': {},
      expired: bearer(await issuing.issuer.customerToken(customer, { forS: -60 })),
      'wrong audience': bearer(await issuing.elsewhere.customerToken(customer)),
      'alg none': bearer(`${part({ alg: 'none', kid, typ: 'JWT' })}.${claims}.`),
      'HS256 by the public key': bearer(hmac(JSON.stringify(publicKey))),
      'HS256 by the key set': bearer(hmac(jwks)),
      'the key of another': bearer(await stranger.customerToken(customer)),
      'claims of another': bearer(
        good.replace(
          claims,
          part({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), customer_id: accounts[1]!.customer }),
        ),
      ),
      'no bearer': { authorization: `Basic ${good}` },
    };
    for (const [what, headers] of Object.entries(refused))
      for (const path of [own, '/accounts', '/accounts/changes', `${own}/changes`, '/ledger-lines'])
        expect([what, path, ...codeOf(await api.get(path, headers))]).toEqual([what, path, 401, 'unauthorized']);
    expect((await api.get(own, bearer(good))).body.data).toMatchObject({ id: accounts[0]!.id });
  });

  it('shows a customer his rows, and another’s as if they were not there', async () => {
    const [mine, other] = accounts as [Account, Account];
    const shown = async (id: string) => {
      const { status, body } = await api.get(`/accounts/${id}`, await as(mine.customer));
      return { status, body: { ...body, position: null } };
    };
    const missing = await shown('999999999');
    expect(codeOf(missing)).toEqual([404, 'key-not-found']);
    expect(await shown(other.id)).toEqual(missing);
    expect((await api.get(`/accounts/${other.id}`, await as(other.customer))).status).toBe(200);
    for (const { customer } of accounts.slice(0, 5)) {
      const own = await rows<{ id: string }>(
        bridge.source,
        'SELECT CAST(id AS CHAR) AS id FROM accounts WHERE customer_id = ? ORDER BY accounts.id',
        [customer],
      );
      const { body } = await api.get('/accounts?limit=1000', await as(customer));
      expect((body.data as { id: string }[]).map(({ id }) => id)).toEqual(own.map(({ id }) => id));
    }
    expect(codeOf(await api.get('/ledger-lines', await as(mine.customer)))).toEqual([403, 'forbidden']);
  });

  it('shows a service account what its scopes name', async () => {
    const count = await one<{ count: string }>(bridge.source, 'SELECT COUNT(*) AS count FROM accounts');
    const { body } = await api.get('/accounts?limit=1000', await all());
    expect((body.data as unknown[]).length).toBe(Number(count.count));
    for (const path of ['/ledger-lines', '/ledger-lines/changes'])
      expect(codeOf(await api.get(path, await all()))).toEqual([403, 'forbidden']);
    const none = bearer(await issuing.issuer.serviceToken('reports', []));
    for (const path of ['/accounts', `/accounts/${accounts[0]!.id}`, '/accounts/changes'])
      expect(codeOf(await api.get(path, none))).toEqual([403, 'forbidden']);
  });

  it('tells a customer of his own changes, to be read at their position, and ends with his token', async () => {
    const [mine, other, third, fourth] = accounts as [Account, Account, Account, Account];
    const [own, others] = [await follow(await as(mine.customer)), await follow(await as(third.customer))];
    await Promise.all([own.until(1), others.until(1)]);
    await transfer(mine, other);
    const [, told] = await own.until(2);
    expect(told).toMatchObject({ event: 'upsert', data: { key: mine.id } });
    const path = `/accounts/${mine.id}?at-least=${told!.data.position}`;
    const { balance } = (await api.get(path, await as(mine.customer))).body.data as { balance: string };
    const { balance: there } = await one<{ balance: string }>(
      bridge.source,
      'SELECT balance FROM accounts WHERE id = ?',
      [mine.id],
    );
    expect(balance).toBe(there);
    // What comes first to the other is his own, though it is later.
    await transfer(third, fourth);
    await others.until(2);
    expect([keysOf(others), keysOf(own)]).toEqual([[third.id], [mine.id]]);
    const short = await follow(bearer(await issuing.issuer.customerToken(mine.customer, { forS: 2 })));
    expect((await short.until(2)).at(-1)).toMatchObject({ event: 'end', data: { reason: 'token-expired' } });
  });

  it('loses no event with a projector that is killed -9, nor with a client that comes back', async () => {
    const pairs = Array.from({ length: 24 }, (_, index) => accounts.slice(4 + 2 * index, 6 + 2 * index));
    const changed = pairs.flat().map(({ id }) => id);
    const mine = pairs[3]![0]!;
    const [staying, leaving, own] = [
      await follow(await all()),
      await follow(await all()),
      await follow(await as(mine.customer)),
    ];
    await Promise.all([staying, leaving, own].map((stream) => stream.until(1)));
    for (const stream of [leaving, own]) await stream[Symbol.asyncDispose]();
    const points = ['rows-written', 'checkpoint-written', 'committed'];
    for (const [index, [from, to]] of pairs.entries()) {
      if (index % 6 === 0) await projectors.at(-1)!.kill();
      await transfer(from!, to!);
      const at = points[index / 6];
      if (at) await (await project({ SIGNAL_AT: at })).gone();
    }
    await project();
    await bridge.caughtUp();
    const back = await follow({ ...(await all()), 'last-event-id': leaving.lastId });
    const home = await follow({ ...(await as(mine.customer)), 'last-event-id': own.lastId });
    for (const stream of [staying, back]) {
      await eventually('all changes', () => keysOf(stream).length >= changed.length);
      expect(keysOf(stream).sort()).toEqual([...changed].sort());
    }
    await home.until(2);
    expect(keysOf(home)).toEqual([mine.id]);
    expect([staying, back, home].map(({ text }) => /event: (reset|end)/.test(text))).toEqual([false, false, false]);
  }, 120_000);
});
