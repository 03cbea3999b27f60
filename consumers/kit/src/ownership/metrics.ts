import { Gauge, type Registry } from 'prom-client';
import type { Projection } from '../projection/declaration.ts';
import { ownedTablesOf } from '../read-store/owned-tables.ts';
import type { Sessions } from './sessions.ts';
import { type OwnershipStanding, standingOf } from './standing.ts';

type Count = 'waiting' | 'conflicts' | 'rogue' | 'different';

const counts: Readonly<Record<Count, string>> = {
  waiting: 'Changes that are not carried to the monolith yet.',
  conflicts: 'Changes that cannot be carried, since somebody else has changed the row.',
  rogue: 'Writes of others to owned columns in the monolith, of which nobody has decided.',
  different: 'Rows whose own values are not those of the mirror, with nothing on the way.',
};

/** Gauges of tables with owned columns; absent while they are not known, or the monolith owns them. */
export function ownershipMetrics(registry: Registry, projection: Projection, sessions: Sessions): () => Promise<void> {
  const tables = ownedTablesOf(projection);
  if (tables.length === 0) return async () => {};
  const labels = { labelNames: ['projection', 'table'], registers: [registry] };
  const gauge = (name: string, help: string) => new Gauge({ name: `banyan_owned_${name}`, help, ...labels });
  const byCount = Object.entries(counts).map(([name, help]) => [name as Count, gauge(name, help)] as const);
  const carrier = gauge('carrier_up', 'Whether changes are carried to the monolith.');
  const all = [carrier, ...byCount.map(([, one]) => one)];
  const show = ({ table, ...standing }: OwnershipStanding): void => {
    const at = { projection: projection.name, table };
    for (const [name, one] of byCount) one.set(at, standing[name]);
    carrier.set(at, Number(standing.carrier.working));
  };
  return async () => {
    for (const one of all) one.reset();
    for (const table of tables) {
      const standing = await sessions.run((session) => standingOf(session, table)).catch(() => null);
      if (standing && standing.owner !== 'monolith') show(standing);
    }
  };
}
