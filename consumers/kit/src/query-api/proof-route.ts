import type { FastifyInstance } from 'fastify';
import type { Projection } from '../projection/declaration.ts';
import { evidenceSql, type ProofFact, proofFact, tableEvidence } from '../read-store/index.ts';
import { optionalGauge, type Registry } from './http-metrics.ts';
import type { ReadPool } from './read-pool.ts';
import { proofSchema } from './schemas.ts';

/** What is known of the equality of the read model with its source; null when the database does not answer. */
export type ReadProof = () => Promise<ProofFact | null>;

/** Reads what `prove` has written down; before that there is nothing. */
export function readProof(projection: Projection, pool: ReadPool): ReadProof {
  return async () => {
    const cells = await pool.read(evidenceSql, [projection.name]).catch(() => null);
    return cells && proofFact(projection, cells.map(tableEvidence));
  };
}

/** GET /proof: whether, at which position and how long ago the read model was compared with its source. It wants no token. */
export function proofRoute(app: FastifyInstance, read: ReadProof): void {
  app.get('/proof', { schema: { response: { 200: proofSchema } } }, async () => {
    const { state, position, checkedAtMs, rows, differences } = (await read()) ?? unknown;
    return { state, position, checkedAgoMs: agoOf(checkedAtMs), rows, differences };
  });
}

const unknown: ProofFact = { state: 'unproved', position: null, checkedAtMs: null, rows: 0, differences: 0 };
const agoOf = (atMs: number | null): number | null => (atMs === null ? null : Math.max(0, Date.now() - atMs));

export function proofMetrics(registry: Registry, projection: string) {
  const gauge = (name: string, help: string) => optionalGauge(registry, `banyan_proof_${name}`, help, projection);
  const equal = gauge(
    'equal',
    'Whether the newest proof of the read model found it equal to its source; absent when there is none.',
  );
  const age = gauge('age_seconds', 'How long ago the part of it that was compared first was compared.');
  const differences = gauge('differences', 'Rows that are not as the source has them, seen and not repaired.');
  return (fact: ProofFact | null): void => {
    const isKnown = fact !== null && fact.state !== 'unproved';
    equal(isKnown ? Number(fact.state === 'equal') : null);
    const agoMs = fact && agoOf(fact.checkedAtMs);
    age(agoMs === null ? null : agoMs / 1000);
    differences(fact?.differences ?? null);
  };
}
