import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/declaration.ts';
import { createQueryApi, type Server } from './index.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';
import { type Answer, type TestingClient, testingClient } from './testing-client.ts';
import { type TestingIssuer, testingIssuer } from './testing-issuer.ts';

const projection = mirror({
  name: 'access-test',
  tables: {
    accounts: {
      source: 'bank.accounts',
      key: ['id'],
      path: '/accounts',
      owner: 'customer_id',
      filters: ['customer_id', 'kind'],
      columns: { id: 'bigint', customer_id: 'bigint', kind: "enum('current','savings')" },
    },
    notes: {
      source: 'bank.notes',
      key: ['id'],
      path: '/notes',
      owner: 'who',
      columns: { id: 'int', who: 'varchar(20) collate utf8mb4_bin' },
    },
    rates: { source: 'bank.rates', key: ['id'], path: '/rates', columns: { id: 'int' } },
  },
});

let database: TestDatabase;
let issuer: TestingIssuer;
let api: Server;
let client: TestingClient;

beforeAll(async () => {
  database = await testDatabase(projection);
  issuer = await testingIssuer();
  for (const sql of [
    "UPDATE banyan_checkpoint SET position = '0-1-9', state = 'streaming'",
    "INSERT INTO accounts VALUES (1, 1, 'current'), (2, 2, 'current'), (3, 1, 'savings'), (4, NULL, 'savings')",
    "INSERT INTO notes VALUES (1, 'ann'), (2, 'Ann'), (3, 'ann '), (4, '')",
    'INSERT INTO rates VALUES (1)',
  ])
    await database.session.run(sql);
  api = createQueryApi({ projection, database: database.access, freshWithinMs: 60_000, auth: issuer.rules });
  client = await testingClient(await api.listen({ port: 0 }));
}, 60_000);
afterAll(async () => {
  await api?.close();
  await issuer?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const as = async (path: string, claims: Record<string, unknown>, headers: Record<string, string> = {}) =>
  await client.get(path, 'GET', { authorization: `Bearer ${await issuer.token(claims)}`, ...headers });
const codeOf = ({ status, body }: Answer) => [status, body.type.split(':').at(-1)];
const idsOf = ({ body }: Answer) => body.data.map(({ id }: { id: unknown }) => id);
const one = { customer_id: '1' };

describe('a customer', () => {
  it('reads what is his, in lists and by key', async () => {
    expect(idsOf(await as('/accounts', one))).toEqual(['1', '3']);
    expect(idsOf(await as('/accounts?kind=savings', one))).toEqual(['3']);
    expect((await as('/accounts/3', one)).body.data).toMatchObject({ id: '3' });
  });

  it('cannot tell a row of another from one that is not there', async () => {
    const shown = ({ status, headers, text }: Answer) => {
      const kept = [...headers].filter(([name]) => !['date', 'keep-alive', 'banyan-age-ms'].includes(name));
      return { status, kept, text: text.replace(/"ageMs":\d+/, '') };
    };
    const missing = await as('/accounts/999', one);
    expect(codeOf(missing)).toEqual([404, 'key-not-found']);
    const { body } = await as('/accounts/2', { customer_id: '2' });
    expect(body.data).toMatchObject({ id: '2' });
    const etag = (await as('/accounts/2', { customer_id: '2' })).headers.get('etag')!;
    for (const id of [2, 4]) {
      expect(shown(await as(`/accounts/${id}`, one))).toEqual(shown(missing));
      for (const known of ['*', etag]) {
        expect(shown(await as(`/accounts/${id}`, one, { 'if-none-match': known }))).toEqual(shown(missing));
      }
    }
    const none = shown(await as('/accounts?customer_id=999', one));
    const other = shown(await as('/accounts?customer_id=2', one));
    expect([other.status, other.text]).toEqual([none.status, none.text]);
  });

  it('walks his rows only, from any key on', async () => {
    const first = await as('/accounts?limit=1', one);
    expect([idsOf(first), first.body.next]).toEqual([['1'], '1']);
    expect(idsOf(await as('/accounts?limit=1&after=1', one))).toEqual(['3']);
    expect((await as('/accounts?limit=1&after=1', one)).body.next).toBeNull();
  });

  it('is no one else under another spelling of his id', async () => {
    expect(idsOf(await as('/notes', { customer_id: 'ann' }))).toEqual([1, 3]);
    expect(idsOf(await as('/notes', { customer_id: 'Ann' }))).toEqual([2]);
    expect(idsOf(await as('/notes', { customer_id: "' OR 1=1 -- ".trim() }))).toEqual([]);
    expect(codeOf(await as('/notes', { customer_id: 'ann ' }))).toEqual([401, 'unauthorized']);
    for (const id of ['1abc', '1.0', ' 1', '', '1 OR 1=1', '0x1', '1e0', '99999999999999999999', 'null']) {
      expect(codeOf(await as('/accounts', { customer_id: id }))).toEqual([401, 'unauthorized']);
    }
  });

  it('reads all of no table, whatever scopes his token has beside', async () => {
    expect(idsOf(await as('/accounts', { ...one, scope: 'read:* read:accounts' }))).toEqual(['1', '3']);
    expect(codeOf(await as('/rates', one))).toEqual([403, 'forbidden']);
    expect((await as('/rates', { ...one, scope: 'read:rates' })).status).toBe(200);
  });
});

describe('a service account', () => {
  it('reads the tables that its scopes name', async () => {
    const { status, headers } = await as('/accounts', { scope: 'read:rates openid' });
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toBe(
      'Bearer realm="banyan", error="insufficient_scope", scope="read:accounts"',
    );
    expect(idsOf(await as('/accounts', { scope: 'read:accounts' }))).toHaveLength(4);
    expect(idsOf(await as('/rates', { scope: 'read:*' }))).toHaveLength(1);
    for (const scope of ['', 'read', 'read:account', 'READ:ACCOUNTS', 'write:accounts', 'read:accounts2']) {
      expect(codeOf(await as('/accounts', { scope }))).toEqual([403, 'forbidden']);
    }
  });
});

describe('nobody', () => {
  it('reads a table, not even how its keys look', async () => {
    for (const path of ['/accounts', '/accounts/1', '/accounts/abc', '/accounts?x=1', '/rates/1']) {
      const { status, headers } = await client.get(path);
      expect([path, status, headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer realm="banyan"']);
    }
    expect((await client.get('/accounts?access_token=x')).status).toBe(401);
  });

  it('reads how the service is', async () => {
    for (const path of ['/live', '/metrics', '/openapi.json']) expect((await client.get(path)).status).toBe(200);
    expect((await client.get('/ready')).body.ready).toBe(false); // no age is known, which it says to all
  });
});

describe('an entity tag', () => {
  const tagOf = async (path: string, claims: Record<string, unknown>) => (await as(path, claims)).headers.get('etag');

  it('is another one for another question, and for another caller', async () => {
    const all = { scope: 'read:*' };
    const tags = [
      ...['/accounts', '/accounts?limit=7', '/accounts?after=0', '/accounts?kind=current', '/accounts?customer_id=1'],
      ...['/accounts?customer_id=1&kind=current', '/accounts/1', '/accounts/3', '/notes', '/notes/1'],
    ].map((path) => tagOf(path, all));
    const ours = [tagOf('/accounts', one), tagOf('/accounts', { customer_id: '2' }), tagOf('/accounts/1', one)];
    const found = await Promise.all([...tags, ...ours]);
    expect(new Set(found).size).toBe(found.length);
    expect(await tagOf('/accounts?kind=current&customer_id=01', all)).toBe(found[5]);
  });

  it('is answered with 304 until the projector commits, also without a new position', async () => {
    const etag = (await tagOf('/accounts/1', one))!;
    for (const known of [etag, etag.slice(2), `"a", ${etag}`, '*']) {
      const { status, headers, text } = await as('/accounts/1', one, { 'if-none-match': known });
      expect([known, status, text]).toEqual([known, 304, '']);
      expect(headers.get('banyan-position')).toBe('0-1-9');
      expect(headers.get('cache-control')).toBe('private, no-cache');
    }
    for (const other of ['', '"a"', etag.slice(0, -2)]) {
      expect((await as('/accounts/1', one, { 'if-none-match': other })).status).toBe(200);
    }
    for (const commit of ["position = '0-1-10'", 'partitions = \'{"t/0":{"next":"5"}}\'']) {
      const before = (await tagOf('/accounts/1', one))!;
      await database.session.run(`UPDATE banyan_checkpoint SET ${commit}`);
      expect((await as('/accounts/1', one, { 'if-none-match': before })).status).toBe(200);
    }
  });
});
