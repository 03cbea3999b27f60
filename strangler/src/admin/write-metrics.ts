import type { Registry } from '@banyan/kit';
import { Counter, Gauge } from 'prom-client';
import type { WriteRoute } from '../route/declaration.ts';
import type { WritePorts } from './seen-write.ts';

/** The metrics of this replica's routes for writes; the function shows those of one moment. */
export function writeMetrics(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `banyan_route_${name}`, help, labelNames: ['route'], registers });
  const counter = (name: string, help: string, more: string[] = []) =>
    new Counter({ name: `banyan_route_${name}_total`, help, labelNames: ['route', ...more], registers });
  const holds = counter('holds', 'How often new writes of a route were held.');
  const held = counter('held_writes', 'Writes that were held.');
  const longest = gauge('longest_hold_seconds', 'The longest time for which new writes were held here.');
  const answers = counter('service_writes', 'Writes that the owning service has answered.');
  const refused = counter('refused_writes', 'Writes that the facade has refused, by the code of its problem.', [
    'code',
  ]);
  const waiting = gauge('owner_waiting', 'Changes that are not carried to the monolith yet; absent when unknown.');
  const conflicts = gauge('owner_conflicts', 'Changes that cannot be carried to the monolith; absent when unknown.');
  const rogue = gauge('owner_rogue_writes', 'Writes of others to what the service owns; absent when unknown.');
  const all = [holds, held, longest, answers, refused, waiting, conflicts, rogue];
  return (routes: readonly WriteRoute[], { owners, writes }: WritePorts): void => {
    for (const one of all) one.reset();
    for (const { name: route } of routes) {
      const facts = writes.facts(route);
      holds.inc({ route }, facts.holds);
      held.inc({ route }, facts.held);
      longest.set({ route }, facts.longestHoldMs / 1000);
      answers.inc({ route }, facts.byService);
      for (const [code, count] of facts.refused) refused.inc({ route, code }, count);
      const { owned } = owners.of(route);
      if (!owned) continue;
      waiting.set({ route }, owned.waiting);
      conflicts.set({ route }, owned.conflicts);
      rogue.set({ route }, owned.rogue);
    }
  };
}
