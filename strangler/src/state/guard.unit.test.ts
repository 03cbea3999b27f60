import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addCounts, noCounts, type RouteCounts } from './evidence.ts';
import { rulesOf } from './gate-rules.ts';
import { Guard } from './guard.ts';
import type { Stage } from './route-state.ts';
import { StateWatch } from './state-watch.ts';
import { eventually } from './testing-eventually.ts';
import { streamingStanding, TestingSight, TestingStore } from './testing-replicas.ts';

const never = 3_600_000;
let store: TestingStore;
let nowMs: number;
let open: AsyncDisposable[];
let logged: Record<string, unknown>[];
beforeEach(() => {
  store = new TestingStore();
  nowMs = 0;
  open = [];
  logged = [];
});
afterEach(async () => {
  for (const one of open.reverse()) await one[Symbol.asyncDispose]();
});

async function replica(everyMs = never) {
  const log = (entry: Readonly<Record<string, unknown>>) => void logged.push(entry);
  const sight = new TestingSight();
  const watch = new StateWatch({ store, routes: ['accounts'], everyMs: never, log });
  await watch.look();
  const routes = [{ name: 'accounts', services: ['accounts'], rules: rulesOf() }];
  const options = { routes, watch, store, standings: sight, evidence: sight, everyMs, log, clock: () => nowMs };
  const guard = new Guard(options);
  open.push(watch, guard);
  const saw = (more: Partial<RouteCounts>) => {
    sight.counts = addCounts(sight.counts, { ...noCounts, ...more });
  };
  const to = async (stage: Stage, percent = 100) => {
    store.put({ stage, percent });
    await watch.look();
  };
  /** So long, with a look each half second. */
  const pass = async (ms: number) => {
    for (const until = nowMs + ms; nowMs < until; ) {
      nowMs += 500;
      await guard.look();
    }
  };
  return { sight, watch, guard, saw, to, pass };
}

describe('a route that services answer', () => {
  it('stays while its gate holds', async () => {
    const { to, saw, pass, guard } = await replica();
    await to('canary', 25);
    for (let n = 0; n < 30; n++) {
      saw({ equal: 100, answered: 400, fellBack: 10 });
      await pass(1000);
    }
    expect([store.state.stage, guard.reverts('accounts'), logged]).toEqual(['canary', 0, []]);
  });

  it('goes back to shadow with the first difference, on the record and with an alert', async () => {
    const { to, saw, guard, watch } = await replica();
    await to('canary', 25);
    saw({ equal: 50_000, different: 1 });
    await guard.look();
    expect(store.state).toMatchObject({ stage: 'shadow', percent: 100, epoch: 2, sinceEpoch: 2, changedBy: 'gate' });
    expect(watch.of('accounts')).toBe(store.state);
    const sentence = "1 answers of the services differed from the monolith's within 10 s";
    expect(store.audits).toMatchObject([
      {
        who: 'gate',
        reason: sentence,
        forced: false,
        findings: [{ rule: 'differences', figure: '1' }],
        evidence: { counts: { different: 1 } },
      },
    ]);
    expect(logged).toMatchObject([
      { alert: 'route-reverted', route: 'accounts', from: { stage: 'canary', percent: 25 }, reason: sentence },
    ]);
    expect(guard.reverts('accounts')).toBe(1);
    await guard.look();
    expect(store.audits).toHaveLength(1);
  });

  it('goes back at once when proof says that rows differ', async () => {
    const { to, sight, guard } = await replica();
    await to('service');
    sight.standing = { ...streamingStanding, proof: { state: 'different', checkedAgoMs: 1, differences: 7 } };
    await guard.look();
    expect(store.audits).toMatchObject([{ findings: [{ rule: 'proof', figure: '7 differ' }] }]);
  });

  it.each([
    ['stale', 'fresh', { ageMs: 15_001 }],
    ['silent', 'answers', { silence: 'ECONNREFUSED', ageMs: null, proof: null }],
    ['filling', 'filling', { isFilling: true, ageMs: null }],
  ])('goes back when a service is %s for three seconds, not before, and not in pieces', async (_, rule, standing) => {
    const { to, sight, pass } = await replica();
    await to('service');
    for (let n = 0; n < 5; n++) {
      sight.standing = { ...streamingStanding, ...standing };
      await pass(3000);
      sight.standing = streamingStanding;
      await pass(500);
    }
    expect(store.state.stage).toBe('service');
    sight.standing = { ...streamingStanding, ...standing };
    await pass(3500);
    expect(store.state.stage).toBe('shadow');
    expect(store.audits).toMatchObject([{ findings: [{ rule }] }]);
  });

  it('goes back when more of its requests fail than may, over the window alone', async () => {
    const { to, saw, pass } = await replica();
    await to('canary', 5);
    saw({ answered: 1_000_000 });
    await pass(20_000);
    for (let n = 0; n < 8; n++) {
      saw({ answered: 9, fellBack: 1 });
      await pass(1000);
    }
    expect(store.state.stage).toBe('shadow');
    expect(store.audits).toMatchObject([{ findings: [{ rule: 'error-rate', figure: '10 %' }] }]);
  });

  it('is not judged by a few requests, nor by what is long ago', async () => {
    const { to, saw, pass } = await replica();
    await to('canary', 5);
    saw({ answered: 10, fellBack: 9 });
    await pass(15_000);
    saw({ answered: 10, fellBack: 9 });
    await pass(15_000);
    expect(store.state.stage).toBe('canary');
  });
});

