import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/** How fast, how long, and until when. */
export interface Pace {
  /** Orders per second to aim at. */
  readonly rate: number;
  /** How long to go on. */
  readonly forMs: number;
  /** Stop after so many orders, even when there is time left. */
  readonly orders?: number;
  /** Stops the run: no further order is sent, those under way are waited for, and the report is given as usual. */
  readonly signal?: AbortSignal;
}

/** What came of it: accepted + refused + failed = sent. */
export interface TrafficReport {
  readonly sent: number;
  /** Booked (201). */
  readonly accepted: number;
  /** Not booked, and the bank said why (4xx). */
  readonly refused: number;
  /** No answer or a fault of the bank: such an order may or may not be booked. */
  readonly failed: number;
  /** How often each error code was given as the reason. */
  readonly refusals: Readonly<Record<string, number>>;
  /** What the first failure said. */
  readonly firstFailure: string | undefined;
  readonly elapsedMs: number;
  /** Answered orders (accepted + refused) per second. */
  readonly achievedRate: number;
}

/** What came of one order. */
export type Outcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Resolves true when the next order is due, false when there is none to come. */
export function createSchedule(options: Pace, start: number): () => Promise<boolean> {
  const limit = options.orders ?? Number.POSITIVE_INFINITY;
  let taken = 0;
  return async () => {
    const dueMs = (taken * 1_000) / options.rate;
    if (taken >= limit || dueMs >= options.forMs) return false;
    taken += 1;
    const waitMs = start + dueMs - performance.now();
    if (waitMs > 0) await pause(waitMs, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {});
    return options.signal?.aborted !== true && performance.now() - start < options.forMs;
  };
}

/** Counts outcomes and makes a report of them. */
export function createTally() {
  const counts = { accepted: 0, refused: 0, failed: 0 };
  const refusals: Record<string, number> = {};
  let firstFailure: string | undefined;
  return {
    add(outcome: Outcome): void {
      counts[outcome.kind] += 1;
      if (outcome.kind === 'refused') refusals[outcome.code] = (refusals[outcome.code] ?? 0) + 1;
      if (outcome.kind === 'failed') firstFailure ??= outcome.reason;
    },
    report(elapsedMs: number): TrafficReport {
      const answered = counts.accepted + counts.refused;
      const achievedRate = elapsedMs > 0 ? (answered * 1_000) / elapsedMs : 0;
      return { sent: answered + counts.failed, ...counts, refusals, firstFailure, elapsedMs, achievedRate };
    },
  };
}
