import type { Log } from '@banyan/kit';
import { Loop } from './loop.ts';
import { type RouteState, unknownState } from './route-state.ts';

export interface StateWatchOptions {
  /** Where the routes stand; may be away. */
  readonly store: { states(): Promise<readonly RouteState[]> };
  /** The names of those that are declared. */
  readonly routes: readonly string[];
  /** Default 250. */
  readonly everyMs?: number;
  readonly log: Log;
}

/** How well the states are known. */
export interface Knowledge {
  /** So long ago they were read; null: never, and every route is the monolith's. */
  readonly knownForMs: number | null;
  /** Why they could not be read the last time; null when they were. */
  readonly reason: string | null;
}

export type ChangeListener = (now: RouteState, before: RouteState) => void;

/** What one replica of the facade knows of the routes. While their database is away it goes on with what it knew last. */
export class StateWatch implements AsyncDisposable {
  readonly #options: StateWatchOptions;
  /** As they are stored, and as they are acted on. */
  readonly #stored = new Map<string, RouteState>();
  readonly #known = new Map<string, RouteState>();
  readonly #listeners = new Set<ChangeListener>();
  readonly #loop: Loop;
  #readAtMs: number | null = null;
  #reason: string | null = null;

  constructor(options: StateWatchOptions) {
    this.#options = options;
    for (const route of options.routes) this.#put(unknownState(route));
    this.#loop = new Loop(options.everyMs ?? 250, () => this.look());
  }

  /** Where a route stands. Throws when it was not declared. */
  of(route: string): RouteState {
    return this.#known.get(route) ?? undeclared(route);
  }

  /** As `of`, but for what `setAside` says. */
  stored(route: string): RouteState {
    return this.#stored.get(route) ?? undeclared(route);
  }

  get knowledge(): Knowledge {
    const knownForMs = this.#readAtMs === null ? null : Math.round(performance.now() - this.#readAtMs);
    return { knownForMs, reason: this.#reason };
  }

  /** Called after each change; the function that comes back ends that. */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** No client of this replica is answered by a service from now on, until the stored state is another one. */
  setAside(route: string, reason: string): void {
    const stored = this.stored(route);
    const before = this.of(route);
    if (before !== stored) return;
    const now: RouteState = { ...stored, stage: 'shadow', percent: 100, reason };
    this.#known.set(route, now);
    this.#tell(now, before);
  }

  /** Reads the states now. Never rejects. */
  async look(): Promise<void> {
    const startedMs = performance.now();
    try {
      const states = await this.#options.store.states();
      for (const state of states) this.#take(state);
      this.#readAtMs = startedMs;
      this.#say(null);
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  #take(state: RouteState): void {
    const stored = this.#stored.get(state.route);
    if (!stored) return;
    const isFirst = stored.changedAt.getTime() === 0;
    if (!isFirst && stored.epoch === state.epoch) return;
    const before = this.of(state.route);
    this.#put(state);
    this.#tell(state, before);
  }

  #put(state: RouteState): void {
    this.#stored.set(state.route, state);
    this.#known.set(state.route, state);
  }

  #tell(now: RouteState, before: RouteState): void {
    for (const listener of this.#listeners) listener(now, before);
  }

  #say(reason: string | null): void {
    const isNews = (reason === null) !== (this.#reason === null);
    this.#reason = reason;
    if (!isNews) return;
    if (reason === null) this.#options.log({ message: 'the states of the routes are known again' });
    else this.#options.log({ message: 'routes go on with the last states known', ...this.knowledge });
  }
}

function undeclared(route: string): never {
  throw new Error(`no route '${route}' was declared`);
}
