// Replicas of a facade on one real database: what each knows, counts and does, wired as a facade wires it.
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { EvidenceLog } from './evidence-log.ts';
import { EvidenceStore } from './evidence-store.ts';
import { rulesOf } from './gate-rules.ts';
import { Guard } from './guard.ts';
import { RouteStore } from './route-store.ts';
import { type Move, RouteSwitch } from './route-switch.ts';
import { StateWatch } from './state-watch.ts';
import { type TestingDatabase, testingDatabase } from './testing-database.ts';
import { eventually } from './testing-eventually.ts';
import { TestingSight } from './testing-replicas.ts';
import { differentVerdict, equalVerdict } from './testing-verdicts.ts';

jest.setTimeout(60_000); // for a machine that is busy with other things

let database: TestingDatabase;
const open: AsyncDisposable[] = [];
beforeEach(async () => {
  database = await testingDatabase();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function replica() {
  const logged: Record<string, unknown>[] = [];
  const log = (entry: Readonly<Record<string, unknown>>) => void logged.push(entry);
  const names = ['accounts'];
  const routes = [{ name: 'accounts', services: ['accounts'], rules: rulesOf() }];
  const store = new RouteStore(database.access, names);
  const evidence = new EvidenceStore(database.access);
  const watch = new StateWatch({ store, routes: names, log });
  const evidenceLog = new EvidenceLog({ store: evidence, routes: names, everyMs: 100, log });
  const standings = new TestingSight();
  const guard = new Guard({ routes, watch, store, standings, evidence: evidenceLog, log });
  const routeSwitch = new RouteSwitch({ routes, store, evidence, standings, watch, log });
  open.push(store, evidence, watch, evidenceLog, guard);
  const move = (stage: Move['to']['stage'], percent = 100) =>
    routeSwitch.move({ route: 'accounts', to: { stage, percent }, reason: '', force: false, who: 'service:ops' });
  const compare = (times: number) => {
    for (let n = 0; n < times; n++) evidenceLog.compared(watch.of('accounts'), equalVerdict, 'GET /accounts/1');
  };
  return { store, evidence, watch, evidenceLog, guard, move, compare, logged };
}

it('go all the way together, each within a second of the other, on what both have counted', async () => {
  const [one, other] = [replica(), replica()];
  await eventually('both know it', () => [one, other].every(({ watch }) => watch.knowledge.knownForMs !== null));
  await one.move('shadow', 50);
  const startedMs = performance.now();
  await eventually('the other sees it', () => other.watch.of('accounts').stage === 'shadow');
  expect(performance.now() - startedMs).toBeLessThan(1000);
  for (const { compare } of [one, other]) compare(400);
  const counted = async () => (await one.evidence.counts([one.watch.of('accounts')])).get('accounts')!.equal;
  await eventually('it is written down', async () => (await counted()) === 800);
  await expect(other.move('canary', 5)).rejects.toMatchObject({
    code: 'gate-refused',
    findings: [{ rule: 'comparisons', figure: '800' }],
  });
  other.compare(200);
  await eventually('it is written down', async () => (await counted()) === 1000);
  expect(await other.move('canary', 5)).toMatchObject({ stage: 'canary', epoch: 2, sinceEpoch: 1 });
  expect(await one.move('service')).toMatchObject({ epoch: 3 });
  expect((await one.store.changes('accounts')).map(({ to, evidence }) => [to.stage, evidence?.counts.equal])).toEqual([
    ['service', 1000],
    ['canary', 1000],
    ['shadow', 0],
  ]);
});

it('that see a difference at once send the route back once, and neither answers by the service after that', async () => {
  const replicas = Array.from({ length: 4 }, replica);
  const [one] = replicas;
  await eventually('all know it', () => replicas.every(({ watch }) => watch.knowledge.knownForMs !== null));
  const first = (await one!.store.states())[0]!;
  const audit = { who: 'test', reason: '', forced: true, findings: [], evidence: null };
  await one!.store.change(first, { stage: 'canary', percent: 50 }, audit);
  await eventually('all know it', () => replicas.every(({ watch }) => watch.of('accounts').stage === 'canary'));
  for (const { evidenceLog, watch } of replicas)
    evidenceLog.compared(watch.of('accounts'), differentVerdict(), 'GET /accounts/1');
  await Promise.all(replicas.map(({ guard }) => guard.look()));
  for (const { watch } of replicas) expect(watch.of('accounts')).toMatchObject({ stage: 'shadow', percent: 100 });
  await eventually('all know it', () => replicas.every(({ watch }) => watch.stored('accounts').epoch === 2));
  expect(await one!.store.changes('accounts')).toMatchObject([
    { who: 'gate', epoch: 2, findings: [{ rule: 'differences' }] },
    { who: 'test' },
  ]);
  await eventually('it is written down', async () => (await one!.evidence.differences('accounts'))[0]?.seen === 4);
});
