import type { RefusalCode } from '../proxy/refusal.ts';
import type { RouteState } from '../state/route-state.ts';

/** What one replica has seen of the writes of a route since its start. */
export interface WriteFacts {
  /** How often new writes were held, how many, how many now, and for how long at the most from the first sight of it to its end. */
  readonly holds: number;
  readonly held: number;
  readonly longestHoldMs: number;
  readonly byService: number;
  /** By the codes of their problems. */
  readonly refused: ReadonlyMap<RefusalCode, number>;
}

export class WriteCounts implements WriteFacts {
  readonly refused = new Map<RefusalCode, number>();
  holds = 0;
  held = 0;
  longestHoldMs = 0;
  byService = 0;
  #sinceMs: number | null = null;

  refuse(code: RefusalCode): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }

  /** A state of the route was seen. */
  saw({ phase }: RouteState): void {
    // Between two of them the settled state may have come and gone between two looks.
    if (phase === 'holding') {
      this.holds++;
      this.#sinceMs = performance.now();
    }
    if (phase !== 'settled') return;
    if (this.#sinceMs !== null) this.longestHoldMs = Math.max(this.longestHoldMs, performance.now() - this.#sinceMs);
    this.#sinceMs = null;
  }
}
