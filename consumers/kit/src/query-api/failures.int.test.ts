import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KitError } from '../errors.ts';
import { mirror } from '../projection/declaration.ts';
import { createQueryApi, type QueryApiOptions, type Server } from './index.ts';
import { ReadPool } from './read-pool.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';
import { type TestingClient, testingClient } from './testing-client.ts';
import { type TestingProxy, testingProxy } from './testing-proxy.ts';

const projection = mirror({
  name: 'failure-test',
  tables: {
    accounts: {
      source: 'bank.accounts',
      key: ['id'],
      path: '/accounts',
      columns: { id: 'bigint', name: 'varchar(40)' },
    },
  },
});

let database: TestDatabase;
let proxy: TestingProxy;

beforeAll(async () => {
  database = await testDatabase(projection);
  proxy = await testingProxy(database.access);
  await database.session.run("INSERT INTO accounts VALUES (1, 'one')");
}, 60_000);

afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const stand = (position: string | null, state: string, reason: string | null) =>
  database.session.run(
    'UPDATE banyan_checkpoint SET position = ?, state = ?, reason = ?, committed_at_ms = UNIX_TIMESTAMP(NOW(3)) * 1000',
    [position, state, reason],
  );

interface Served extends AsyncDisposable {
  readonly api: Server;
  readonly url: string;
  readonly client: TestingClient;
  readonly logged: string[];
}

async function serve(more: Partial<QueryApiOptions> = {}): Promise<Served> {
  const logged: string[] = [];
  const logger = (entry: Readonly<Record<string, unknown>>) => void logged.push(String(entry.message));
  const api = createQueryApi({
    projection,
    database: database.access,
    freshWithinMs: 60_000,
    auth: 'off',
    logger,
    ...more,
  });
  const url = await api.listen({ port: 0 });
  return { api, url, client: await testingClient(url), logged, [Symbol.asyncDispose]: () => api.close() };
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const limitMs = 20_000;
  const deadline = Date.now() + limitMs;
  while (!(await isSo())) if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
}

describe('a read model without a position', () => {
  it('is filling: 503 with what is known, and no row of it', async () => {
    await stand(null, 'filling', 'the snapshot is at row 5 of 9');
    await using served = await serve();
    for (const path of ['/accounts/1', '/accounts/2', '/accounts', '/accounts?after=0']) {
      const { status, headers, body } = await served.client.get(path);
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '5']);
      expect(headers.has('banyan-position')).toBe(false);
      expect(body).toMatchObject({
        type: 'urn:problem-type:banyan:filling',
        state: 'filling',
        reason: 'the snapshot is at row 5 of 9',
      });
      expect(body.data).toBeUndefined();
    }
    expect((await served.client.get('/ready')).body).toEqual({
      ready: false,
      state: 'filling',
      reason: 'the snapshot is at row 5 of 9',
      position: null,
      ageMs: expect.any(Number),
    });
    expect((await served.client.get('/metrics')).text).not.toMatch(/^banyan_position_age_seconds\{/m);
    await stand('0-1-5', 'streaming', null);
    expect((await served.client.get('/accounts/1')).body.data).toEqual({ id: '1', name: 'one' });
  });

  it('may not have its tables or its checkpoint yet', async () => {
    await using empty = await testDatabase();
    await using served = await serve({ database: empty.access });
    for (const path of ['/accounts/1', '/accounts']) {
      const { status, headers, body } = await served.client.get(path);
      expect([status, body.type, body.state]).toEqual([503, 'urn:problem-type:banyan:filling', 'starting']);
      expect(headers.has('retry-after')).toBe(true);
    }
    expect((await served.client.get('/ready')).status).toBe(503);
    await using other = await testDatabase(mirror({ ...otherOf('other'), tables: otherTables }));
    await using unmade = await serve({ database: other.access });
    expect((await unmade.client.get('/accounts/1')).body.type).toBe('urn:problem-type:banyan:read-model-unavailable');
  });
});

const otherOf = (name: string) => ({ name });
const otherTables = { accounts: { source: 'bank.accounts', key: ['id'], columns: { id: 'bigint' } } };

