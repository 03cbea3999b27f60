import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SessionStore, Writer } from '../apply/index.ts';
import type { ChangeEvent, Row } from '../change-event/index.ts';
import { mirror } from '../projection/declaration.ts';
import { emptyCheckpoint, ensureTables, Lease, pruneChangeLog, Session } from '../read-store/index.ts';
import { eventually } from '../testkit/eventually.ts';
import { createQueryApi, type Server } from './index.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';
import { type TestingClient, testingClient } from './testing-client.ts';
import { type TestingIssuer, testingIssuer } from './testing-issuer.ts';
import { testingProxy } from './testing-proxy.ts';
import { type TestingStream, testingStream } from './testing-stream.ts';

const declared = (filters: readonly string[]) =>
  mirror({
    name: 'changes-test',
    tables: {
      accounts: {
        source: 'bank.accounts',
        key: ['id'],
        path: '/accounts',
        owner: 'customer_id',
        filters,
        columns: { id: 'bigint', customer_id: 'bigint', kind: "enum('a','b')", city: 'varchar(9)', v: 'int' },
      },
      pairs: {
        source: 'bank.pairs',
        key: ['a', 'b'],
        path: '/pairs',
        columns: { a: 'int', b: 'varchar(200) collate utf8mb4_bin' },
      },
      hidden: { source: 'bank.hidden', key: ['id'], columns: { id: 'int' } },
    },
  });
const projection = declared(['kind', 'city']);

jest.setTimeout(30_000);

let database: TestDatabase;
let issuer: TestingIssuer;
let writer: Writer;
let sequence = 0n;
let api: Server;
let url: string;
let client: TestingClient;
const opened: TestingStream[] = [];

