import { setTimeout as delay } from 'node:timers/promises';
import type { Sides } from './judge.ts';

export interface AskBudgetOptions {
  /** Default 5; 0: none. */
  readonly perSecond?: number;
  /** How long somebody waits for a turn at most; default 2,000. */
  readonly waitMs?: number;
}

/**
 * How often the monolith may be asked on account of comparisons, all of them together: evenly, never several at once. Whoever waits
 * keeps its place in the queue of comparisons, so a candidate that is often wrong makes the queue drop requests, right and wrong alike,
 * and does not make wrong ones undecided.
 */
export class AskBudget {
  readonly #intervalMs: number;
  readonly #waitMs: number;
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor({ perSecond = 5, waitMs = 2000 }: AskBudgetOptions = {}) {
    this.#intervalMs = perSecond > 0 ? 1000 / perSecond : Number.POSITIVE_INFINITY;
    this.#waitMs = waitMs;
  }

  /** Resolves when the caller may ask once. Rejects at once when that would be too late, and when the signal is aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, this.#nextMs);
    if (this.#intervalMs === Number.POSITIVE_INFINITY || atMs - nowMs > this.#waitMs)
      throw new Error('it may not be asked more often for comparisons');
    this.#nextMs = atMs + this.#intervalMs;
    signal.throwIfAborted();
    if (atMs > nowMs) await delay(atMs - nowMs, undefined, { signal });
  }
}

/** The same sides, of which the monolith is asked within the budget. */
export function withinBudget(sides: Sides, budget: AskBudget): Sides {
  return {
    candidate: (atLeast, signal) => sides.candidate(atLeast, signal),
    sourcePosition: (signal) => sides.sourcePosition(signal),
    monolith: async (signal) => {
      await budget.turn(signal);
      return sides.monolith(signal);
    },
  };
}
