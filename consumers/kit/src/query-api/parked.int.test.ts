import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/declaration.ts';
import { createQueryApi, type Server } from './index.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';
import { type TestingClient, testingClient } from './testing-client.ts';

const text = 'varchar(20) collate utf8mb4_general_ci';
const projection = mirror({
  name: 'parked-test',
  tables: {
    entries: { source: 'bank.entries', key: ['id'], path: '/entries', columns: { id: 'int', v: 'int' } },
    pairs: {
      source: 'bank.pairs',
      key: ['a', 'b', 'c', 'd'],
      path: '/pairs',
      columns: { a: text, b: 'binary(3)', c: 'decimal(6,2)', d: 'datetime(6)' },
    },
    latins: {
      ...{ source: 'bank.latins', key: ['word'], path: '/latins' },
      columns: { word: 'varchar(20) character set latin1 collate latin1_bin' },
    },
  },
});

describe('a parked key', () => {
  let database: TestDatabase;
  let api: Server;
  let client: TestingClient;

  beforeAll(async () => {
    database = await testDatabase(projection);
    for (const sql of [
      "UPDATE banyan_checkpoint SET position = '0-1-9'",
      'INSERT INTO entries VALUES (-1, 0), (2, 0), (3, 0)',
      "INSERT INTO pairs VALUES ('Köln', x'010000', 1.50, '2026-02-28 08:30:00.5'), ('Bonn', x'010000', 1.50, '2026-02-28 08:30:00.5')",
      "INSERT INTO latins VALUES ('é'), ('e')",
    ])
      await database.session.rows(sql);
    api = createQueryApi({ projection, database: database.access, freshWithinMs: 60_000, auth: 'off' });
    client = await testingClient(await api.listen({ port: 0 }));
  }, 60_000);
  afterAll(async () => {
    await api?.close();
    await database?.[Symbol.asyncDispose]();
  });

  const park = (table: string, key: readonly unknown[], since: string | null = '0-1-7') =>
    database.session.run(
      `INSERT INTO banyan_parked (projection, table_name, key_hash, row_key, since_position, code, at)
       VALUES ('parked-test', ?, MD5(?), ?, ?, 'undecodable', NOW(6))`,
      [table, JSON.stringify(key), JSON.stringify(key), since],
    );
  const ids = async () => (await client.get('/entries')).body.data.map(({ id }: { id: number }) => id);

  it('is a 409 and in no list, and every answer says for how many keys the position is not true', async () => {
    const before = await client.get('/entries/3');
    expect(before.headers.has('banyan-position-except')).toBe(false);
    await park('entries', ['2']);
    await park('entries', ['77'], null); // has no row here, and may have one in the source
    const { status, body } = await client.get('/entries/2');
    expect([status, body.type]).toEqual([409, 'urn:problem-type:banyan:key-parked']);
    expect(body).toMatchObject({ parkedSince: '0-1-7', parkedFor: 'undecodable', position: { gtid: '0-1-9' } });
    const unseen = await client.get('/entries/77');
    expect([unseen.status, unseen.body.parkedSince]).toEqual([409, null]);
    expect((await client.get('/entries/78')).status).toBe(404);
    expect(await ids()).toEqual([-1, 3]);
    const other = await client.get('/entries/3');
    expect([other.status, other.headers.get('banyan-position-except')]).toEqual([200, '2']);
    expect(other.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect((await client.get('/latins')).headers.get('banyan-position-except')).toBe('2');
  });

  it('is known in each type, as its column compares', async () => {
    await park('pairs', ['köln', { bytes: 'AQAA' }, '1.50', '2026-02-28 08:30:00.500000']);
    await park('latins', ['é']);
    const path = (city: string) =>
      `/pairs/${[city, 'AQAA', '1.5', '2026-02-28 08:30:00.5'].map(encodeURIComponent).join('/')}`;
    expect((await client.get(path('KÖLN'))).status).toBe(409);
    expect((await client.get(path('Bonn'))).status).toBe(200);
    expect((await client.get('/pairs')).body.data).toMatchObject([{ a: 'Bonn' }]);
    expect((await client.get(`/latins/${encodeURIComponent('é')}`)).status).toBe(409);
    expect((await client.get('/latins')).body.data).toEqual([{ word: 'e' }]);
  });

  it('is told from the first answer after it is parked to the last before it is true again', async () => {
    const some = ['/entries/-1', '/entries/3', '/entries/2', '/entries/77', '/entries/78'];
    const statuses = async () => (await Promise.all(some.map((path) => client.get(path)))).map(({ status }) => status);
    for (const turn of [1, 2]) {
      await database.session.run('DELETE FROM banyan_parked');
      expect([turn, await statuses()]).toEqual([turn, [200, 200, 200, 404, 404]]);
      const one = await client.get('/entries/3');
      expect(one.headers.has('banyan-position-except')).toBe(false);
      for (const key of ['2', '77']) await park('entries', [key]);
      expect([turn, await statuses()]).toEqual([turn, [200, 200, 409, 409, 404]]);
    }
  });
});
