/** What replicas have seen of a route, added up. */
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
  /** Answered to clients by the monolith, because a service had not come to what they had written; lag is judged by freshness. */
  readonly behind: number;
  /** How many answers took at most `bucketsMs[i]`, and no less than that before it; in the last place how many took longer. */
  readonly candidateMs: readonly number[];
  readonly monolithMs: readonly number[];
}

export const bucketsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] as const;

const noTimes: readonly number[] = new Array(bucketsMs.length + 1).fill(0);

export const noCounts: RouteCounts = {
  equal: 0,
  different: 0,
  undecided: 0,
  failed: 0,
  dropped: 0,
  answered: 0,
  fellBack: 0,
  behind: 0,
  candidateMs: noTimes,
  monolithMs: noTimes,
};

/** The place of a time among the buckets. */
export function bucketOf(tookMs: number): number {
  let place = 0;
  while (place < bucketsMs.length && tookMs > bucketsMs[place]!) place++;
  return place;
}

/** `one` and `sign` times `other`, count by count. */
export function addCounts(one: RouteCounts, other: RouteCounts, sign: 1 | -1 = 1): RouteCounts {
  const times = (name: 'candidateMs' | 'monolithMs') =>
    one[name].map((count, place) => count + sign * (other[name][place] ?? 0));
  return {
    equal: one.equal + sign * other.equal,
    different: one.different + sign * other.different,
    undecided: one.undecided + sign * other.undecided,
    failed: one.failed + sign * other.failed,
    dropped: one.dropped + sign * other.dropped,
    answered: one.answered + sign * other.answered,
    fellBack: one.fellBack + sign * other.fellBack,
    behind: one.behind + sign * other.behind,
    candidateMs: times('candidateMs'),
    monolithMs: times('monolithMs'),
  };
}

/** Comparisons that say something. */
export const decidedOf = ({ equal, different }: RouteCounts): number => equal + different;

/** Null when nothing was compared. */
export const matchRateOf = (counts: RouteCounts): number | null =>
  decidedOf(counts) === 0 ? null : counts.equal / decidedOf(counts);

/** How often the candidate could not answer, for a comparison or for a client, of how often it was asked. */
export function failuresOf({ equal, different, undecided, failed, answered, fellBack }: RouteCounts) {
  const failures = failed + fellBack;
  return { failures, asked: equal + different + undecided + answered + failures };
}

/** 99 of 100 took at most so long; null without answers, infinite when that is beyond the last bucket. */
export function p99Of(times: readonly number[]): number | null {
  const all = times.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let sum = 0;
  const place = times.findIndex((count) => {
    sum += count;
    return sum >= 0.99 * all;
  });
  return bucketsMs[place] ?? Number.POSITIVE_INFINITY;
}
