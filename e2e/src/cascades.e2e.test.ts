import { onDatabase } from '@banyan/kit/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestingStream, testingStream } from '../../consumers/kit/src/query-api/testing-stream.ts';
import { openBank, type RunningBank } from './bank.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { one, rows } from './database.ts';
import { eventually } from './eventually.ts';
import { webTrail } from './projections/web-trail.ts';
import { ServiceProcess } from './service-process.ts';
import { bearer, type Issuing, openIssuing } from './token-rules.ts';

const name = 'cascades';
const projection = onDatabase(webTrail, name);

describe('the bank’s own cascades', () => {
  let bridge: Bridge;
  let bank: RunningBank;
  let issuing: Issuing;
  let api: ServiceProcess;
  let projector: ServiceProcess;
  const streams: TestingStream[] = [];
  /** Customers who logged in and looked around, the first of them twice. */
  let customers: string[];

  beforeAll(async () => {
    bridge = await openBridge(name);
    bank = await openBank(bridge, 60);
    const logins = await rows<{ customer: string; login: string }>(
      bridge.source,
      `SELECT customer_id AS customer, login_name AS login FROM web_logins ORDER BY customer_id LIMIT 6`,
    );
    for (const { customer, login } of [...logins, logins[0]!]) await lookAround(login, `sesame-${customer}`);
    customers = logins.map(({ customer }) => customer);
    await bridge.capture(webTrail.tables.map((table) => table.name));
    issuing = await openIssuing();
    const environment = { ...bridge.environment, ...issuing.environment, PROJECTION: webTrail.name };
    api = await ServiceProcess.start('serve', environment);
    projector = await ServiceProcess.start('project', { ...bridge.environment, PROJECTION: webTrail.name });
    await projector.state('streaming');
    await bridge.caughtUp();
  }, 180_000);
  afterAll(async () => {
    for (const stream of streams) await stream[Symbol.asyncDispose]();
    for (const service of [projector, api]) await service?.kill();
    await issuing?.close();
    await bank?.close();
    await bridge?.close();
  });

  const lookAround = async (login: string, password: string) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ name: login, password });
    const answer = await fetch(`${bank.url}/api/login`, { method: 'POST', headers, body });
    const { token } = (await answer.json()) as { token: string };
    for (const page of ['accounts', 'cards', 'profile'])
      expect((await fetch(`${bank.url}/api/${page}`, { headers: bearer(token) })).status).toBe(200);
  };
  const texts = async (connection: Bridge['source'], sql: string) =>
    (await rows(connection, sql)).map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  /** Tables that are not what the source says, by SQL. */
  const differences = async () => {
    const different: string[] = [];
    const compare = async (table: string, sql: string) => {
      const columns = (await rows<{ Field: string }>(bridge.read, `SHOW COLUMNS FROM ${table}`)).map(
        ({ Field }) => Field,
      );
      const there = await texts(bridge.source, `SELECT ${columns} FROM (${sql}) q`);
      const here = await texts(bridge.read, `SELECT ${columns} FROM ${table}`);
      if (there.length === 0 || JSON.stringify(here) !== JSON.stringify(there)) different.push(table);
    };
    for (const table of projection.tables) await compare(table.name, `SELECT * FROM ${table.name}`);
    for (const query of projection.queries) await compare(query.name, query.select);
    return different;
  };
  const everything = async () => bearer(await issuing.issuer.serviceToken('reports', ['read:*']));
  const follow = async (path: string, headers: Readonly<Record<string, string>>) => {
    streams.push(await testingStream(`${await api.url()}${path}/changes`, headers));
    await streams.at(-1)!.until(1);
    return streams.at(-1)!;
  };
  const followAll = async () => ({
    actions: await follow('/page-actions', await everything()),
    profiles: await follow('/profiles', await everything()),
    trails: await follow('/web-trails', await everything()),
  });
  /** What a stream tells after its start, once it has told as much as is expected. */
  const told = async ({ events }: TestingStream, expected: readonly unknown[]) => {
    await eventually(`${expected.length} events`, () => events.length > expected.length);
    return events.slice(1).map(({ event, data }) => [event, data.key, data.position]);
  };
  const each = (event: string, keys: readonly string[], position: string) => keys.map((key) => [event, key, position]);
  const sorted = (list: readonly (readonly unknown[])[]) => list.map((one) => JSON.stringify(one)).sort();

  it('of a customer who is deleted take logins, sessions and actions with them, for mirror, query and followers', async () => {
    const gone = customers[0]!;
    const actions = (
      await rows<{ id: string }>(
        bridge.source,
        `SELECT a.id FROM page_actions a JOIN web_sessions s ON s.id = a.web_session_id JOIN web_logins l ON l.id = s.web_login_id
          WHERE l.customer_id = ?`,
        [gone],
      )
    ).map(({ id }) => id);
    expect(actions).toHaveLength(6);
    expect(await differences()).toEqual([]);
    const seen = await followAll();
    const own = await follow('/web-trails', bearer(await issuing.issuer.customerToken(gone)));
    const other = await follow('/web-trails', bearer(await issuing.issuer.customerToken(customers[1]!)));

    // As the bank's purge does it.
    await bridge.source.query('START TRANSACTION; UPDATE accounts SET customer_id = -1 WHERE customer_id = ?', [gone]);
    await bridge.source.query('DELETE FROM customers WHERE id = ?; COMMIT', [gone]);
    const position = await bridge.caughtUp();

    expect(sorted(await told(seen.actions, actions))).toEqual(sorted(each('delete', actions, position)));
    for (const stream of [seen.profiles, seen.trails, own])
      expect(await told(stream, [gone])).toEqual(each('delete', [gone], position));
    expect(other.events).toHaveLength(1);
    for (const path of [`/web-trails/${gone}`, `/profiles/${gone}`, ...actions.map((id) => `/page-actions/${id}`)])
      expect([path, (await api.get(`${path}?at-least=${position}`, await everything())).status]).toEqual([path, 404]);
    expect(await differences()).toEqual([]);
  });

  it('of a branch that is renamed hand on its code', async () => {
    const { code } = await one<{ code: string }>(
      bridge.source,
      'SELECT branch_code AS code FROM customer_profiles GROUP BY branch_code ORDER BY COUNT(*) DESC LIMIT 1',
    );
    const there = await rows<{ customer: string }>(
      bridge.source,
      'SELECT customer_id AS customer FROM customer_profiles WHERE branch_code = ?',
      [code],
    );
    const moved = there.map(({ customer }) => customer);
    expect(moved.length).toBeGreaterThan(3);
    const seen = await followAll();
    await bridge.source.query("UPDATE branches SET code = 'renamed-1' WHERE code = ?", [code]);
    const position = await bridge.caughtUp();
    for (const stream of [seen.profiles, seen.trails])
      expect(sorted(await told(stream, moved))).toEqual(sorted(each('upsert', moved, position)));
    expect(seen.actions.events).toHaveLength(1);
    for (const path of ['/profiles', '/web-trails']) {
      const { body } = await api.get(`${path}/${moved[0]}?at-least=${position}`, await everything());
      expect(body.data).toMatchObject({ branch_code: 'renamed-1' });
    }
    expect(await differences()).toEqual([]);
  });
});
