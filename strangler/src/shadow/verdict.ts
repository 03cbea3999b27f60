/** Where two answers differ, and how. */
export interface Difference {
  /** `status`, `content-type`, `body` when one is no JSON, or a JSON pointer into the body with `-` in place of each index: /lines/-/amount */
  readonly kind: string;
  /** The pointer itself: /lines/3/amount */
  readonly place: string;
  /** As JSON text, shortened; null when there is none; `"***"` for a secret. */
  readonly monolith: string | null;
  readonly candidate: string | null;
}

/**
 * What came of one comparison. `undecided`: the monolith's own answer would not stand still. `failed`: the candidate could not
 * answer in a way that counts.
 */
export type Outcome = 'equal' | 'different' | 'undecided' | 'failed';

export interface Verdict {
  readonly outcome: Outcome;
  /** Not empty when different. */
  readonly differences: readonly Difference[];
  /** Why it failed. */
  readonly reason: string | null;
  /** How long the candidate took for its first answer, and the monolith for the client's. */
  readonly candidateMs: number;
  readonly monolithMs: number;
}
