/** A source of numbers that only looks random: the same seed gives the same numbers on every machine. */
export interface Prng {
  /** From 0 up to but without 1. */
  next(): number;
  /** A whole number from `low` to `high`, both possible. */
  between(low: number, high: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One element of a list that has at least one. */
  pick<T>(list: readonly T[]): T;
}

/** The largest seed: 32 bits. */
export const MAX_SEED = 2 ** 32 - 1;

/** mulberry32 by Tommy Ettinger: 32 bits of state, whole-number arithmetic only. Not for secrets. */
export function createPrng(seed: number): Prng {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  function between(low: number, high: number): number {
    return low + Math.floor(next() * (high - low + 1));
  }
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (list) => list[between(0, list.length - 1)]!,
  };
}
