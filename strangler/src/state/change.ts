import type { Finding } from './finding.ts';
import type { Evidence } from './gate.ts';
import type { Place } from './route-state.ts';

/** Who changes a route, why, and on what. */
export interface Audit {
  readonly who: string;
  readonly reason: string;
  /** Against what the gate found. */
  readonly forced: boolean;
  readonly findings: readonly Finding[];
  /** Null when nobody asked: a step back. */
  readonly evidence: Evidence | null;
  /** Of a write route's switch. */
  readonly write?: WriteEvidence;
}

/** What was known when the writes of a route came to another owner. */
export interface WriteEvidence {
  /** How long new writes were held, from the change that said so to the one that ended it; null while they are. */
  readonly holdMs: number | null;
  /** Replicas of the facade that held. */
  readonly replicas: number | null;
  /** The source's GTIDs that the service had come to. */
  readonly position: string | null;
  /** As the owning service said it last. */
  readonly owned: unknown;
}

/** A change that was made. */
export interface Change extends Audit {
  readonly route: string;
  /** That it made. */
  readonly epoch: number;
  readonly at: Date;
  readonly from: Place;
  readonly to: Place;
}
