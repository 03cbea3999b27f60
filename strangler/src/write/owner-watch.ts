import { StranglerError } from '../errors.ts';
import type { WriteRoute } from '../route/declaration.ts';
import { Loop } from '../state/loop.ts';
import type { RouteState } from '../state/route-state.ts';
import type { Owned, OwnerApi } from './owner-api.ts';
import { type UndoOptions, undo } from './undo.ts';

export interface OwnerWatchOptions extends UndoOptions {
  readonly routes: readonly WriteRoute[];
  readonly store: UndoOptions['store'] & {
    states(): Promise<readonly RouteState[]>;
    overdue(): Promise<readonly string[]>;
  };
  readonly watch: UndoOptions['watch'] & {
    stored(route: string): RouteState;
    readonly knowledge: { readonly reason: string | null };
  };
  readonly api: Pick<OwnerApi, 'owned' | 'setOwner'>;
  /** Default 250 for switches that are not done, 1,000 for what services say of themselves. */
  readonly everyMs?: number;
  readonly askEveryMs?: number;
}

/** What a service has said last of a route, or why it says nothing. */
export type Heard =
  | { readonly owned: Owned; readonly silence: null }
  | { readonly owned: null; readonly silence: string };

/** Looks after the owners of write routes: undoes switches that nobody ends, and tells a service its owner that could not be told. */
export class OwnerWatch implements AsyncDisposable {
  readonly #options: OwnerWatchOptions;
  readonly #heard = new Map<string, Heard>();
  readonly #loops: readonly Loop[];
  /** What was logged last, by route: an outage is said once. */
  readonly #said = new Map<string, string>();

  constructor(options: OwnerWatchOptions) {
    this.#options = options;
    this.#loops = [
      new Loop(options.everyMs ?? 250, () => this.undoOverdue()),
      new Loop(options.askEveryMs ?? 1000, () => this.ask()),
    ];
  }

  of(route: string): Heard {
    return this.#heard.get(route) ?? { owned: null, silence: 'it has not been asked yet' };
  }

  /** Never rejects. */
  async undoOverdue(): Promise<void> {
    const { routes, store, watch } = this.#options;
    if (routes.every(({ name }) => watch.stored(name).phase === 'settled')) return;
    try {
      const overdue = await store.overdue();
      const states = overdue.length === 0 ? [] : await store.states();
      for (const route of routes) {
        const state = states.find((one) => one.route === route.name && one.phase !== 'settled');
        if (state && overdue.includes(route.name)) await this.#undo(route, state);
      }
    } catch {
      // Its database is away, which its watch says.
    }
  }

  /** Asks all services now. Never rejects. */
  async ask(): Promise<void> {
    await Promise.all(this.#options.routes.map((route) => this.#ask(route)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop[Symbol.asyncDispose]()));
  }

  async #undo(route: WriteRoute, state: RouteState): Promise<void> {
    const reason = `nobody has ended the switch from ${state.stage} to ${state.toStage} in time`;
    const audit = { who: 'facade', reason, forced: false, findings: [], evidence: null };
    try {
      await undo(this.#options, route, state, audit);
      this.#say(route, null);
    } catch (error) {
      const { code, message } = StranglerError.from(error);
      if (code !== 'route-changed') this.#say(route, message);
    }
  }

  async #ask(route: WriteRoute): Promise<void> {
    const { api } = this.#options;
    // Of before the question: what the service says may be newer, never older.
    const state = this.#stored(route);
    try {
      const owned = await api.owned(route);
      this.#heard.set(route.name, { owned, silence: null });
      if (state) await this.#compare(route, state, owned);
    } catch (error) {
      this.#heard.set(route.name, { owned: null, silence: (error as Error).message });
    }
  }

  /** Null when it is not known now, or about to change. */
  #stored({ name }: WriteRoute): RouteState | null {
    const { watch } = this.#options;
    const state = watch.stored(name);
    return watch.knowledge.reason === null && state.phase === 'settled' && state.epoch > 0 ? state : null;
  }

  async #compare(route: WriteRoute, { stage, epoch, ownerEpoch }: RouteState, owned: Owned): Promise<void> {
    const isRight =
      stage === 'monolith' ? owned.owner === 'monolith' : owned.owner === 'service' && owned.epoch === ownerEpoch;
    if (isRight) return this.#say(route, null);
    // An epoch above it is refused: a switch that began meanwhile is not disturbed.
    if (stage === 'monolith' && owned.epoch < epoch) {
      const told = await this.#options.api.setOwner(route, 'monolith', epoch);
      this.#heard.set(route.name, { owned: told, silence: null });
      return this.#say(route, null);
    }
    const wanted = stage === 'monolith' ? `monolith, epoch ${epoch}` : `service, epoch ${ownerEpoch}`;
    if (owned.epoch <= epoch + 1) return; // A switch that this replica has not seen yet.
    this.#say(route, `the service says ${owned.owner}, epoch ${owned.epoch}, the facade ${wanted}`);
  }

  #say({ name }: WriteRoute, reason: string | null): void {
    if ((this.#said.get(name) ?? null) === reason) return;
    if (reason === null) this.#said.delete(name);
    else this.#said.set(name, reason);
    if (reason !== null)
      this.#options.log({
        alert: 'owner-differs',
        message: 'who owns the writes of a route is to be mended',
        route: name,
        reason,
      });
  }
}
