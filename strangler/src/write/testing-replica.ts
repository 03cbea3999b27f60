import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { StranglerError } from '../errors.ts';
import { Facade, sharesOf } from '../facade.ts';
import { FacadeServer } from '../proxy/server.ts';
import type { WriteRoute } from '../route/declaration.ts';
import { RouteTable } from '../route/route-table.ts';
import { Services } from '../service/services.ts';
import type { Change } from '../state/change.ts';
import type { ReplicaRegister } from '../state/replica-register.ts';
import { type Stage, unknownState } from '../state/route-state.ts';
import type { RouteStore } from '../state/route-store.ts';
import type { Standing } from '../state/standing.ts';
import { StateWatch } from '../state/state-watch.ts';
import { streamingStanding } from '../state/testing-replicas.ts';
import { ReadAfterTokens } from '../token/read-after.ts';
import { SourcePosition } from '../token/source-position.ts';
import { type OpenWrites, openWrites } from './open-writes.ts';
import { OwnerApi } from './owner-api.ts';

export const contact: WriteRoute = {
  name: 'contact',
  method: 'PUT',
  path: '/customers/{id}/contact',
  params: { id: /[1-9]\d*/ },
  owner: { service: 'contacts', table: 'customers' },
  write: async ({ params, body, noBody }, patch) => {
    const json = (status: number, said: unknown) => ({
      status,
      contentType: 'application/json',
      body: JSON.stringify(said),
    });
    if (noBody !== null) return json(400, { error: noBody });
    const { status, body: answer } = await patch(params.id!, body as Record<string, unknown>);
    if (status === 200) return json(200, { by: 'service', ...answer.data });
    return json(status === 404 ? 404 : 422, { error: 'no', detail: answer.detail });
  },
};

/** What a replica uses of the facade's database. */
export interface StatePorts {
  readonly store: Pick<RouteStore, 'states' | 'change' | 'overdue' | 'changes'>;
  readonly register: Pick<ReplicaRegister, 'beat' | 'holds' | 'replicas' | 'clear' | 'leave'>;
}

export interface ReplicaOptions extends StatePorts {
  readonly monolithUrl: string;
  readonly ownerUrl: string;
  readonly sourcePosition: () => Promise<string>;
  readonly limits: { readonly holdMs: number; readonly leaseMs: number };
  readonly route?: WriteRoute;
  /** Told before each call outwards of this replica, for a test that ends it there. */
  readonly calls?: <T>(name: string, call: () => Promise<T>) => Promise<T>;
}

const never = new Promise<never>(() => {});
const key = randomBytes(32);
export const tokens = new ReadAfterTokens({ keys: [key] });

/** A whole replica of a facade with one route for writes. */
export class TestingReplica {
  readonly logged: Readonly<Record<string, unknown>>[] = [];
  standing: Standing = { ...streamingStanding, service: 'contacts' };
  /** Its database does not answer it. */
  isAway = false;
  readonly watch: StateWatch;
  readonly open: OpenWrites;
  readonly #server: FacadeServer;
  readonly #closing: (() => PromiseLike<unknown>)[];
  readonly #register: StatePorts['register'];
  #isKilled = false;
  url = '';

  constructor(options: ReplicaOptions) {
    const { monolithUrl, ownerUrl, limits, route = contact, calls = (_, call) => call() } = options;
    const log = (entry: Readonly<Record<string, unknown>>) => void this.logged.push(entry);
    const reach = <T extends object>(port: T, isDatabase: boolean): T =>
      new Proxy(port, {
        get:
          (_, name) =>
          async (...given: unknown[]) => {
            if (this.#isKilled) return await never;
            if (isDatabase && this.isAway) throw new StranglerError('state-unavailable', 'refused');
            return await calls(String(name), () =>
              (port as Record<string, (...all: unknown[]) => Promise<unknown>>)[String(name)]!(...given),
            );
          },
      });
    const store = reach(options.store, true);
    const register = reach(options.register, true);
    const monolith = new Pool(monolithUrl, { connections: 256 });
    const owner = new OwnerApi({ urls: { contacts: ownerUrl }, token: () => 'a token', withinMs: 500 });
    const services = new Services({ urls: {}, token: () => null });
    const sourcePosition = new SourcePosition({ ask: options.sourcePosition });
    // Beats and looks are not counted among calls.
    const states = async () => {
      if (this.#isKilled) return await never;
      if (this.isAway) throw new StranglerError('state-unavailable', 'refused');
      await options.register.beat();
      return await options.store.states();
    };
    this.watch = new StateWatch({ store: { states }, routes: ['contact'], everyMs: 25, log });
    this.open = openWrites({
      ...{ routes: [route], monolith, store, register, watch: this.watch, sourcePosition, tokens, limits, log },
      api: {
        owned: reach(owner, false).owned,
        setOwner: reach(owner, false).setOwner,
        position: reach(owner, false).position,
        send: (...given) => owner.send(...given),
      },
      standings: { of: () => this.standing },
    });
    const facade = new Facade({
      ...{ monolith, services, tokens, sourcePosition, table: new RouteTable([]), writes: this.open.writes },
      stateOf: unknownState,
      freshWithinMs: () => 1000,
      limits: { serviceMs: 200, waitMs: 100, retiredWaitMs: 3000, ...sharesOf(5000) },
      seen: { compare: () => {}, answered: () => {}, fellBack: () => {}, behind: () => {} },
    });
    this.#server = new FacadeServer({
      handle: (request, response) => facade.handle(request, response),
      upgrade: () => {},
    });
    this.#register = options.register;
    this.#closing = [
      () => this.#server.close(),
      () => this.open[Symbol.asyncDispose](),
      () => this.watch[Symbol.asyncDispose](),
    ];
    this.#closing.push(
      () => owner.close(),
      () => monolith.destroy(),
      () => services.close(),
    );
  }

  async start(): Promise<this> {
    await this.watch.look();
    this.url = await this.#server.listen({ port: 0 });
    return this;
  }

  async move(stage: Stage, more: { readonly force?: boolean; readonly reason?: string } = {}) {
    const to = { stage, percent: 100 };
    return await this.open.writeSwitch.move({
      route: 'contact',
      to,
      reason: 'a test',
      force: false,
      who: 'service:ops',
      ...more,
    });
  }

  /** A client's write with that content. */
  async put(
    id: string,
    more: {
      readonly path?: string;
      readonly method?: string;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    } = {},
  ) {
    const headers = { 'content-type': 'application/json', ...more.headers };
    const body = more.body ?? JSON.stringify({ email: id });
    const response = await fetch(this.url + (more.path ?? '/customers/7/contact'), {
      method: more.method ?? 'PUT',
      headers,
      body,
    });
    const text = await response.text();
    const code = /urn:problem-type:banyan:([a-z-]+)/.exec(text)?.[1] ?? null;
    return {
      status: response.status,
      text,
      code,
      headers: response.headers,
      by: text.includes('"by":"service"') ? 'service' : 'monolith',
    };
  }

  /** No word of it is heard any more, and it hears none: as killed. */
  kill(): void {
    this.#isKilled = true;
    void this.watch[Symbol.asyncDispose]();
    void this.open.owners[Symbol.asyncDispose]();
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  async close(): Promise<void> {
    for (const close of this.#closing) {
      const closed = close();
      if (!this.#isKilled) await closed;
    }
    if (!this.#isKilled && this.open.isQuiet()) await this.#register.leave();
  }
}

/** The newest first, of those that ended something. */
export const settledOf = (changes: readonly Change[]): readonly Change[] =>
  changes.filter(({ from, to }) => from.stage !== to.stage);
