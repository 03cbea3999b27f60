import type { Registry } from '@banyan/kit';
import { Counter, Gauge } from 'prom-client';
import type { RouteCounts } from '../state/evidence.ts';
import { type RouteState, stages } from '../state/route-state.ts';
import type { Standing } from '../state/standing.ts';
import type { Knowledge } from '../state/state-watch.ts';

/** What is shown of one route at one moment. */
export interface RouteFacts {
  readonly state: RouteState;
  /** Of this replica, since its start. */
  readonly counts: RouteCounts;
  readonly reverts: number;
  readonly services: readonly Standing[];
}

/** The metrics of this replica's routes; the function shows the facts of one moment. */
export function routeMetrics(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `banyan_route_${name}`, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `banyan_route_${name}_total`, help, labelNames, registers });
  const stage = gauge('stage', 'Where a route stands for this replica.', ['route', 'stage']);
  const share = gauge(
    'share',
    'The share of the requests that is compared in shadow, answered by services in canary.',
    ['route'],
  );
  const epoch = gauge('epoch', 'How often a route was changed.', ['route']);
  const age = gauge(
    'service_age_seconds',
    'The age of the read model of a service that a route asks; absent when it is not known.',
    ['route', 'service'],
  );
  const known = gauge(
    'state_age_seconds',
    'How long ago the states of the routes were read; absent when they never were.',
    [],
  );
  const comparisons = counter('comparisons', 'Comparisons by their outcome; dropped: there was no room for it.', [
    'route',
    'outcome',
  ]);
  const answers = counter(
    'answers',
    'Requests that services were to answer, and who did; monolith-behind: as a service had not come to what the client had written.',
    ['route', 'by'],
  );
  const reverts = counter('reverts', 'How often this replica has sent a route back.', ['route']);
  const all = [stage, share, epoch, age, known, comparisons, answers, reverts];
  return (facts: readonly RouteFacts[], { knownForMs }: Knowledge): void => {
    for (const one of all) one.reset();
    if (knownForMs !== null) known.set(knownForMs / 1000);
    for (const { state, counts, reverts: sentBack, services } of facts) {
      const { route } = state;
      for (const one of stages) stage.set({ route, stage: one }, one === state.stage ? 1 : 0);
      share.set({ route }, state.percent / 100);
      epoch.set({ route }, state.epoch);
      for (const { service, ageMs } of services) if (ageMs !== null) age.set({ route, service }, ageMs / 1000);
      for (const outcome of ['equal', 'different', 'undecided', 'failed', 'dropped'] as const)
        comparisons.inc({ route, outcome }, counts[outcome]);
      answers.inc({ route, by: 'service' }, counts.answered);
      answers.inc({ route, by: 'monolith' }, counts.fellBack);
      answers.inc({ route, by: 'monolith-behind' }, counts.behind);
      reverts.inc({ route }, sentBack);
    }
  };
}
