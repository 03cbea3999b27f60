import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Answered, addressOf, allReady, applyDemo, isReady, k, podsOf, until } from './demo-cluster.ts';
import { ask, DemoFacade } from './demo-facade.ts';
import { killPod } from './kill-pod.ts';
import { PatientReader } from './patient-reader.ts';
import { SteadyReader } from './steady-reader.ts';

jest.setTimeout(400_000);

let facade: DemoFacade;
beforeAll(async () => {
  await applyDemo();
  await allReady(360_000);
  facade = await DemoFacade.find();
  for (const route of ['ledger', 'account']) await facade.move(route, { to: 'monolith' });
});
afterAll(async () => {
  for (const route of ['ledger', 'account']) await facade?.move(route, { to: 'monolith' });
});

/** Makes a transfer, and reads the ledger with the token that it gave: whether the line is there, and who has answered. */
async function writeAndRead(after: number): Promise<{ readonly isThere: boolean; readonly by: string }> {
  const { id, readAfter } = await facade.transfer();
  const url = `${facade.url}/accounts/2/ledger?limit=500&after=${after}`;
  const { status, headers, body } = await ask(url, { 'banyan-read-after': readAfter });
  expect(status).toBe(200);
  const isThere = body.lines.some(({ transferId }: { transferId: number }) => transferId === id);
  return { isThere, by: String(headers['banyan-route'] ?? 'bank') };
}

/** Until both replicas let the service answer. */
async function answeredByService(route: string, path: string): Promise<void> {
  await until(`${route} is answered by the service`, 20_000, async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(`${facade.url}${path}`)));
    const from = answers.map(({ status, headers }) => `${status} ${headers['banyan-route']}`);
    if (from.every((one) => one === `200 ${route}`)) return true;
    throw new Error(from.join());
  });
}

describe('the facade, as real pods before the bank', () => {
  it('passes a transfer on, and what it gives its client is taken with the read', async () => {
    expect(await writeAndRead(await facade.lastLine(2))).toEqual({ isThere: true, by: 'bank' });
    expect((await facade.transfer()).readAfter).toMatch(/^[\w.~-]{20,}$/);
  });

  it('lets routes be seen and moved on the admin port alone, by whom a token names', async () => {
    expect((await ask(`${facade.adminUrl}/routes`)).status).toBe(401);
    expect((await ask(`${facade.adminUrl}/routes/ledger`, {}, { to: 'shadow' })).status).toBe(401);
    // The bank's answer: to its clients there is no such thing.
    expect(await ask(`${facade.url}/routes`)).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_route' } },
    });
    const { body } = await facade.routes();
    expect(body.known.reason).toBeNull();
    expect(body.routes.map(({ name }: { name: string }) => name)).toEqual([
      'accounts',
      'account',
      'ledger',
      'customer-search',
      'customer',
      'customer-overview',
      'contact',
    ]);
  });

  it('moves a route to shadow by its gate, to the service by force alone; the answer then says by which route', async () => {
    const moved = await until('it goes to shadow', 30_000, async () => {
      const answer = await facade.move('ledger', { to: 'shadow' });
      if (answer.status === 200) return answer;
      throw new Error(JSON.stringify(answer.body));
    });
    expect(moved.body.state).toMatchObject({ stage: 'shadow', percent: 100, changedBy: 'operator' });
    const refused = await facade.move('ledger', { to: 'canary', percent: 100 });
    expect(refused).toMatchObject({ status: 409, body: { type: 'urn:problem-type:banyan:gate-refused' } });
    const forced = { force: true, reason: 'there is no time for a thousand comparisons' };
    expect((await facade.move('ledger', { to: 'canary', percent: 100, ...forced })).status).toBe(200);
    expect((await facade.move('ledger', { to: 'service', ...forced })).body.state).toMatchObject({ stage: 'service' });
    await answeredByService('ledger', '/accounts/2/ledger');
  });

  it('gives each client what he has written, from whichever pod, and from the service', async () => {
    const after = await facade.lastLine(2);
    const seen = [];
    for (let round = 0; round < 20; round++) seen.push(await writeAndRead(after));
    expect(seen.filter(({ isThere }) => !isThere)).toEqual([]);
    expect(seen.filter(({ by }) => by === 'ledger').length).toBeGreaterThan(0);
  });

  it('moves the contact write to its service and back: the bank has what was written there, and each is answered by its owner', async () => {
    const forced = { force: true, reason: 'no proof was made yet' };
    const moved = (to: string) =>
      until(`contacts come to the ${to}`, 120_000, async () => {
        const answer = await facade.move('contact', { to, ...forced });
        const { routes } = (await facade.routes()).body;
        if (routes.find(({ name }: { name: string }) => name === 'contact').state.stage === to) return true;
        throw new Error(JSON.stringify(answer.body));
      });
    const put = (city: string) =>
      ask(`${facade.url}/customers/7/contact`, {}, { email: 'seven@example.org', city }, 'PUT');
    const bank = await addressOf('bank');
    await moved('service');
    const written = await put('Basel');
    expect([written.status, written.headers['banyan-route'], written.body.city]).toEqual([200, 'contact', 'Basel']);
    expect((await ask(`${bank}/customers/7`)).body.city).toBe('Basel');
    await moved('monolith');
    const back = await put('Bern');
    expect([back.status, back.headers['banyan-route']]).toEqual([200, undefined]);
    expect((await ask(`${bank}/customers/7`)).body.city).toBe('Bern');
  });

  it('has a database of its own and no other, and at the source no rights', async () => {
    const [databases, services, position, rows, write] = await asFacade([
      ['STATE', 'SHOW DATABASES'],
      ['STATE', 'SELECT projection FROM accounts.banyan_checkpoint'],
      ['SOURCE', 'SELECT @@gtid_binlog_pos AS position'],
      ['SOURCE', 'SELECT id FROM bank.accounts LIMIT 1'],
      ['SOURCE', 'CREATE DATABASE facade'],
    ]);
    expect(databases).toEqual({ rows: [{ Database: 'facade' }, { Database: 'information_schema' }] });
    expect(position).toEqual({ rows: [{ position: expect.stringMatching(/^0-1-\d+$/) }] });
    for (const one of [services, rows, write])
      expect(one).toEqual({ refused: expect.stringMatching(/(Access|SELECT command) denied/) });
  });
});

