import { DevIssuer, type Server } from '@banyan/kit';
import type { ReadRoute } from '../route/declaration.ts';
import type { BothAnswers } from '../shadow/side-by-side.ts';
import type { Change } from '../state/change.ts';
import { noCounts, type RouteCounts } from '../state/evidence.ts';
import type { DifferenceSeen } from '../state/evidence-store.ts';
import { rulesOf } from '../state/gate-rules.ts';
import { RouteSwitch } from '../state/route-switch.ts';
import { StateWatch } from '../state/state-watch.ts';
import { TestingSight, TestingStore } from '../state/testing-replicas.ts';
import { createAdminServer } from './admin-server.ts';

const route: ReadRoute = {
  name: 'accounts',
  method: 'GET',
  path: '/accounts/{id}',
  services: ['accounts'],
  answer: async () => null,
};

/** An admin server over a database in memory. */
export interface TestingAdmin {
  readonly url: string;
  readonly issuer: DevIssuer;
  readonly store: TestingStore;
  readonly sight: TestingSight;
  readonly watch: StateWatch;
  readonly logged: Record<string, unknown>[];
  /** What the database has. */
  counts: RouteCounts;
  changes: Change[];
  differences: DifferenceSeen[];
  both: BothAnswers;
  token(...scopes: string[]): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function testingAdmin(): Promise<TestingAdmin> {
  const issuer = await DevIssuer.open({ audience: 'bank' });
  const keys = await issuer.listen({ port: 0 });
  const [store, sight, logged] = [new TestingStore(), new TestingSight(), [] as Record<string, unknown>[]];
  const log = (entry: Readonly<Record<string, unknown>>) => void logged.push(entry);
  const watch = new StateWatch({ store, routes: ['accounts'], everyMs: 3_600_000, log });
  await watch.look();
  const evidence = {
    counts: async () => {
      await store.states();
      return new Map([['accounts', admin.counts]]);
    },
    differences: async () => admin.differences,
  };
  const routes = [{ name: 'accounts', services: ['accounts'], rules: rulesOf() }];
  const server: Server = createAdminServer({
    routes: [route],
    writes: null,
    watch,
    store: { changes: async () => admin.changes },
    evidence,
    evidenceLog: sight,
    guard: { reverts: () => 3 },
    standings: sight,
    routeSwitch: new RouteSwitch({ routes, store, evidence, standings: sight, watch, log }),
    sideBySide: async () => admin.both,
    monolith: 'http://bank',
    auth: { jwksUrl: keys.jwksUrl, issuer: issuer.issuer, audience: 'bank' },
    log,
  });
  const admin: TestingAdmin = {
    url: await server.listen({ port: 0 }),
    issuer,
    store,
    sight,
    watch,
    logged,
    counts: noCounts,
    changes: [],
    differences: [],
    both: {
      monolith: { status: 200, contentType: 'application/json', body: '{"a":1}' },
      candidate: null,
      position: null,
      differences: [],
    },
    token: (...scopes) => issuer.serviceToken('ops', scopes),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await watch[Symbol.asyncDispose]();
      await keys.close();
    },
  };
  return admin;
}
