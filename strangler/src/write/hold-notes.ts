import { setTimeout as delay } from 'node:timers/promises';
import type { RouteState } from '../state/route-state.ts';
import type { ChangeListener } from '../state/state-watch.ts';
import type { UnderWay } from './under-way.ts';

export interface HoldNotesOptions {
  /** Write routes. */
  readonly routes: ReadonlySet<string>;
  readonly watch: { stored(route: string): RouteState; onChange(listener: ChangeListener): () => void };
  readonly underWay: UnderWay;
  readonly register: { holds(route: string, epoch: number): Promise<void> };
}

/** Writes down that this replica holds new writes of a route and has none under way, once both are so. */
export class HoldNotes implements Disposable {
  readonly #options: HoldNotesOptions;
  readonly #forget: () => void;
  #isOver = false;

  constructor(options: HoldNotesOptions) {
    this.#options = options;
    this.#forget = options.watch.onChange((now) => void this.#saw(now));
    for (const route of options.routes) void this.#saw(options.watch.stored(route));
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#forget();
  }

  async #saw({ route, phase, epoch }: RouteState): Promise<void> {
    const { routes, watch, underWay, register } = this.#options;
    if (!routes.has(route) || phase !== 'holding') return;
    const isStill = () => !this.#isOver && watch.stored(route).epoch === epoch;
    await underWay.none(route);
    while (isStill()) {
      const isNoted = await register.holds(route, epoch).then(
        () => true,
        () => false, // The database is away: it may come back in time.
      );
      if (isNoted) return;
      await delay(50);
    }
  }
}
