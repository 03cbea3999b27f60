import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/declaration.ts';
import { eventually } from '../testkit/eventually.ts';
import { createQueryApi, type Server } from './index.ts';
import { PositionWaits } from './position-waits.ts';
import type { ReadModel, Standpoint } from './read-model.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';
import { type TestingClient, testingClient } from './testing-client.ts';

const columns = { id: 'int', v: 'int' };
const projection = mirror({
  name: 'waits-test',
  tables: { rows: { source: 'bank.rows', key: ['id'], path: '/rows', columns } },
});

let database: TestDatabase;
let api: Server;
let client: TestingClient;
const stand = (position: string | null) =>
  database.session.run('UPDATE banyan_checkpoint SET position = ?', [position]);

beforeAll(async () => {
  database = await testDatabase(projection);
  await database.session.run('INSERT INTO `rows` VALUES (1, 0)');
  api = createQueryApi({ projection, database: database.access, freshWithinMs: 60_000, auth: 'off' });
  client = await testingClient(await api.listen({ port: 0 }));
}, 60_000);
beforeEach(() => stand('0-1-9,7-1-5'));
afterAll(async () => {
  await api?.close();
  await database?.[Symbol.asyncDispose]();
});

describe('at-least', () => {
  it('is answered at once when the position is there, whichever server wrote it', async () => {
    for (const position of ['0-1-9', '0-2-8', '7-1-5', '0-1-9,7-1-5', '7-1-1,0-1-0']) {
      const { status, body } = await client.get(`/rows/1?at-least=${position}&wait-ms=0`);
      expect([position, status, body.position.gtid]).toEqual([position, 200, '0-1-9,7-1-5']);
    }
  });

  it('waits for the commit, and sees what it wrote', async () => {
    const asked = ['/rows/1', '/rows'].map((path) => client.get(`${path}?at-least=0-1-10&wait-ms=10000`));
    const session = database.session;
    await session.run('START TRANSACTION');
    await session.run('UPDATE `rows` SET v = 10');
    await stand('0-1-10,7-1-5');
    await session.run('COMMIT');
    const [one, page] = await Promise.all(asked);
    expect([one!.status, one!.body.data.v, one!.body.position.gtid]).toEqual([200, 10, '0-1-10,7-1-5']);
    expect(page!.body.data).toEqual([{ id: 1, v: 10 }]);
  });

  it('is a problem past the limit, with where it stands and when to come again', async () => {
    for (const position of ['0-1-10', '0-1-9,7-1-6', '0-1-9,8-1-1', '0-1-99999999999999999999']) {
      const { status, body, headers } = await client.get(`/rows?at-least=${position}&wait-ms=60`);
      expect([position, status, body.type]).toEqual([position, 503, 'urn:problem-type:banyan:position-not-reached']);
      expect(body.position.gtid).toBe('0-1-9,7-1-5');
      expect(body.detail).toContain(position);
      expect(headers.get('retry-after')).toBe('1');
    }
  });

  it('is filling, not late, while there is no position', async () => {
    await stand(null);
    const { status, body } = await client.get('/rows?at-least=0-1-10&wait-ms=60');
    expect([status, body.type]).toEqual([503, 'urn:problem-type:banyan:filling']);
  });

  it.each([
    ...['at-least=', 'at-least=5', 'at-least=0-1', 'at-least=0-1-9,', 'at-least=0-1-9,0-1-8', 'at-least=0-1-x'],
    ...['at-least=0-1-9%200', 'at-least=-1-1-9', 'at-least=0-1-9&at-least=0-1-9', 'wait-ms=5'],
    ...['at-least=0-1-9&wait-ms=10001', 'at-least=0-1-9&wait-ms=-1', 'at-least=0-1-9&wait-ms=1s'],
  ])('refuses %s', async (query) => {
    const { status, body } = await client.get(`/rows/1?${query}`);
    expect([status, body.type]).toEqual([400, 'urn:problem-type:banyan:invalid-parameter']);
  });

  it('holds no connection while it waits', async () => {
    const waiting = Array.from({ length: 60 }, () => client.get('/rows/1?at-least=0-1-11&wait-ms=10000'));
    // More than there are connections, and the others are answered all the same.
    for (let n = 0; n < 20; n++) expect((await client.get('/rows/1')).status).toBe(200);
    await stand('0-1-11');
    expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('ends when the service closes', async () => {
    const other = createQueryApi({ projection, database: database.access, freshWithinMs: 60_000, auth: 'off' });
    try {
      const url = await other.listen({ port: 0 });
      const asked = fetch(`${url}/rows/1?at-least=0-1-99&wait-ms=10000`);
      const isWaiting = async () =>
        (await (await fetch(`${url}/metrics`)).text()).includes('banyan_position_waits{projection="waits-test"} 1');
      await eventually('the request waits', isWaiting, 4000);
      await other.close();
      expect((await asked).status).toBe(503);
    } finally {
      await other.close();
    }
  });
});

describe('PositionWaits', () => {
  const at = (gtid: string | null, _read = 0): Standpoint => ({
    gtid,
    ageMs: 0,
    state: 'streaming',
    reason: null,
    mark: '',
    parkedKeys: 0,
  });
  const wanted = (sequence: bigint, limitMs = 60_000) => ({
    position: new Map([[0, { domain: 0, server: 1, sequence }]]),
    limitMs,
  });
  const neverGone = new AbortController().signal;

  it('asks the database once for all who wait, and not at all when nobody does', async () => {
    let [polls, reads, most, under] = [0, 0, 0, 0];
    let now = '0-1-1';
    const model = {
      standpoint: async () => {
        polls++;
        most = Math.max(most, ++under);
        await new Promise((resolve) => setImmediate(resolve));
        under--;
        if (polls === 5) now = '0-1-2';
        return at(now);
      },
    } as unknown as ReadModel;
    const waits = new PositionWaits(model, { everyMs: 1 });
    const read = async () => ({ standpoint: at(now, reads++) });
    const found = await Promise.all(Array.from({ length: 200 }, () => waits.read(wanted(2n), neverGone, read)));
    expect(new Set(found.map(({ standpoint }) => standpoint.gtid))).toEqual(new Set(['0-1-2']));
    expect([polls, most, reads]).toEqual([5, 1, 400]);
  });

  it('refuses one more than it takes, and forgets who has gone', async () => {
    const model = { standpoint: async () => at('0-1-1') } as unknown as ReadModel;
    const waits = new PositionWaits(model, { everyMs: 1, most: 1 });
    const read = async () => ({ standpoint: at('0-1-1') });
    const gone = new AbortController();
    const first = waits.read(wanted(2n), gone.signal, read);
    await expect(waits.read(wanted(2n), neverGone, read)).rejects.toThrow('1 requests wait for a position already');
    expect(waits.waiting).toBe(1);
    gone.abort();
    await expect(first).rejects.toThrow('it stands at 0-1-1');
    expect(waits.waiting).toBe(0);
  });
});
