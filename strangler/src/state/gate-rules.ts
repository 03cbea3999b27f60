/** What a route must show before it moves on, and must keep to while a service answers. */
export interface GateRules {
  /** Comparisons since the route's last change that the match rate stands on. Default 1,000. */
  readonly comparisons: number;
  /** Equal ones of those that were decided, 0 to 1. Default 0.9999. */
  readonly matchRate: number;
  /** Candidate's failures of all it was asked, 0 to 1. Default 0.001. */
  readonly errorRate: number;
  /** 99 of 100 answers of the candidate within. Default 500 ms. */
  readonly p99Ms: number;
  /** The age of each service's read model. Default 10,000 ms. */
  readonly freshWithinMs: number;
  /** The age of each service's proof, which says equal. Default 86,400,000 ms: a day. */
  readonly provedWithinMs: number;
}
