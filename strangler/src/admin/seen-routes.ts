import { isWrite, type ReadRoute, type Route, servicesOf } from '../route/declaration.ts';
import { matchRateOf, p99Of, type RouteCounts } from '../state/evidence.ts';
import type { EvidenceStore } from '../state/evidence-store.ts';
import type { Finding } from '../state/finding.ts';
import { gate } from '../state/gate.ts';
import { rulesOf } from '../state/gate-rules.ts';
import { nextStage } from '../state/machine.ts';
import type { RouteState, Stage } from '../state/route-state.ts';
import type { RouteStore } from '../state/route-store.ts';
import type { Standing } from '../state/standing.ts';
import type { Knowledge, StateWatch } from '../state/state-watch.ts';
import { stateJson } from './json.ts';
import { type SeenWrite, seenWrite, type WritePorts, writeNext } from './seen-write.ts';

/** How a route is, for people and programs. What cannot be known now is null. */
export interface SeenRoute {
  readonly name: string;
  readonly kind: 'read' | 'write';
  readonly method: string;
  readonly path: string;
  readonly state: ReturnType<typeof stateJson>;
  /** This replica does not answer by services at present, whatever the state says. */
  readonly isSetAside: boolean;
  /** Of all replicas, since the route came into shadow. */
  readonly counts: RouteCounts | null;
  readonly matchRate: number | null;
  /** In ms; beyond the last bucket it is that of the bucket, and `isAbove`. */
  readonly p99: { readonly candidate: P99 | null; readonly monolith: P99 | null };
  readonly services: readonly Standing[];
  /** The stage after this one, and what stands against it; null after the last. */
  readonly next: { readonly stage: Stage; readonly findings: readonly Finding[] | null } | null;
  /** Of a route for writes; then there are no counts, as nothing is compared. */
  readonly write: SeenWrite | null;
}

export interface P99 {
  readonly ms: number;
  readonly isAbove: boolean;
}

export interface SeenRoutes {
  readonly routes: readonly SeenRoute[];
  readonly known: Knowledge;
}

export interface SeenRoutesPorts {
  readonly routes: readonly Route[];
  /** Null without routes for writes. */
  readonly writes: WritePorts | null;
  readonly store: Pick<RouteStore, 'changes'>;
  readonly watch: Pick<StateWatch, 'of' | 'stored' | 'knowledge'>;
  readonly evidence: Pick<EvidenceStore, 'counts'>;
  readonly standings: { all(services: readonly string[]): readonly Standing[] };
}

/** Without the database it is what this replica knows, and no counts. */
export async function seenRoutes(ports: SeenRoutesPorts): Promise<SeenRoutes> {
  const { routes, watch, evidence, standings } = ports;
  const states = routes.map(({ name }) => watch.stored(name));
  const counts = await evidence.counts(states).catch(() => null);
  const seen = routes.map(async (route, index): Promise<SeenRoute> => {
    const state = states[index]!;
    const services = standings.all(servicesOf(route));
    if (isWrite(route)) {
      const { name, method, path } = route;
      const shown = {
        name,
        kind: 'write',
        method,
        path,
        state: stateJson(state),
        services,
        isSetAside: false,
      } as const;
      const write = await seenWrite(route, ports.writes!, ports.store);
      return { ...shown, ...uncounted, next: writeNext(route, state, services[0]!, ports.writes!), write };
    }
    const own = counts?.get(route.name) ?? null;
    return { ...seenRoute(route, state, services, own), isSetAside: watch.of(route.name) !== state };
  });
  return { routes: await Promise.all(seen), known: watch.knowledge };
}

const uncounted = { counts: null, matchRate: null, p99: { candidate: null, monolith: null } };

function seenRoute(route: ReadRoute, state: RouteState, services: readonly Standing[], counts: RouteCounts | null) {
  const stage = nextStage(state.stage);
  const findings = stage && counts && gate(stage, rulesOf(route.gate), { counts, standings: services });
  return {
    name: route.name,
    kind: 'read' as const,
    write: null,
    method: route.method,
    path: route.path,
    state: stateJson(state),
    counts,
    matchRate: counts && matchRateOf(counts),
    p99: { candidate: counts && p99(counts.candidateMs), monolith: counts && p99(counts.monolithMs) },
    services,
    next: stage && { stage, findings },
  };
}

const beyondMs = 5000;

/** JSON has no infinity. */
function p99(times: readonly number[]): P99 | null {
  const ms = p99Of(times);
  if (ms === null) return null;
  return Number.isFinite(ms) ? { ms, isAbove: false } : { ms: beyondMs, isAbove: true };
}
