import { Loop } from '../state/loop.ts';
import type { RouteState } from '../state/route-state.ts';
import type { ChangeListener } from '../state/state-watch.ts';

export interface WaitingRoomOptions {
  readonly watch: {
    stored(route: string): RouteState;
    look(): Promise<void>;
    onChange(listener: ChangeListener): () => void;
  };
  /** Requests that wait at the same time; default 1,000. */
  readonly most?: number;
  /** How often the states are looked at while somebody waits; default 50. */
  readonly lookEveryMs?: number;
}

interface Waiting {
  readonly isOver: (state: RouteState) => boolean;
  readonly leave: (outcome: Outcome) => void;
}

export type Outcome = 'over' | 'expired' | 'full' | 'gone';

/** Where requests wait, their bodies unread, until the state of their route is another one; first come, first served. */
export class WaitingRoom implements AsyncDisposable {
  readonly #options: WaitingRoomOptions;
  readonly #most: number;
  readonly #waiting = new Map<string, Set<Waiting>>();
  readonly #forget: () => void;
  #size = 0;
  #looking: Loop | null = null;

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
    this.#most = options.most ?? 1000;
    this.#forget = options.watch.onChange((now) => this.#changed(now));
  }

  count(route: string): number {
    return this.#waiting.get(route)?.size ?? 0;
  }

  /** Resolves `over` once `isOver` says so of the state, `expired` after that time, `gone` when `signal` ends it, `full` at once. */
  async wait(
    route: string,
    isOver: (state: RouteState) => boolean,
    { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
  ): Promise<Outcome> {
    if (isOver(this.#options.watch.stored(route))) return 'over';
    if (signal.aborted) return 'gone';
    if (withinMs <= 0) return 'expired';
    if (this.#size >= this.#most) return 'full';
    return await new Promise<Outcome>((resolve) => {
      const timer = setTimeout(() => leave('expired'), withinMs);
      const gone = () => leave('gone');
      const leave = (outcome: Outcome) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        this.#out(route, waiting);
        resolve(outcome);
      };
      signal.addEventListener('abort', gone, { once: true });
      const waiting: Waiting = { isOver, leave };
      this.#in(route, waiting);
    });
  }

  /** Nobody waits any longer: who does has expired. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget();
    for (const all of this.#waiting.values()) for (const { leave } of all) leave('expired');
    await this.#looking?.[Symbol.asyncDispose]();
  }

  #in(route: string, waiting: Waiting): void {
    const all = this.#waiting.get(route) ?? new Set();
    this.#waiting.set(route, all.add(waiting));
    this.#size++;
    this.#looking ??= new Loop(this.#options.lookEveryMs ?? 50, () => this.#options.watch.look());
  }

  #out(route: string, waiting: Waiting): void {
    this.#waiting.get(route)!.delete(waiting);
    if (--this.#size > 0) return;
    void this.#looking?.[Symbol.asyncDispose]();
    this.#looking = null;
  }

  #changed(now: RouteState): void {
    for (const { isOver, leave } of this.#waiting.get(now.route) ?? []) if (isOver(now)) leave('over');
  }
}
