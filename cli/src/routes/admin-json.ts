/** What the admin port of a facade answers, as strangler/src/admin has it. */
export interface RoutesSeen {
  readonly routes: readonly RouteSeen[];
  readonly known: { readonly knownForMs: number | null; readonly reason: string | null };
}

export interface RouteSeen {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly state: StateSeen;
  readonly isSetAside: boolean;
  readonly counts: CountsSeen | null;
  readonly matchRate: number | null;
  readonly p99: { readonly candidate: P99Seen | null; readonly monolith: P99Seen | null };
  readonly services: readonly StandingSeen[];
  readonly next: { readonly stage: string; readonly findings: readonly FindingSeen[] | null } | null;
}

export interface StateSeen {
  readonly stage: string;
  readonly percent: number;
  readonly epoch: number;
  readonly changedAt: string;
  readonly changedBy: string;
  readonly reason: string;
}

export interface CountsSeen {
  readonly equal: number;
  readonly different: number;
  readonly undecided: number;
  readonly failed: number;
  readonly dropped: number;
  readonly answered: number;
  readonly fellBack: number;
}

export interface P99Seen {
  readonly ms: number;
  readonly isAbove: boolean;
}

export interface StandingSeen {
  readonly service: string;
  readonly silence: string | null;
  readonly isFilling: boolean;
  readonly ageMs: number | null;
  readonly proof: { readonly state: string; readonly checkedAgoMs: number | null; readonly differences: number } | null;
}

export interface FindingSeen {
  readonly rule: string;
  readonly figure: string;
  readonly wanted: string;
  readonly sentence: string;
}

export interface PlaceSeen {
  readonly stage: string;
  readonly percent: number;
}

export interface ChangeSeen {
  readonly at: string;
  readonly who: string;
  readonly from: PlaceSeen;
  readonly to: PlaceSeen;
  readonly reason: string;
  readonly forced: boolean;
}

export interface DifferenceSeen {
  readonly kind: string;
  readonly seen: number;
  readonly lastAt: string;
  readonly example: {
    readonly request: string;
    readonly place: string;
    readonly monolith: string | null;
    readonly candidate: string | null;
  };
}