describe('under reads of a route that the service answers', () => {
  const pods = () => podsOf('facade', 'facade');
  const two = () =>
    until('two are ready', 120_000, async () => {
      const all = await pods();
      return all.length === 2 && all.every(isReady) && all;
    });
  const isAtService = async () => {
    const { routes } = (await facade.routes()).body;
    return routes.find(({ name }: { name: string }) => name === 'account').state.stage;
  };
  beforeAll(async () => {
    await facade.forceToService('account');
    await answeredByService('account', '/accounts/1');
    await two();
  });

  it('a rollout loses no read of clients that open a connection for each', async () => {
    // The token is of no use here: the facade passes on what is the monolith's and asks services with its own.
    const reader = new SteadyReader(`${facade.url}/accounts/1`, 'none', 100);
    try {
      await until('it is read', 10_000, async () => reader.answered > 100);
      await k('rollout', 'restart', 'deployment/facade');
      await k('rollout', 'status', 'deployment/facade', '--timeout=180s');
    } finally {
      await reader.stop();
    }
    expect(reader.failures.slice(0, 5)).toEqual([]);
    expect(await isAtService()).toBe('service');
  });

  it('one pod is killed: who asks again over another connection is answered within two seconds, by 200 and nothing else', async () => {
    const [one] = await two();
    const reader = new PatientReader(`${facade.url}/accounts/1`);
    try {
      await until('it is read', 10_000, async () => reader.answered > 300);
      killPod(one!);
      const name = one!.metadata.name;
      const restarts = 'jsonpath={.status.containerStatuses[0].restartCount}';
      await until('it was started again', 60_000, async () => (await k('get', 'pod', name, '-o', restarts)) === '1');
      await two();
    } finally {
      await reader.stop();
    }
    // The kill was felt, and no client saw it.
    expect(reader.repeated).toBeGreaterThan(0);
    expect(reader.failures.slice(0, 5)).toEqual([]);
    expect(await isAtService()).toBe('service');
  });
});

/** Runs statements as the facade, with nothing but what its pod has; each is answered or refused. */
async function asFacade(statements: readonly (readonly [database: string, sql: string])[]): Promise<Answered[]> {
  const script = `import mysql from 'mysql2/promise';
    import { readFileSync } from 'node:fs';
    const answers = [];
    for (const [at, sql] of JSON.parse(process.argv[1])) {
      const { [at + '_DB_HOST']: host, [at + '_DB_USER']: user, [at + '_DB_PASSWORD_FILE']: file } = process.env;
      const connection = await mysql.createConnection({ host, user, password: readFileSync(file, 'utf8') });
      answers.push(await connection.query(sql).then(([rows]) => ({ rows }), ({ message }) => ({ refused: message })));
      await connection.end();
    }
    console.log(JSON.stringify(answers));`;
  const node = ['node', '--input-type=module', '-e', script, JSON.stringify(statements)];
  return JSON.parse(await k('exec', 'deployment/facade', '--', ...node)) as Answered[];
}