beforeAll(async () => {
  database = await testDatabase(projection);
  issuer = await testingIssuer();
}, 60_000);
beforeEach(async () => {
  for (const table of ['accounts', 'pairs', 'hidden', 'banyan_changes'])
    await database.session.run(`DELETE FROM ${table}`);
  await database.session.run("UPDATE banyan_checkpoint SET lease_until = '1970-01-01'");
  const lease = (await Lease.take(database.session, projection.name, 'test', 60_000))!;
  writer = new Writer({ store: new SessionStore(database.session), projection, lease, foreignKeys: [], filled: true });
  await commit();
  api = serve();
  url = await api.listen({ port: 0 });
  client = await testingClient(url);
});
afterEach(async () => {
  for (const stream of opened.splice(0)) await stream[Symbol.asyncDispose]();
  await api.close();
});
afterAll(async () => {
  await issuer?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const serve = () =>
  createQueryApi({
    projection,
    database: database.access,
    freshWithinMs: 60_000,
    auth: issuer.rules,
    changes: { everyMs: 10, beatMs: 40, mostStreams: 3, maxBufferedBytes: 100_000, stallMs: 500 },
  });
const at = (n: bigint) => ({
  ...emptyCheckpoint,
  position: new Map([[0, { domain: 0, server: 1, sequence: n }]]),
  committedAtMs: 1,
  filled: true,
});
const source = { binlogFile: 'b', binlogPosition: 4, rowNumber: 0, timestampMs: 0 };
const change = (table: string, before: Row | null, after: Row | null): ChangeEvent => ({
  operation: after === null ? 'delete' : before === null ? 'create' : 'update',
  table: `bank.${table}`,
  before,
  after,
  source,
  transaction: null,
});
const account = (id: bigint, customer: bigint | null, more: Row = {}): Row => ({
  ...{ id, customer_id: customer, kind: 'a', city: null, v: 0 },
  ...more,
});
async function commit(...changes: ChangeEvent[]): Promise<string> {
  await writer.write(changes);
  await writer.commit(at(++sequence), null);
  return `0-1-${sequence}`;
}
async function follow(path: string, claims: object, headers: Record<string, string> = {}): Promise<TestingStream> {
  const authorization = `Bearer ${await issuer.token({ ...claims })}`;
  const stream = await testingStream(url + path, { authorization, ...headers });
  opened.push(stream);
  return stream;
}
const all = { scope: 'read:*' };
const told = (stream: TestingStream) => stream.events.slice(1).map(({ data }) => [data.operation, data.key]);
const create = (id: bigint, customer: bigint | null, more: Row = {}) =>
  change('accounts', null, account(id, customer, more));

describe('changes', () => {
  it('come in the order of commits, with the key and a position at which the row is there', async () => {
    const stream = await follow('/accounts/changes', all);
    const [start] = await stream.until(1);
    expect(start).toMatchObject({ event: 'start', data: { position: `0-1-${sequence}` } });
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.text).toContain('retry: 2000\n');
    const first = await commit(create(1n, 1n), create(2n, 2n));
    const second = await commit(
      change('accounts', account(1n, 1n), account(1n, 1n, { v: 5 })),
      change('accounts', account(2n, 2n), null),
    );
    await stream.until(5);
    expect(stream.events.slice(1).map(({ event, data }) => [event, data])).toEqual([
      ['upsert', { operation: 'upsert', key: '1', position: first }],
      ['upsert', { operation: 'upsert', key: '2', position: first }],
      ['upsert', { operation: 'upsert', key: '1', position: second }],
      ['delete', { operation: 'delete', key: '2', position: second }],
    ]);
    const headers = { authorization: `Bearer ${await issuer.token(all)}` };
    const { status, body } = await client.get(`/accounts/1?at-least=${second}&wait-ms=0`, 'GET', headers);
    expect([status, body.data.v]).toEqual([200, 5]);
    const ids = stream.events.map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
  });

  it('are of whole commits: nothing before, nothing of what was rolled back, one of a row that changes twice', async () => {
    const stream = await follow('/accounts/changes', all);
    await stream.until(1);
    await writer.write([create(1n, 1n), create(2n, 1n)]);
    await writer.write([
      change('accounts', account(1n, 1n), account(1n, 1n, { v: 9 })),
      change('accounts', account(2n, 1n), null),
    ]);
    await stream.until(1);
    const beats = stream.text.length;
    await eventually('it looks on', () => stream.text.length > beats);
    expect(told(stream)).toEqual([]);
    await writer.commit(at(++sequence), null);
    await commit(create(3n, 1n));
    await stream.until(3);
    expect(told(stream)).toEqual([
      ['upsert', '1'],
      ['upsert', '3'],
    ]); // 2 came and went within the commit
  });

  it('of one key are those of no other', async () => {
    const stream = await follow('/accounts/007/changes', all);
    const pair = await follow(`/pairs/7/${encodeURIComponent('a/ü')}/changes`, all);
    await commit(
      create(70n, 1n),
      create(7n, 1n),
      change('pairs', null, { a: 7, b: 'a' }),
      change('pairs', null, { a: 7, b: 'a/ü' }),
    );
    await Promise.all([stream.until(2), pair.until(2)]);
    expect([told(stream), told(pair)]).toEqual([[['upsert', '7']], [['upsert', '7/a%2F%C3%BC']]]);
    // A key that becomes another one is gone, and there under the other.
    await commit(change('accounts', account(7n, 1n), account(8n, 1n)));
    await stream.until(3);
    expect(told(stream)).toEqual([
      ['upsert', '7'],
      ['delete', '7'],
    ]);
  });

  it('of a customer are those of his rows: one that is given away is gone, one he is given is new', async () => {
    const [one, two] = [
      await follow('/accounts/changes', { customer_id: '1' }),
      await follow('/accounts/changes', { customer_id: '2' }),
    ];
    const foreign = await follow('/accounts/2/changes', { customer_id: '1' });
    await commit(create(1n, 1n), create(2n, 2n), create(3n, null));
    await commit(change('accounts', account(2n, 2n), account(2n, 2n, { v: 1 })));
    await commit(change('accounts', account(1n, 1n), account(1n, 2n)));
    await commit(change('accounts', account(2n, 2n), null));
    await commit(create(9n, 1n), create(10n, 2n));
    await Promise.all([one.until(4), two.until(6), foreign.until(1)]);
    expect(told(one)).toEqual([
      ['upsert', '1'],
      ['delete', '1'],
      ['upsert', '9'],
    ]);
    expect(told(two)).toEqual([
      ['upsert', '2'],
      ['upsert', '2'],
      ['upsert', '1'],
      ['delete', '2'],
      ['upsert', '10'],
    ]);
    expect(told(foreign)).toEqual([]);
  });

  it('are filtered, by columns that are compared alike here and in the database', async () => {
    const stream = await follow('/accounts/changes?kind=b', all);
    await commit(create(1n, 1n), create(2n, 1n, { kind: 'b' }));
    await commit(change('accounts', account(1n, 1n), account(1n, 1n, { kind: 'b' })));
    await commit(change('accounts', account(2n, 1n, { kind: 'b' }), account(2n, 1n)));
    await stream.until(4);
    expect(told(stream)).toEqual([
      ['upsert', '2'],
      ['upsert', '1'],
      ['delete', '2'],
    ]);
    const headers = { authorization: `Bearer ${await issuer.token(all)}` };
    for (const wrong of ['kind=c', 'city=x', 'limit=1', 'kind=a&kind=a']) {
      const { status } = await client.get(`/accounts/changes?${wrong}`, 'GET', headers);
      expect([wrong, status]).toEqual([wrong, 400]);
    }
  });

  it('go on after Last-Event-ID, as if nothing had been', async () => {
    const stream = await follow('/accounts/changes', all);
    await commit(create(1n, 1n));
    await stream.until(2);
    const { id } = stream.events[1]!;
    await stream[Symbol.asyncDispose]();
    const many = Array.from({ length: 1200 }, (_, n) => create(BigInt(n + 10), 1n));
    await commit(...many);
    const resumed = await follow('/accounts/changes', all, { 'last-event-id': id });
    const late = await commit(create(2n, 1n));
    await resumed.until(1202);
    expect(told(resumed)).toEqual([...many.map(({ after }) => ['upsert', String(after!.id)]), ['upsert', '2']]);
    expect(resumed.events.at(-1)!.data.position).toBe(late);
  });

  it('that are no longer kept are a reset, and then it goes on', async () => {
    const stream = await follow('/accounts/changes', all);
    await commit(create(1n, 1n), create(2n, 1n));
    await stream.until(3);
    const { id } = stream.events[1]!;
    expect(await pruneChangeLog(database.session, projection.name, { forMs: 86_400_000, most: 0 })).toBe(2);
    for (const last of [id, '1', '9007199254740991']) {
      const resumed = await follow('/accounts/changes', all, { 'last-event-id': last });
      await resumed.until(2);
      expect(told(resumed)).toEqual([['reset', null]]);
      await commit(create(BigInt(opened.length + 10), 1n));
      await resumed.until(3);
      expect(told(resumed).at(-1)![0]).toBe('upsert');
      await resumed[Symbol.asyncDispose]();
    }
    const kept = await follow('/accounts/changes', all, { 'last-event-id': stream.lastId });
    await kept.until(1);
    expect(told(kept)).toEqual([]);
  });

  it('of a TRUNCATE, or of too many rows at once, are one reset', async () => {
    const stream = await follow('/accounts/changes', { customer_id: '1' });
    await commit(create(1n, 1n), { ...change('accounts', null, null), operation: 'truncate' }, create(2n, 1n));
    await stream.until(2);
    await commit(...Array.from({ length: 10_001 }, (_, n) => create(BigInt(n + 10), 2n)));
    await stream.until(3);
    expect(told(stream)).toEqual([
      ['reset', null],
      ['reset', null],
    ]);
    const [row] = await database.session.rows<{ n: string }>('SELECT COUNT(*) AS n FROM banyan_changes');
    expect(Number(row!.n)).toBe(2);
  });

  it('are kept of tables with a path alone, and not while the read model is being filled', async () => {
    await commit(change('hidden', null, { id: 1 }));
    await writer.write([create(1n, 1n)]);
    await writer.commit({ ...at(sequence), position: null }, null);
    await writer.write([create(2n, 1n)]);
    await writer.commit(at(++sequence), null);
    expect(await database.session.rows('SELECT * FROM banyan_changes')).toEqual([]);
    await commit(create(3n, 1n));
    expect(await database.session.rows('SELECT * FROM banyan_changes')).toHaveLength(1);
  });

  it('of a log that was made for other filters are not gone on with', async () => {
    const stream = await follow('/accounts/changes', all);
    await commit(create(1n, 1n));
    await stream.until(2);
    await ensureTables(database.session, declared(['kind']));
    await ensureTables(database.session, projection);
    await commit(create(2n, 1n));
    const resumed = await follow('/accounts/changes', all, { 'last-event-id': stream.events[1]!.id });
    await resumed.until(2);
    expect(told(resumed)).toEqual([['reset', null]]);
  });

  it('of a projector that is stale, or dies before its commit, are none', async () => {
    const stream = await follow('/accounts/changes', all);
    await stream.until(1);
    await using stale = await Session.open(database.access);
    const before = (await Lease.take(stale, projection.name, 'test', 60_000))!;
    const late = new Writer({
      store: new SessionStore(stale),
      projection,
      lease: before,
      foreignKeys: [],
      filled: true,
    });
    await late.write([create(1n, 1n)]);
    const now = (await Lease.take(database.session, projection.name, 'test', 60_000))!;
    await expect(late.commit(at(sequence + 1n), null)).rejects.toThrow('another projector has taken over');
    {
      await using dying = await Session.open(database.access);
      await new Writer({ store: new SessionStore(dying), projection, lease: now, foreignKeys: [], filled: true }).write(
        [create(2n, 1n)],
      );
    }
    writer = new Writer({
      store: new SessionStore(database.session),
      projection,
      lease: now,
      foreignKeys: [],
      filled: true,
    });
    await commit(create(3n, 1n));
    await stream.until(2);
    expect(told(stream)).toEqual([['upsert', '3']]);
  });

  it('come when the database is back, none lost', async () => {
    await using proxy = await testingProxy(database.access);
    const access = { ...database.access, port: proxy.port };
    const rest = { freshWithinMs: 60_000, auth: issuer.rules, logger: () => {}, changes: { everyMs: 10 } };
    const shaky = createQueryApi({ projection, database: access, ...rest });
    try {
      const there = await shaky.listen({ port: 0 });
      const authorization = `Bearer ${await issuer.token(all)}`;
      const stream = await testingStream(`${there}/accounts/changes`, { authorization });
      opened.push(stream);
      await stream.until(1);
      await proxy.become('refusing');
      await commit(create(1n, 1n));
      await commit(create(2n, 1n));
      expect((await fetch(`${there}/accounts/1`, { headers: { authorization } })).status).toBe(503);
      await proxy.become('open');
      await stream.until(3);
      expect(told(stream)).toEqual([
        ['upsert', '1'],
        ['upsert', '2'],
      ]);
      // Forgotten before it was read: the follower is told, though he never left.
      await proxy.become('refusing');
      await commit(create(3n, 1n));
      await pruneChangeLog(database.session, projection.name, { forMs: 86_400_000, most: 0 });
      await commit(create(4n, 1n));
      await proxy.become('open');
      await stream.until(4);
      expect(told(stream)[2]).toEqual(['reset', null]);
    } finally {
      await shaky.close();
    }
  });
});

describe('a stream', () => {
  it('gives signs of life, with the id to come back with', async () => {
    const stream = await follow('/accounts/1/changes', all);
    await stream.until(1);
    await commit(create(2n, 1n));
    const [row] = await database.session.rows<{ sequence: string }>('SELECT sequence FROM banyan_changes');
    await eventually('the id moves on without an event', () => stream.lastId === row!.sequence);
    expect(told(stream)).toEqual([]);
  });

  it('wants a token, and ends with it', async () => {
    for (const path of ['/accounts/changes', '/accounts/1/changes']) {
      expect((await client.get(path)).status).toBe(401);
      const headers = { authorization: `Bearer ${await issuer.token({ scope: 'read:pairs' })}` };
      expect((await client.get(path, 'GET', headers)).status).toBe(403);
    }
    const reader = { authorization: `Bearer ${await issuer.token(all)}` };
    const { status, headers } = await client.get('/accounts/changes', 'HEAD', reader);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const exp = Math.floor(Date.now() / 1000) + 1;
    const stream = await follow('/accounts/changes', { ...all, exp });
    await eventually('it ends', () => stream.isEnded);
    expect(stream.events.at(-1)).toMatchObject({ event: 'end', data: { reason: 'token-expired' } });
  });

  it('refuses an id that is none', async () => {
    const headers = { authorization: `Bearer ${await issuer.token(all)}` };
    for (const id of ['x', '-1', '1.5', '99999999999999999', '1 2']) {
      const found = await client.get('/accounts/changes', 'GET', { ...headers, 'last-event-id': id });
      expect([id, found.status]).toEqual([id, 400]);
    }
  });

  it('is one of so many, and makes room when its client goes', async () => {
    const streams = [];
    for (let n = 0; n < 3; n++) streams.push(await follow('/accounts/changes', all));
    const headers = { authorization: `Bearer ${await issuer.token(all)}` };
    const { status, headers: sent } = await client.get('/accounts/changes', 'GET', headers);
    expect([status, sent.get('retry-after')]).toEqual([503, '2']);
    await streams[0]![Symbol.asyncDispose]();
    await eventually('there is room', async () => (await follow('/accounts/changes', all)).status === 200);
  });

  it('whose client does not read is cut off, and says so', async () => {
    const token = await issuer.token(all);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.pause();
    socket.write(`GET /pairs/changes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    const metrics = async () => (await client.get('/metrics')).text;
    const following = (count: number) => async () =>
      (await metrics()).includes(`banyan_change_streams{projection="changes-test"} ${count}`);
    await eventually('it follows', following(1));
    const other = await follow('/pairs/changes', all);
    const wide = 'x'.repeat(190);
    let n = 0;
    await eventually('it is cut off', async () => {
      await commit(...Array.from({ length: 2000 }, () => change('pairs', null, { a: n++, b: wide })));
      return await following(1)();
    });
    await other.until(n + 1); // the one that reads has all
    const text = await new Promise<string>((resolve) => {
      let all = '';
      socket.on('data', (bytes) => {
        all += bytes.toString('latin1');
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(all));
      socket.resume();
    });
    expect(text).toContain('event: end\ndata: {"reason":"too-slow"}');
  });

  it('ends by name when the service closes', async () => {
    const stream = await follow('/accounts/changes', all);
    await stream.until(1);
    await api.close();
    await eventually('it ends', () => stream.isEnded);
    expect(stream.events.at(-1)).toMatchObject({ event: 'end', data: { reason: 'closing' } });
  });

  it('is refused while the read model is being filled', async () => {
    await database.session.run('UPDATE banyan_checkpoint SET position = NULL');
    const headers = { authorization: `Bearer ${await issuer.token(all)}` };
    const { status, body } = await client.get('/accounts/changes', 'GET', headers);
    expect([status, body.type]).toEqual([503, 'urn:problem-type:banyan:filling']);
  });
});
