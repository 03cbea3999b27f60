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
