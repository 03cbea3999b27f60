import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noCounts } from '../state/evidence.ts';
import { streamingStanding } from '../state/testing-replicas.ts';
import { type TestingAdmin, testingAdmin } from './testing-admin.ts';

let admin: TestingAdmin;
beforeEach(async () => {
  admin = await testingAdmin();
});
afterEach(() => admin[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
async function ask(path: string, token?: string, body?: unknown): Promise<{ status: number; body: any; type: string }> {
  const headers = {
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const answer = await fetch(admin.url + path, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const type = answer.headers.get('content-type')!.split(';', 1)[0]!;
  return { status: answer.status, type, body: /json/.test(type) ? JSON.parse(text) : text };
}
const move = async (body: unknown, path = '/routes/accounts') => ask(path, await admin.token('routes:write'), body);
const read = async (path: string) => ask(path, await admin.token('routes:read'));
const code = ({ body }: { body: { type?: string } }) => body.type?.split(':').at(-1);

describe('who may', () => {
  it('everybody: hear that it lives', async () => {
    expect((await ask('/live')).body).toEqual({ live: true });
    expect((await ask('/ready')).body).toEqual({ ready: true, knownForMs: expect.any(Number), reason: null });
    expect((await ask('/metrics')).status).toBe(200);
  });

  it('nobody without a token that reaches so far', async () => {
    const customer = await admin.issuer.customerToken('7');
    for (const path of [
      '/routes',
      '/routes/accounts/differences',
      '/routes/accounts/changes',
      '/routes/accounts/compare?path=/accounts/1',
    ]) {
      expect((await ask(path)).status).toBe(401);
      for (const token of [customer, await admin.token('routes:write', 'read:*')])
        expect((await ask(path, token)).status).toBe(403);
      expect((await read(path)).status).toBe(200);
    }
    for (const token of [undefined, 'x.y.z'])
      expect((await ask('/routes/accounts', token, { to: 'shadow' })).status).toBe(401);
    for (const token of [customer, await admin.token('routes:read', 'read:*')])
      expect(code(await ask('/routes/accounts', token, { to: 'shadow' }))).toBe('forbidden');
    expect(admin.store.audits).toEqual([]);
  });
});

describe('the routes', () => {
  it('say where they stand, what was seen, and what stands against the next step', async () => {
    admin.store.put({ stage: 'shadow', percent: 12.5 });
    await admin.watch.look();
    admin.counts = {
      ...noCounts,
      equal: 15,
      different: 5,
      candidateMs: noCounts.candidateMs.with(1, 20),
      monolithMs: noCounts.monolithMs.with(12, 1),
    };
    const { body } = await read('/routes');
    expect(body).toMatchObject({
      known: { knownForMs: expect.any(Number), reason: null },
      routes: [
        {
          name: 'accounts',
          method: 'GET',
          path: '/accounts/{id}',
          state: {
            stage: 'shadow',
            percent: 12.5,
            epoch: 1,
            changedBy: 'facade',
            changedAt: expect.stringMatching(/Z$/),
          },
          isSetAside: false,
          counts: admin.counts,
          matchRate: 0.75,
          p99: { candidate: { ms: 2, isAbove: false }, monolith: { ms: 5000, isAbove: true } },
          services: [streamingStanding],
          next: { stage: 'canary', findings: [{ rule: 'comparisons', figure: '20' }, { rule: 'match-rate' }] },
        },
      ],
    });
  });

  it('are known without their database, but for the counts', async () => {
    admin.store.put({ stage: 'canary', percent: 5 });
    await admin.watch.look();
    admin.watch.setAside('accounts', 'it differs');
    admin.store.isAway = true;
    await admin.watch.look();
    expect((await read('/routes')).body).toMatchObject({
      known: { reason: 'refused' },
      routes: [
        {
          state: { stage: 'canary', percent: 5 },
          isSetAside: true,
          counts: null,
          matchRate: null,
          next: { stage: 'service', findings: null },
        },
      ],
    });
    expect((await ask('/ready')).body).toMatchObject({ ready: true, reason: 'refused' });
    expect(await move({ to: 'monolith' })).toMatchObject({ status: 503, type: 'application/problem+json' });
  });

  it('have differences and changes', async () => {
    const at = new Date(5000);
    const example = { request: '/accounts/1', place: '/a', monolith: '1', candidate: null };
    admin.differences = [{ kind: '/a', seen: 2, firstAt: at, lastAt: at, example }];
    const to = { stage: 'shadow', percent: 1 } as const;
    const change = {
      epoch: 1,
      who: 'service:ops',
      from: to,
      to,
      reason: '',
      forced: false,
      findings: [],
      evidence: null,
    };
    admin.changes = [{ ...change, at, route: 'accounts' }];
    const when = '1970-01-01T00:00:05.000Z';
    expect((await read('/routes/accounts/differences')).body).toEqual({
      route: 'accounts',
      differences: [{ kind: '/a', seen: 2, firstAt: when, lastAt: when, example, reproduce: expect.any(String) }],
    });
    expect((await read('/routes/accounts/changes')).body).toEqual({
      route: 'accounts',
      changes: [{ ...change, at: when }],
    });
    expect(code(await read('/routes/acounts/changes'))).toBe('route-unknown');
  });
});

describe('a move', () => {
  it('is made in the name of the token', async () => {
    expect(await move({ to: 'shadow', percent: 10, reason: 'a first look' })).toMatchObject({
      status: 200,
      body: {
        route: 'accounts',
        state: { stage: 'shadow', percent: 10, epoch: 1, changedBy: 'service:ops', reason: 'a first look' },
      },
    });
    expect(admin.store.audits).toMatchObject([{ who: 'service:ops', reason: 'a first look' }]);
  });

  it('that the gate refuses says each finding, and is logged', async () => {
    await move({ to: 'shadow' });
    expect(await move({ to: 'canary', percent: 5 })).toMatchObject({
      status: 409,
      type: 'application/problem+json',
      body: {
        type: 'urn:problem-type:banyan:gate-refused',
        status: 409,
        detail: expect.stringContaining('0 of 1,000 comparisons'),
        remedy: expect.stringContaining('force'),
        findings: [{ rule: 'comparisons', figure: '0', wanted: 'at least 1,000', sentence: '0 of 1,000 comparisons' }],
        state: { stage: 'shadow', percent: 100, epoch: 1 },
      },
    });
    expect(admin.logged.at(-1)).toMatchObject({
      message: 'a route was not moved',
      who: 'service:ops',
      code: 'gate-refused',
    });
    expect(await move({ to: 'canary', percent: 5, force: true, reason: 'a demo' })).toMatchObject({ status: 200 });
    expect(admin.store.audits.at(-1)).toMatchObject({ forced: true, findings: [{ rule: 'comparisons' }] });
  });

  it.each<[number, string, unknown]>([
    [400, 'malformed-request', 'shadow'],
    [400, 'malformed-request', []],
    [400, 'malformed-request', {}],
    [400, 'malformed-request', { to: 'canary' }],
    [400, 'malformed-request', { to: 'shadow', percent: '10' }],
    [400, 'malformed-request', { to: 'shadow', forced: true }],
    [400, 'malformed-request', { to: 'shadow', force: 'yes' }],
    [400, 'malformed-request', { to: 'shadow', reason: 'x'.repeat(2001) }],
    [400, 'malformed-request', { to: 'shadow', reason: 'x'.repeat(20_000) }],
    [400, 'invalid-change', { to: 'shadow', percent: 33.333 }],
    [400, 'invalid-change', { to: 'service', percent: 5 }],
    [400, 'reason-missing', { to: 'shadow', force: true }],
    [409, 'no-such-step', { to: 'service' }],
  ])('%s %s, %#', async (status, expected, body) => {
    const answer = await move(body);
    expect([answer.status, code(answer)]).toEqual([status, expected]);
    expect(admin.store.audits).toEqual([]);
  });

  it('of what there is not is refused', async () => {
    expect(code(await move({ to: 'shadow' }, '/routes/acounts'))).toBe('route-unknown');
    expect(await move({ to: 'shadow' }, '/routes')).toMatchObject({ status: 405 });
    admin.store.change = async () => {
      throw new TypeError('x is not a function');
    };
    expect(await move({ to: 'shadow' })).toMatchObject({ status: 500, body: { detail: 'the log has more' } });
  });
});

it('its metrics say where this replica has each route', async () => {
  admin.store.put({ stage: 'canary', percent: 5 });
  await admin.watch.look();
  admin.sight.counts = { ...noCounts, different: 2, answered: 7, fellBack: 1 };
  await ask('/metrics');
  const { body } = await ask('/metrics');
  for (const line of [
    'banyan_route_stage{route="accounts",stage="canary"} 1',
    'banyan_route_stage{route="accounts",stage="service"} 0',
    'banyan_route_share{route="accounts"} 0.05',
    'banyan_route_epoch{route="accounts"} 1',
    'banyan_route_comparisons_total{route="accounts",outcome="different"} 2',
    'banyan_route_answers_total{route="accounts",by="service"} 7',
    'banyan_route_answers_total{route="accounts",by="monolith"} 1',
    'banyan_route_reverts_total{route="accounts"} 3',
    'banyan_route_service_age_seconds{route="accounts",service="accounts"} 0.1',
  ])
    expect(body).toContain(`${line}\n`);
});
