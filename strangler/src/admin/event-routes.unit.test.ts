import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestingAdmin, testingAdmin } from './testing-admin.ts';
import { testingEvents } from './testing-events.ts';

let admin: TestingAdmin;
beforeEach(async () => {
  admin = await testingAdmin();
});
afterEach(() => admin[Symbol.asyncDispose]());

const follow = async (path = '/events') => testingEvents(admin.url + path, await admin.token('routes:read'));
const ask = async (path: string, token?: string, method = 'GET') =>
  fetch(admin.url + path, { method, headers: token ? { authorization: `Bearer ${token}` } : {} });
const example = { request: 'GET /accounts/1?token=***', place: '/a', monolith: '"***"', candidate: null };
const difference = { kind: '/a', seen: 2, firstAt: new Date(0), lastAt: new Date(1), example };

describe('the events', () => {
  it('say how the routes are, at once and when it changes, no more than once a second', async () => {
    await using stream = await follow();
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers.get('cache-control')).toBe('no-store');
    expect(await stream.until('routes')).toMatchObject({
      routes: [{ name: 'accounts', state: { stage: 'monolith' }, steps: [{ stage: 'shadow', direction: 'forward' }] }],
      known: { reason: null },
    });
    const began = performance.now();
    for (const percent of [10, 20, 30]) {
      admin.store.put({ stage: 'shadow', percent });
      await admin.watch.look();
    }
    const { routes } = await stream.until('routes', (data) => data.routes[0].state.stage === 'shadow');
    expect(routes[0].state.percent).toBe(30);
    expect(routes[0].steps).toEqual([
      { stage: 'monolith', direction: 'back' },
      { stage: 'shadow', direction: 'share' },
      { stage: 'canary', direction: 'forward' },
    ]);
    await stream.until('routes', (data) => data.known.knownForMs > 1000);
    expect(stream.events.length).toBeLessThanOrEqual(2 + (performance.now() - began) / 1000);
  });

  it('say what is behind a route that is asked for, with secrets as they are masked, and how to see it again', async () => {
    admin.differences = Array.from({ length: 60 }, (_, index) => ({ ...difference, kind: `/${index}` }));
    await using stream = await follow('/events?route=accounts');
    const data = await stream.until('route');
    expect(data).toMatchObject({ route: 'accounts', moreKinds: 10, changes: [] });
    expect(data.differences).toHaveLength(50);
    expect(data.differences[0]).toEqual({
      ...difference,
      kind: '/0',
      firstAt: difference.firstAt.toISOString(),
      lastAt: difference.lastAt.toISOString(),
      reproduce: expect.stringContaining(`${admin.url}/routes/accounts/compare`),
    });
    admin.store.isAway = true;
    expect(await stream.until('route', ({ changes }) => changes === null)).toEqual({
      route: 'accounts',
      differences: null,
      moreKinds: 0,
      changes: null,
    });
  });

  it('want a token that may see routes, and a route that there is', async () => {
    expect((await ask('/events')).status).toBe(401);
    for (const token of [await admin.issuer.customerToken('7'), await admin.token('routes:write', 'read:*')])
      expect((await ask('/events', token)).status).toBe(403);
    const token = await admin.token('routes:read');
    for (const path of ['/events?route=acounts', '/events?route=', '/events?route=accounts&route=accounts']) {
      const answer = await ask(path, token);
      expect([answer.status, await answer.json()]).toMatchObject([
        404,
        { type: 'urn:problem-type:banyan:route-unknown' },
      ]);
    }
    expect((await ask('/events', token, 'HEAD')).status).toBe(200);
    expect(admin.reads).toEqual({ counts: 0, differences: 0, changes: 0 });
  });

  it('are read once a second for all who watch, and no more once the last has gone', async () => {
    const began = performance.now();
    const streams = await Promise.all(Array.from({ length: 20 }, () => follow('/events?route=accounts')));
    for (const stream of streams) await stream.until('routes', (data) => data.known.knownForMs > 1500);
    const periods = Math.ceil((performance.now() - began) / 1000) + 1;
    for (const count of Object.values(admin.reads)) expect(count).toBeLessThanOrEqual(periods);
    expect(admin.reads.counts).toBeGreaterThan(1);
    for (const stream of streams) await stream[Symbol.asyncDispose]();
    await delay(100);
    const last = { ...admin.reads };
    await delay(1500);
    expect(admin.reads).toEqual(last);
  });

  it('are for fifty at a time', async () => {
    const token = await admin.token('routes:read');
    await using all = new AsyncDisposableStack();
    for (let count = 0; count < 50; count++) all.use(await testingEvents(`${admin.url}/events`, token));
    const answer = await ask('/events', token);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  });

  it('end with the token', async () => {
    const short = await admin.issuer.serviceToken('ops', ['routes:read'], { forS: 1 });
    await using stream = await testingEvents(`${admin.url}/events`, short);
    expect(await stream.until('end')).toEqual({ reason: 'token-expired' });
  });

  it('end with the facade, and hold up no close', async () => {
    await using other = await testingAdmin();
    await using stream = await testingEvents(`${other.url}/events`, await other.token('routes:read'));
    await stream.until('routes');
    const began = performance.now();
    await other[Symbol.asyncDispose]();
    expect(performance.now() - began).toBeLessThan(2000);
    expect(await stream.until('end')).toEqual({ reason: 'closing' });
  });
});
