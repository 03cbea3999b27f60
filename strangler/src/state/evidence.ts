/** What replicas have seen of a route since its epoch, added up. */
export interface RouteCounts {
  readonly equal: number;
  readonly different: number;
  readonly undecided: number;
  /** The candidate could not answer. */
  readonly failed: number;
  /** Not compared, because the queue was full. */
  readonly dropped: number;
  /** Answered to clients by services. */
  readonly answered: number;
  /** Answered to clients by the monolith, because a service could not. */
  readonly fellBack: number;
  /** How many answers took at most `bucketsMs[i]`, and in the last place how many took longer. */
  readonly candidateMs: readonly number[];
  readonly monolithMs: readonly number[];
}

export const bucketsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] as const;
