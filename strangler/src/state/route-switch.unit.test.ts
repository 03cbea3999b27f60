import { beforeEach, describe, expect, it } from '@jest/globals';
import { noCounts, type RouteCounts } from './evidence.ts';
import { rulesOf } from './gate-rules.ts';
import type { Place, RouteState } from './route-state.ts';
import { type Move, RouteSwitch } from './route-switch.ts';
import { streamingStanding, TestingSight, TestingStore } from './testing-replicas.ts';

const store = { now: new TestingStore() };
let sight: TestingSight;
let counts: RouteCounts;
let asked: RouteState[];
let looks: number;
let routeSwitch: RouteSwitch;
beforeEach(() => {
  store.now = new TestingStore();
  sight = new TestingSight();
  counts = { ...noCounts, equal: 1000 };
  asked = [];
  looks = 0;
  routeSwitch = new RouteSwitch({
    routes: [{ name: 'accounts', services: ['accounts'], rules: rulesOf() }],
    store: store.now,
    evidence: {
      counts: async (states) => {
        asked.push(...states);
        return new Map([['accounts', counts]]);
      },
    },
    standings: sight,
    watch: { look: async () => void looks++ },
    log: () => {},
  });
});
const move = (stage: Place['stage'], percent = 100, more: Partial<Move> = {}) =>
  routeSwitch.move({
    route: 'accounts',
    to: { stage, percent },
    reason: '',
    force: false,
    who: 'service:ops',
    ...more,
  });

describe('a route', () => {
  it('goes all the way and is audited with what was known', async () => {
    for (const [stage, percent] of [
      ['shadow', 10],
      ['shadow', 100],
      ['canary', 5],
      ['canary', 25],
      ['service', 100],
      ['canary', 100],
      ['service', 100],
      ['retired', 100],
    ] as const)
      expect(await move(stage, percent)).toMatchObject({ stage, percent });
    expect(store.now.state).toMatchObject({ epoch: 8, changedBy: 'service:ops' });
    expect(store.now.audits.map(({ evidence }) => evidence?.counts.equal)).toEqual([
      1000,
      1000,
      1000,
      1000,
      1000,
      undefined,
      1000,
      1000,
    ]);
    expect(asked.map(({ epoch, sinceEpoch }) => [epoch, sinceEpoch]).slice(0, 3)).toEqual([
      [0, 0],
      [1, 1],
      [2, 1],
    ]);
    expect(looks).toBe(8);
  });

  it('is refused by the gate with what it finds, and stays', async () => {
    await move('shadow');
    counts = { ...noCounts, equal: 17 };
    await expect(move('canary', 5)).rejects.toMatchObject({
      code: 'gate-refused',
      message: 'the gate of accounts to canary 5 % is closed: 17 of 1,000 comparisons',
      findings: [{ rule: 'comparisons', figure: '17' }],
      state: { stage: 'shadow' },
    });
    expect([store.now.state.stage, store.now.audits.length, looks]).toEqual(['shadow', 1, 1]);
  });

  it('is forced with a reason alone, and then audited as forced with what was found', async () => {
    await move('shadow');
    counts = noCounts;
    for (const reason of ['', '  '])
      await expect(move('canary', 5, { force: true, reason })).rejects.toMatchObject({ code: 'reason-missing' });
    expect(await move('canary', 5, { force: true, reason: 'a demo' })).toMatchObject({
      stage: 'canary',
      reason: 'a demo',
    });
    expect(store.now.audits.at(-1)).toMatchObject({
      forced: true,
      findings: [{ rule: 'comparisons' }],
      reason: 'a demo',
      evidence: { counts: noCounts },
    });
  });

  it('is not said to be forced when nothing stood against it', async () => {
    await move('shadow', 10, { force: true, reason: 'in a hurry' });
    expect(store.now.audits).toMatchObject([{ forced: false, findings: [] }]);
  });

  it('goes back whatever the gate would say', async () => {
    await move('shadow');
    await move('canary', 50);
    counts = noCounts;
    sight.standing = { ...streamingStanding, silence: 'ECONNREFUSED' };
    expect(await move('canary', 5)).toMatchObject({ percent: 5 });
    expect(await move('monolith')).toMatchObject({ stage: 'monolith' });
    expect(store.now.audits.at(-1)).toMatchObject({ forced: false, findings: [], evidence: null });
  });
});

describe('what there is not is refused', () => {
  it.each<[string, Promise<unknown> | (() => Promise<unknown>), object]>([
    ['a route', () => move('shadow', 1, { route: 'acounts' }), { code: 'route-unknown', remedy: 'there is accounts' }],
    [
      'a step',
      () => move('service'),
      {
        code: 'no-such-step',
        message: 'there is no step from monolith to service for accounts',
        remedy: 'from monolith it goes on to shadow',
      },
    ],
    ['a share', () => move('shadow', 33.333), { code: 'invalid-change' }],
    [
      'a share of a stage that has none',
      () => move('service', 50),
      { code: 'invalid-change', message: expect.stringContaining('service has no share') },
    ],
  ])('%s', async (_, moving, refusal) => {
    await expect((moving as () => Promise<unknown>)()).rejects.toMatchObject(refusal);
    expect(store.now.audits).toEqual([]);
  });

  it('a second step from where it stands no more', async () => {
    const both = await Promise.allSettled([move('shadow', 10), move('shadow', 20)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(store.now.audits).toHaveLength(1);
  });
});
