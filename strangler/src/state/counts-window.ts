import { addCounts, type RouteCounts } from './evidence.ts';

/** What was counted in the time just past, of counts that only grow. */
export class CountsWindow {
  readonly #lengthMs: number;
  #samples: { readonly atMs: number; readonly counts: RouteCounts }[];

  constructor(lengthMs: number, atMs: number, counts: RouteCounts) {
    this.#lengthMs = lengthMs;
    this.#samples = [{ atMs, counts }];
  }

  /** At least what came in that time, and no more than came since the look before it, or since the beginning. */
  look(atMs: number, counts: RouteCounts): RouteCounts {
    const from = this.#samples.findLastIndex((sample) => sample.atMs <= atMs - this.#lengthMs);
    if (from > 0) this.#samples = this.#samples.slice(from);
    const seen = addCounts(counts, this.#samples[0]!.counts, -1);
    this.#samples.push({ atMs, counts });
    return seen;
  }
}
