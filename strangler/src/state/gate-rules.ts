/** What a route must show before it moves on, and must keep to while a service answers. */
export interface GateRules {
  /** Comparisons since the route came into shadow that the match rate stands on. Default 1,000. */
  readonly comparisons: number;
  /** Equal ones of those that were decided, 0 to 1. Default 0.9999. */
  readonly matchRate: number;
  /** Comparisons that came to nothing, as the monolith's own answer did not stand still or it was not to be asked again, 0 to 1. Default 0.05. */
  readonly undecidedRate: number;
  /** Candidate's failures of all it was asked, 0 to 1. Default 0.001. */
  readonly errorRate: number;
  /** 99 of 100 answers of the candidate within; between two of `bucketsMs` the lower counts. Default 500 ms. */
  readonly p99Ms: number;
  /** The age of each service's read model. Default 15,000 ms: a quiet source gives a sign of life every 2 s, or 8 s without our watch in Connect. */
  readonly freshWithinMs: number;
  /** The age of each service's proof, which says equal. Default 86,400,000 ms: a day. */
  readonly provedWithinMs: number;
  readonly guard: GuardRules;
}

/** What sends a route back by itself that is in canary or service. Freshness is the gate's, too. */
export interface GuardRules {
  /** Over so long it looks back. Default 10,000 ms. */
  readonly windowMs: number;
  /** Differences that may be seen in that time. Default 0: the first one sends it back. */
  readonly differences: number;
  /** Failures of all that was asked in that time, 0 to 1. Default 0.05. */
  readonly errorRate: number;
  /** A rate of fewer than so many says nothing. Default 20. */
  readonly asked: number;
  /** A read model that is stale or silent, or a service that fails, does so for so long before it counts. Default 3,000 ms. */
  readonly brokenForMs: number;
}

/** What a route says differently. */
export type GateChoice = Partial<Omit<GateRules, 'guard'>> & { readonly guard?: Partial<GuardRules> };

export const defaultRules: GateRules = {
  comparisons: 1000,
  matchRate: 0.9999,
  errorRate: 0.001,
  p99Ms: 500,
  undecidedRate: 0.05,
  freshWithinMs: 15_000,
  provedWithinMs: 86_400_000,
  guard: { windowMs: 10_000, differences: 0, errorRate: 0.05, asked: 20, brokenForMs: 3000 },
};

export const rulesOf = ({ guard, ...gate }: GateChoice = {}): GateRules => ({
  ...defaultRules,
  ...gate,
  guard: { ...defaultRules.guard, ...guard },
});

/** What the guard and the gate must know of a route. */
export interface GatedRoute {
  readonly name: string;
  readonly services: readonly string[];
  readonly rules: GateRules;
}
