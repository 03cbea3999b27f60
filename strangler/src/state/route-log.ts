import { DifferenceKinds, type SeenKind } from './difference-kinds.ts';
import type { RouteCounts } from './evidence.ts';
import { RunningCounts } from './running-counts.ts';

/** What a replica has counted of a route in one of its epochs, in all. */
export interface EpochCounts {
  readonly route: string;
  readonly epoch: number;
  readonly counts: RouteCounts;
}

/** A comparison that outlives so many changes of its route is not counted. */
const epochsKept = 16;

/** What one replica has seen of one route. */
export class RouteLog {
  readonly kinds: DifferenceKinds;
  /** Since the start, whatever the epoch. */
  readonly totals = new RunningCounts();
  readonly #route: string;
  readonly #epochs = new Map<number, RunningCounts>();

  constructor(route: string) {
    this.#route = route;
    this.kinds = new DifferenceKinds(route);
  }

  count(epoch: number, add: (counts: RunningCounts) => void): void {
    add(this.totals);
    const counts = this.#epochs.get(epoch) ?? this.#begin(epoch);
    if (counts) add(counts);
  }

  /** To be written down. */
  takeCounts(): EpochCounts[] {
    const fresh = [...this.#epochs].filter(([, counts]) => counts.isFresh);
    return fresh.map(([epoch, counts]) => ({ route: this.#route, epoch, counts: counts.take() }));
  }

  /** What could not be written down, of this route and of others. */
  giveBack(counts: readonly EpochCounts[], kinds: readonly SeenKind[]): void {
    for (const { route, epoch } of counts) if (route === this.#route) this.#epochs.get(epoch)?.giveBack();
    this.kinds.giveBack(kinds);
  }

  /** Null for an epoch that is over for long: what was counted of it is forgotten here, and would be written over. */
  #begin(epoch: number): RunningCounts | null {
    if (this.#epochs.size >= epochsKept) {
      const oldest = Math.min(...this.#epochs.keys());
      if (epoch < oldest) return null;
      if (!this.#epochs.get(oldest)!.isFresh) this.#epochs.delete(oldest);
    }
    const counts = new RunningCounts();
    this.#epochs.set(epoch, counts);
    return counts;
  }
}
