import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { noCounts } from './evidence.ts';
import { EvidenceLog } from './evidence-log.ts';
import { EvidenceStore } from './evidence-store.ts';
import { type RouteState, unknownState } from './route-state.ts';
import { RouteStore } from './route-store.ts';
import { type TestingDatabase, testingDatabase } from './testing-database.ts';
import { differentVerdict, equalVerdict } from './testing-verdicts.ts';

jest.setTimeout(30_000); // for a machine that is busy with other things

let database: TestingDatabase;
let store: EvidenceStore;
const logs: EvidenceLog[] = [];
beforeEach(async () => {
  database = await testingDatabase();
  await using routes = new RouteStore(database.access, ['accounts', 'search']);
  await routes.states();
  store = new EvidenceStore(database.access);
});
afterEach(async () => {
  for (const one of logs.splice(0)) await one[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});
const replica = (): EvidenceLog => {
  const one = new EvidenceLog({ store, routes: ['accounts', 'search'], everyMs: 60_000, log: () => {} });
  logs.push(one);
  return one;
};
const at = (epoch: number, sinceEpoch = 0, route = 'accounts'): RouteState => ({
  ...unknownState(route),
  epoch,
  sinceEpoch,
});

it('adds up what replicas have counted since a route came into shadow', async () => {
  const [one, other] = [replica(), replica()];
  for (const [log, epoch] of [
    [one, 1],
    [one, 2],
    [one, 2],
    [other, 2],
    [other, 3],
  ] as const)
    log.compared(at(epoch), equalVerdict, 'GET /a');
  one.answered(at(2, 0, 'search'), 9000);
  for (const log of [one, other, one]) await log.flush();
  one.dropped(at(2));
  await one.flush();
  const counts = await store.counts([at(3, 2), at(2, 0, 'search')]);
  expect(counts.get('accounts')).toMatchObject({ equal: 4, dropped: 1, monolithMs: noCounts.monolithMs.with(5, 4) });
  expect(counts.get('search')).toEqual({ ...noCounts, answered: 1, candidateMs: noCounts.candidateMs.with(12, 1) });
  expect((await store.counts([at(9, 9)])).get('accounts')).toEqual(noCounts);
  expect(await store.counts([])).toEqual(new Map());
});

it('has each kind of difference once, with the newest example of all replicas', async () => {
  const [one, other] = [replica(), replica()];
  one.compared(at(1), differentVerdict('/Ä', 'status'), 'GET /1');
  one.compared(at(1), differentVerdict('/ä'), 'GET /2');
  await one.flush();
  await new Promise((resolve) => setTimeout(resolve, 5));
  other.compared(at(2), differentVerdict('/Ä'), "GET /3?q='\\\u{1f333}");
  await other.flush();
  const seen = await store.differences('accounts');
  expect(seen.map(({ kind, seen: times, example }) => [kind, times, example.request])).toEqual([
    ['/Ä', 2, "GET /3?q='\\\u{1f333}"],
    ...[
      ['/ä', 1, 'GET /2'],
      ['status', 1, 'GET /1'],
    ],
  ]);
  expect(seen[0]!.firstAt.getTime()).toBeLessThan(seen[0]!.lastAt.getTime());
  expect(Math.abs(seen[0]!.lastAt.getTime() - Date.now())).toBeLessThan(60_000);
  expect(await store.differences('search')).toEqual([]);
});

it('takes 200 kinds with all they may have at once', async () => {
  const one = replica();
  const long = 'ä'.repeat(3000);
  for (let n = 0; n < 250; n++)
    one.compared(
      at(1),
      { ...differentVerdict(), differences: [{ kind: `/${n}${long}`, place: long, monolith: long, candidate: long }] },
      long,
    );
  await one.flush();
  expect(await store.differences('accounts')).toHaveLength(201);
});

it('keeps what it cannot write, and writes it when it can', async () => {
  const one = replica();
  one.dropped(at(1));
  await database.session.run('RENAME TABLE banyan_route_counts TO away');
  await one.flush();
  one.dropped(at(1));
  await one.flush();
  await database.session.run('RENAME TABLE away TO banyan_route_counts');
  await one.flush();
  expect((await store.counts([at(1)])).get('accounts')).toMatchObject({ dropped: 2 });
});
