import type { Log } from '@banyan/kit';
import { StranglerError } from '../errors.ts';
import type { Audit } from './change.ts';
import type { RouteCounts } from './evidence.ts';
import { GateJudge } from './gate-judge.ts';
import type { GatedRoute } from './gate-rules.ts';
import { Loop } from './loop.ts';
import type { Place, RouteState } from './route-state.ts';
import type { Standing } from './standing.ts';
import type { ChangeListener } from './state-watch.ts';

export interface GuardOptions {
  readonly routes: readonly GatedRoute[];
  readonly watch: {
    stored(route: string): RouteState;
    setAside(route: string, reason: string): void;
    look(): Promise<void>;
    onChange(listener: ChangeListener): () => void;
  };
  readonly store: { change(from: RouteState, to: Place, audit: Audit): Promise<RouteState> };
  readonly standings: { all(services: readonly string[]): readonly Standing[] };
  /** Of this replica: what it sees it acts on. */
  readonly evidence: { totals(route: string): RouteCounts };
  /** Default 500. */
  readonly everyMs?: number;
  readonly log: Log;
  /** Milliseconds that only grow; for tests. */
  readonly clock?: () => number;
}

const safe: Place = { stage: 'shadow', percent: 100 };
const isGuarded = ({ stage }: RouteState): boolean => stage === 'canary' || stage === 'service';

/**
 * Sends a route back to shadow whose gate breaks while services answer it: on this replica at once, and on all of them as soon as the
 * database takes it. Of several replicas that do so one wins, and the others see it.
 */
export class Guard implements AsyncDisposable {
  readonly #options: GuardOptions;
  readonly #now: () => number;
  readonly #judges = new Map<string, GateJudge>();
  /** Decided, and not stored yet; the epoch is the one that it was decided on. */
  readonly #decided = new Map<string, { readonly epoch: number; readonly audit: Audit }>();
  /** What was logged last of why it is not stored: an outage is said once. */
  readonly #said = new Map<string, string>();
  readonly #reverts = new Map<string, number>();
  readonly #loop: Loop;
  readonly #forget: () => void;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#now = options.clock ?? (() => performance.now());
    for (const route of options.routes) this.#begin(route);
    this.#forget = options.watch.onChange((now, before) => {
      const route = options.routes.find(({ name }) => name === now.route);
      if (route && isGuarded(now) && !isGuarded(before)) this.#begin(route);
    });
    this.#loop = new Loop(options.everyMs ?? 500, () => this.look());
  }

  /** How often this replica has sent a route back. */
  reverts(route: string): number {
    return this.#reverts.get(route) ?? 0;
  }

  /** Looks at all routes now. Never rejects. */
  async look(): Promise<void> {
    await Promise.all(this.#options.routes.map((route) => this.#look(route)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget();
    await this.#loop[Symbol.asyncDispose]();
  }

  #begin({ name, rules }: GatedRoute): void {
    this.#judges.set(name, new GateJudge(rules, this.#now(), this.#options.evidence.totals(name)));
  }

  async #look(route: GatedRoute): Promise<void> {
    const state = this.#options.watch.stored(route.name);
    if (!isGuarded(state)) return this.#rest(route.name);
    const decided = this.#decided.get(route.name);
    // Somebody has changed its share meanwhile, say: that does not make wrong answers right.
    if (decided && state.epoch - decided.epoch <= 1) return await this.#revert(state, decided.audit);
    const { standings, evidence } = this.#options;
    const seen = { counts: evidence.totals(route.name), standings: standings.all(route.services) };
    const audit = this.#judges.get(route.name)!.judge(this.#now(), seen);
    if (!audit) return;
    this.#reverts.set(route.name, this.reverts(route.name) + 1);
    const { stage, percent, epoch } = state;
    const what = { route: route.name, from: { stage, percent }, epoch, reason: audit.reason };
    this.#options.log({ alert: 'route-reverted', message: 'a route goes back to the monolith', ...what });
    await this.#revert(state, audit);
  }

  #rest(route: string): void {
    this.#decided.delete(route);
    this.#said.delete(route);
  }

  async #revert(state: RouteState, audit: Audit): Promise<void> {
    const { store, watch, log } = this.#options;
    this.#decided.set(state.route, { epoch: state.epoch, audit });
    watch.setAside(state.route, audit.reason);
    try {
      await store.change(state, safe, audit);
    } catch (error) {
      const { code, message } = StranglerError.from(error);
      const isLate = code === 'route-changed';
      const what = isLate ? 'another replica was first' : 'a route is set aside here and cannot be stored yet';
      if (this.#said.get(state.route) !== what) log({ message: what, route: state.route, reason: message });
      this.#said.set(state.route, what);
    }
    await watch.look();
  }
}
