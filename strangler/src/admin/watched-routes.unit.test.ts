import { describe, expect, it } from '@jest/globals';
import type { Route } from '../route/declaration.ts';
import { type RouteState, unknownState } from '../state/route-state.ts';
import { type WatchedRoutesPorts, watchedRoutes } from './watched-routes.ts';

const read: Route = { name: 'account', method: 'GET', path: '/a', services: [], answer: async () => null };
const write: Route = {
  name: 'contact',
  method: 'PUT',
  path: '/c',
  owner: { service: 'accounts', table: 'contacts' },
  write: async () => ({ status: 200, contentType: 'text/plain', body: '' }),
};

/** `back:monolith share:shadow`. */
async function stepsFrom(route: Route, place: Partial<RouteState>): Promise<string> {
  const state = { ...unknownState(route.name), ...place };
  const silent = { service: 'accounts', silence: 'it is away', owned: null };
  const ports = {
    routes: [route],
    writes: { owners: { of: () => silent }, writes: { facts: () => ({ refused: new Map() }) } },
    store: { changes: async () => [] },
    watch: { of: () => state, stored: () => state, knowledge: { knownForMs: 1, reason: null } },
    evidence: { counts: async () => new Map(), differences: async () => [] },
    standings: { all: () => [silent] },
    log: () => {},
  } as unknown as WatchedRoutesPorts;
  const { promise, resolve } = Promise.withResolvers<string>();
  const stop = watchedRoutes(ports).all.follow(({ routes }) =>
    resolve(routes[0]!.steps.map(({ stage, direction }) => `${direction}:${stage}`).join(' ')),
  );
  return await promise.finally(stop);
}

describe('the steps that there are', () => {
  it.each<[Route, Partial<RouteState>, string]>([
    [read, {}, 'forward:shadow'],
    [read, { stage: 'shadow', percent: 100 }, 'back:monolith share:shadow forward:canary'],
    [read, { stage: 'canary', percent: 5 }, 'back:monolith back:shadow share:canary forward:service'],
    [read, { stage: 'service' }, 'back:monolith back:shadow back:canary forward:retired'],
    [read, { stage: 'retired' }, ''],
    [write, {}, 'forward:service'],
    [write, { stage: 'service' }, 'back:monolith forward:retired'],
    [write, { phase: 'holding', toStage: 'service' }, ''],
  ])('%#', async (route, place, expected) => {
    expect(await stepsFrom(route, place)).toBe(expected);
  });
});
