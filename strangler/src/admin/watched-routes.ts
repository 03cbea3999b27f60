import type { Log } from '@banyan/kit';
import { SharedRead } from '../live-page/shared-read.ts';
import { isWrite } from '../route/declaration.ts';
import type { Change } from '../state/change.ts';
import type { DifferenceSeen, EvidenceStore } from '../state/evidence-store.ts';
import { directionOf, writeDirectionOf } from '../state/machine.ts';
import { isShared, type RouteState, type Stage, stages } from '../state/route-state.ts';
import { type SeenRoute, type SeenRoutesPorts, seenRoutes } from './seen-routes.ts';

/** A step that there is from where a route stands. */
export interface Step {
  readonly stage: Stage;
  /** `share`: the stage stays, which way it goes is the share's. */
  readonly direction: 'forward' | 'back' | 'share';
}

/** A route as it is watched: how it is, and where it can go. */
export interface WatchedRoute extends SeenRoute {
  readonly steps: readonly Step[];
}

/** What is behind one route: kinds of differences and changes, the newest first; null while they cannot be read. */
export interface RouteDetail {
  readonly differences: readonly DifferenceSeen[] | null;
  readonly changes: readonly Change[] | null;
}

export interface WatchedRoutesPorts extends SeenRoutesPorts {
  readonly log: Log;
  readonly evidence: Pick<EvidenceStore, 'counts' | 'differences'>;
}

const everyMs = 1000;

/** What watchers are told, read once a second for all of them, and only what somebody watches. */
export function watchedRoutes(ports: WatchedRoutesPorts) {
  const onBroken = (error: unknown) => ports.log({ message: 'what watchers are told cannot be read', error });
  const all = new SharedRead(
    async () => {
      const { routes, known } = await seenRoutes(ports);
      return { routes: routes.map((route): WatchedRoute => ({ ...route, steps: stepsOf(ports, route.name) })), known };
    },
    everyMs,
    onBroken,
  );
  const details = new Map(
    ports.routes.map(({ name }) => [name, new SharedRead(() => detailOf(ports, name), everyMs, onBroken)] as const),
  );
  return { all, details };
}

/** None from where a write route is between two stages. */
function stepsOf({ watch, routes }: WatchedRoutesPorts, name: string): Step[] {
  const from = watch.stored(name);
  if (from.phase !== 'settled') return [];
  const isOfWrites = routes.some((route) => route.name === name && isWrite(route));
  return stages.flatMap((stage) => {
    const isSame = stage === from.stage;
    const to = { stage, percent: isSame ? otherShare(from) : 100 };
    const direction = isOfWrites ? writeDirectionOf(from, to) : directionOf(from, to);
    return direction === null ? [] : [{ stage, direction: isSame ? 'share' : direction }];
  });
}

const otherShare = ({ stage, percent }: RouteState): number => (isShared(stage) && percent === 100 ? 50 : 100);

async function detailOf({ evidence, store }: WatchedRoutesPorts, name: string): Promise<RouteDetail> {
  const [differences, changes] = await Promise.all([
    evidence.differences(name).catch(() => null),
    store.changes(name).catch(() => null),
  ]);
  return { differences, changes };
}
