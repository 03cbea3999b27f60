import { DevIssuer, type Server } from '@banyan/kit';
import type { ReadRoute, Route, WriteRoute } from '../route/declaration.ts';
import type { BothAnswers } from '../shadow/side-by-side.ts';
import type { Change } from '../state/change.ts';
import { noCounts, type RouteCounts } from '../state/evidence.ts';
import type { DifferenceSeen } from '../state/evidence-store.ts';
import { rulesOf } from '../state/gate-rules.ts';
import { RouteSwitch } from '../state/route-switch.ts';
import { StateWatch } from '../state/state-watch.ts';
import { TestingSight, TestingStore } from '../state/testing-replicas.ts';
import { createAdminServer } from './admin-server.ts';
import type { WritePorts } from './seen-write.ts';

const route: ReadRoute = {
  name: 'accounts',
  method: 'GET',
  path: '/accounts/{id}',
  services: ['accounts'],
  answer: async () => null,
};

export interface TestingWrites {
  readonly routes: readonly WriteRoute[];
  readonly ports: WritePorts;
}

/** An admin server over a database in memory. */
export interface TestingAdmin {
  readonly url: string;
  readonly issuer: DevIssuer;
  readonly store: TestingStore;
  readonly sight: TestingSight;
  readonly watch: StateWatch;
  readonly logged: Record<string, unknown>[];
  /** How often it was asked. */
  readonly reads: { counts: number; differences: number; changes: number };
  /** What the database has. */
  counts: RouteCounts;
  changes: Change[];
  differences: DifferenceSeen[];
  both: BothAnswers;
  token(...scopes: string[]): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `writes` are further routes, and what is known of them; none of them was ever moved. */
export async function testingAdmin(writes?: TestingWrites): Promise<TestingAdmin> {
  const issuer = await DevIssuer.open({ audience: 'bank' });
  const keys = await issuer.listen({ port: 0 });
  const [store, sight, logged] = [new TestingStore(), new TestingSight(), [] as Record<string, unknown>[]];
  const log = (entry: Readonly<Record<string, unknown>>) => void logged.push(entry);
  const all: readonly Route[] = [route, ...(writes?.routes ?? [])];
  const watch = new StateWatch({ store, routes: all.map(({ name }) => name), everyMs: 3_600_000, log });
  await watch.look();
  const evidence = {
    counts: async () => {
      admin.reads.counts++;
      await store.states();
      return new Map([['accounts', admin.counts]]);
    },
    differences: async () => {
      admin.reads.differences++;
      await store.states();
      return admin.differences;
    },
  };
  const routes = [{ name: 'accounts', services: ['accounts'], rules: rulesOf() }];
  const server: Server = createAdminServer({
    routes: all,
    writes: writes?.ports ?? null,
    watch,
    store: {
      changes: async () => {
        admin.reads.changes++;
        await store.states();
        return admin.changes;
      },
    },
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
    reads: { counts: 0, differences: 0, changes: 0 },
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