describe('what was seen before', () => {
  it('a service answered is not held against it', async () => {
    const { to, saw, pass } = await replica();
    await to('shadow');
    saw({ different: 5, failed: 500 });
    await pass(1000);
    expect(store.state.stage).toBe('shadow');
    await to('canary', 5);
    await pass(5000);
    expect(store.state.stage).toBe('canary');
    saw({ different: 1 });
    await pass(500);
    expect(store.state.stage).toBe('shadow');
    await to('canary', 5);
    await pass(5000);
    expect(store.state.stage).toBe('canary');
  });
});

it('what was decided is forgotten with the state it was decided on, also when the database is restored to one before', async () => {
  const { to, saw, guard, watch } = await replica();
  await to('canary', 5);
  await to('canary', 6);
  saw({ different: 1 });
  await guard.look();
  await guard.look();
  store.state = { ...store.state, stage: 'canary', epoch: 1 };
  await watch.look();
  await guard.look();
  expect(store.state).toMatchObject({ stage: 'canary', epoch: 1 });
});

describe('two replicas', () => {
  it('that send a route back at once: one wins, the other sees it', async () => {
    const [one, other] = [await replica(), await replica()];
    await one.to('service');
    await other.watch.look();
    one.saw({ different: 1 });
    other.saw({ different: 1 });
    await Promise.all([one.guard.look(), other.guard.look()]);
    expect(store.state).toMatchObject({ stage: 'shadow', epoch: 2 });
    expect(store.audits).toHaveLength(1);
    expect([one.watch.of('accounts'), other.watch.of('accounts')]).toEqual([store.state, store.state]);
    expect(logged.map(({ message }) => message)).toContain('another replica was first');
  });

  it('of which one raises the share meanwhile: what differed is not forgotten', async () => {
    const one = await replica();
    await one.to('canary', 5);
    one.saw({ different: 1 });
    store.put({ stage: 'canary', percent: 50 }); // not seen here yet
    await one.guard.look();
    expect(one.watch.of('accounts')).toMatchObject({ stage: 'canary', percent: 50 });
    await one.guard.look();
    expect(store.state).toMatchObject({ stage: 'shadow', epoch: 3 });
  });
});

describe('while the database is away', () => {
  it('no client of this replica is answered by the service, and the rest follows when it is back', async () => {
    const { to, saw, guard, watch, pass } = await replica();
    await to('service');
    store.isAway = true;
    saw({ different: 1 });
    await guard.look();
    expect(watch.of('accounts')).toMatchObject({ stage: 'shadow', percent: 100 });
    await pass(30_000); // what it saw is out of the window
    expect([watch.of('accounts').stage, watch.stored('accounts').stage]).toEqual(['shadow', 'service']);
    store.isAway = false;
    await pass(500);
    expect(store.state).toMatchObject({ stage: 'shadow', epoch: 2, changedBy: 'gate' });
    expect(store.audits).toMatchObject([{ findings: [{ rule: 'differences' }] }]);
    expect(logged.filter(({ alert }) => alert)).toHaveLength(1);
    expect(
      logged.filter(({ message }) => message === 'a route is set aside here and cannot be stored yet'),
    ).toHaveLength(1);
    expect(guard.reverts('accounts')).toBe(1);
  });
});

it('it looks by itself, until its end', async () => {
  const { to, saw, guard } = await replica(1);
  await to('canary', 5);
  saw({ different: 1 });
  await eventually('it goes back', () => store.state.stage === 'shadow');
  await guard[Symbol.asyncDispose]();
  store.put({ stage: 'canary', percent: 5 });
  saw({ different: 1 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(store.state.stage).toBe('canary');
});
