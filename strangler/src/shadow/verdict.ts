/** Where two answers differ, and how. */
export interface Difference {
  /** `status`, `content-type` or another field, `body` as a whole, or a JSON pointer into it with `-` in place of each index, shortened: /lines/-/amount */
  readonly kind: string;
  /** The pointer itself: /lines/3/amount */
  readonly place: string;
  /** As JSON text, shortened; null when there is none; `"***"` for a secret. */
  readonly monolith: string | null;
  readonly candidate: string | null;
}

/**
 * What came of one comparison. `undecided`: the monolith's own answer would not stand still, or it could not be asked again.
 * `failed`: the candidate could not answer in a way that counts. `left`: the route leaves this request to the monolith.
 */
export type Outcome = 'equal' | 'different' | 'undecided' | 'failed' | 'left';

/** GTID positions: what the source had last, when it was read, and where the candidate's last answer was read; null when unknown. */
export interface Positions {
  readonly source: string | null;
  readonly candidate: string | null;
}

export interface Verdict {
  readonly outcome: Outcome;
  /** Not empty when different, else empty. */
  readonly differences: readonly Difference[];
  /** Why it failed or is undecided, shortened; else null. */
  readonly reason: string | null;
  readonly positions: Positions;
  /** How long the candidate took for its first answer, and the monolith for the client's. */
  readonly candidateMs: number;
  readonly monolithMs: number;
}