describe('a database that is away', () => {
  const through = () => ({ ...database.access, port: proxy.port });

  it('gives 503 to every reader, and its return is noticed', async () => {
    await stand('0-1-5', 'streaming', null);
    await using served = await serve({ database: through() });
    expect((await served.client.get('/accounts/1')).status).toBe(200);
    await proxy.become('refusing');
    for (const path of ['/accounts/1', '/accounts']) {
      const { status, headers, body } = await served.client.get(path);
      expect([status, headers.get('retry-after'), body.type]).toEqual([
        503,
        '1',
        'urn:problem-type:banyan:read-model-unavailable',
      ]);
      expect(JSON.stringify(body)).not.toContain(String(proxy.port));
    }
    expect((await served.client.get('/live')).status).toBe(200);
    const ready = await served.client.get('/ready');
    expect([ready.status, ready.body.reason]).toEqual([503, 'the database does not answer']);
    expect((await served.client.get('/metrics')).text).toContain('banyan_read_model_up{projection="failure-test"} 0\n');
    await proxy.become('open');
    await until('it is read again', async () => (await served.client.get('/accounts/1')).status === 200);
    expect(served.logged).toEqual(['the read model cannot be read', 'the read model can be read again']);
  });

  it('or stuck keeps nobody waiting, whether on a connection, for one or for the handshake', async () => {
    await stand('0-1-5', 'streaming', null);
    await using served = await serve({ database: through(), readWithinMs: 300 });
    const all = () => Promise.all(Array.from({ length: 30 }, () => served.client.get('/accounts/1')));
    await all();
    await proxy.become('frozen');
    for (let round = 0; round < 2; round++) {
      expect(new Set((await all()).map(({ status }) => status))).toEqual(new Set([503]));
    }
    await proxy.become('open');
    await until('all of them are read again', async () => (await all()).every(({ status }) => status === 200));
  });

  it('does not let readers pile up', async () => {
    await proxy.become('frozen');
    const pool = new ReadPool({ database: through(), size: 1, queueLimit: 1, deadlineMs: 500, log: () => {} });
    const reads = Array.from({ length: 3 }, () => pool.read('SELECT 1', []).catch((error) => error));
    const first = await Promise.race(reads.map(async (read, index) => [index, await read]));
    expect(first).toEqual([2, expect.any(KitError)]);
    expect((first[1] as KitError).message).toContain('1 reads are waiting already');
    for (const read of reads) expect(((await read) as KitError).code).toBe('database-unreachable');
    pool.close();
    await proxy.become('open');
  });
});

describe('a connection of the pool', () => {
  it('reads in UTC, one new snapshot a statement, cannot write, and is given up by the server too', async () => {
    const pool = new ReadPool({ database: database.access, deadlineMs: 1500, log: () => {} });
    const settings = 'SELECT @@time_zone, @@tx_isolation, @@autocommit, @@tx_read_only, @@max_statement_time';
    expect(await pool.read(settings, [])).toEqual([['+00:00', 'REPEATABLE-READ', '1', '1', 1.5]]);
    await expect(pool.read("UPDATE accounts SET name = 'x'", [])).rejects.toThrow(KitError);
    expect(await pool.read('SELECT name FROM accounts', [])).toEqual([['one']]);
    pool.close();
    await expect(pool.read('SELECT 1', [])).rejects.toThrow('the pool is closed');
  });
});

describe('close', () => {
  it('lets an answer that is under way be given, and takes nothing new', async () => {
    await stand('0-1-5', 'streaming', null);
    const served = await serve({ readWithinMs: 20_000 });
    await database.session.run('LOCK TABLES accounts WRITE');
    const answer = served.client.get('/accounts/1');
    await using watcher = await testDatabase();
    await until('the read waits for the lock', async () => {
      const waiting = await watcher.session.rows(
        "SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata lock' AND DB = ?",
        [database.access.database],
      );
      return waiting.length > 0;
    });
    const closed = served.api.close();
    await until('connections are refused', () =>
      fetch(`${served.url}/live`).then(
        () => false,
        () => true,
      ),
    );
    await database.session.run('UNLOCK TABLES');
    const { body, headers } = await answer;
    expect(body.data).toEqual({ id: '1', name: 'one' });
    expect(headers.get('connection')).toBe('close');
    await closed;
  });
});
