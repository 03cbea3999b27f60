import { randomUUID } from 'node:crypto';
import type { Log } from '@banyan/kit';
import type { Verdict } from '../shadow/verdict.ts';
import type { SeenKind } from './difference-kinds.ts';
import type { RouteCounts } from './evidence.ts';
import { Loop } from './loop.ts';
import { type EpochCounts, RouteLog } from './route-log.ts';
import type { RouteState } from './route-state.ts';

export interface EvidenceWriter {
  /** Puts what a replica has counted in the place of what it had before; done twice it is the same. */
  write(replica: string, counts: readonly EpochCounts[], kinds: readonly SeenKind[]): Promise<void>;
}

export interface EvidenceLogOptions {
  readonly store: EvidenceWriter;
  readonly routes: readonly string[];
  /** Default 1,000. */
  readonly everyMs?: number;
  readonly log: Log;
}

/**
 * Counts what this replica sees, and writes it down each second. While the database is away it goes on counting: no count is lost, and
 * none is written twice. What it takes in memory has a limit: by the routes, and the kinds of differences of each.
 */
export class EvidenceLog implements AsyncDisposable {
  /** Another one with each start of a process, as it counts from nothing. */
  readonly replica: string = randomUUID();
  readonly #options: EvidenceLogOptions;
  readonly #routes: ReadonlyMap<string, RouteLog>;
  readonly #loop: Loop;
  #isFailing = false;

  constructor(options: EvidenceLogOptions) {
    this.#options = options;
    this.#routes = new Map(options.routes.map((route) => [route, new RouteLog(route)]));
    this.#loop = new Loop(options.everyMs ?? 1000, () => this.flush());
  }

  /** An answer of the monolith was compared; `request` is its method, path and query, without secrets. */
  compared(state: RouteState, verdict: Verdict, request: string): void {
    const log = this.#of(state.route);
    log.count(state.epoch, (counts) => counts.compared(verdict));
    if (verdict.outcome === 'different') log.kinds.saw(verdict.differences, request);
  }

  /** One was to be compared, and the queue was full. */
  dropped(state: RouteState): void {
    this.#of(state.route).count(state.epoch, (counts) => counts.dropped());
  }

  /** A client was answered by services. */
  answered(state: RouteState, tookMs: number): void {
    this.#of(state.route).count(state.epoch, (counts) => counts.answered(tookMs));
  }

  /** A client was to be answered by services, and was by the monolith, as they could not. */
  fellBack(state: RouteState): void {
    this.#of(state.route).count(state.epoch, (counts) => counts.fellBack());
  }

  /** The same, as they had not come to what he had written. */
  behind(state: RouteState): void {
    this.#of(state.route).count(state.epoch, (counts) => counts.behind());
  }

  /** A client was answered by the monolith, and that is not compared; else `compared` has the time. */
  proxied(state: RouteState, tookMs: number): void {
    this.#of(state.route).count(state.epoch, (counts) => counts.proxied(tookMs));
  }

  /** What this replica has seen of a route since its start, whatever the epoch. */
  totals(route: string): RouteCounts {
    return this.#of(route).totals.seen();
  }

  /** Writes down what is new. Never rejects. */
  async flush(): Promise<void> {
    const logs = [...this.#routes.values()];
    const counts = logs.flatMap((one) => one.takeCounts());
    const kinds = logs.flatMap((one) => one.kinds.take());
    if (counts.length + kinds.length === 0) return;
    try {
      await this.#options.store.write(this.replica, counts, kinds);
      this.#say(null);
    } catch (error) {
      for (const one of logs) one.giveBack(counts, kinds);
      this.#say(error);
    }
  }

  /** Writes down the last of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
    await this.flush();
  }

  #of(route: string): RouteLog {
    const log = this.#routes.get(route);
    if (!log) throw new Error(`no route '${route}' was declared`);
    return log;
  }

  #say(error: unknown): void {
    if ((error !== null) === this.#isFailing) return;
    this.#isFailing = error !== null;
    const reason = error instanceof Error ? error.message : String(error);
    if (error === null) this.#options.log({ message: 'evidence is written down again' });
    else this.#options.log({ message: 'evidence cannot be written down, and is kept', reason });
  }
}
