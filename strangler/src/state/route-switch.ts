import type { Log } from '@banyan/kit';
import { StranglerError } from '../errors.ts';
import type { Audit } from './change.ts';
import type { RouteCounts } from './evidence.ts';
import type { Finding } from './finding.ts';
import { type Evidence, gate } from './gate.ts';
import type { GatedRoute } from './gate-rules.ts';
import { directionOf, isPlace, nextStage } from './machine.ts';
import { isShared, type Place, placeText, type RouteState } from './route-state.ts';
import type { Standing } from './standing.ts';

/** What somebody wants of a route. */
export interface Move {
  readonly route: string;
  readonly to: Place;
  readonly reason: string;
  /** Whatever the gate finds; then the reason is wanted. */
  readonly force: boolean;
  readonly who: string;
}

export interface RouteSwitchOptions {
  readonly routes: readonly GatedRoute[];
  readonly store: {
    states(): Promise<readonly RouteState[]>;
    change(from: RouteState, to: Place, audit: Audit): Promise<RouteState>;
  };
  readonly evidence: { counts(states: readonly RouteState[]): Promise<ReadonlyMap<string, RouteCounts>> };
  readonly standings: { all(services: readonly string[]): readonly Standing[] };
  /** So that this replica acts on it at once. */
  readonly watch: { look(): Promise<void> };
  readonly log: Log;
}

/** Moves routes, forward through the gate and back without it. */
export class RouteSwitch {
  readonly #options: RouteSwitchOptions;

  constructor(options: RouteSwitchOptions) {
    this.#options = options;
  }

  /**
   * Resolves to where the route stands then. Rejects with StranglerError: `route-unknown`, `invalid-change`, `no-such-step`,
   * `gate-refused` with the findings, `reason-missing`, `route-changed` when somebody else was first, `state-unavailable`.
   */
  async move({ route: name, to, reason, force, who }: Move): Promise<RouteState> {
    const { routes, store, watch, log } = this.#options;
    const route = routes.find((one) => one.name === name);
    const from = (await store.states()).find((one) => one.route === name);
    if (!route || !from) throw unknownRoute(name, routes);
    const direction = directionOf(from, to);
    if (direction === null) throw noSuchStep(from, to);
    if (force && reason.trim() === '')
      throw new StranglerError('reason-missing', `to force ${name} to ${placeText(to)} wants a reason`, {
        state: from,
      });
    const evidence = direction === 'forward' ? await this.evidence(route, from) : null;
    const findings = evidence ? gate(to.stage, route.rules, evidence) : [];
    if (findings.length > 0 && !force) throw refused(from, to, findings);
    const made = await store.change(from, to, { who, reason, forced: findings.length > 0, findings, evidence });
    log({
      message: 'a route was moved',
      route: name,
      from: placeText(from),
      to: placeText(to),
      epoch: made.epoch,
      who,
      reason,
      forced: findings.length > 0,
    });
    await watch.look();
    return made;
  }

  /** What the gate looks at now. */
  async evidence({ name, services }: GatedRoute, state: RouteState): Promise<Evidence> {
    const counts = await this.#options.evidence.counts([state]);
    return { counts: counts.get(name)!, standings: this.#options.standings.all(services) };
  }
}

function unknownRoute(name: string, routes: readonly GatedRoute[]): StranglerError {
  const remedy = `there is ${routes.map((one) => one.name).join(', ') || 'none'}`;
  return new StranglerError('route-unknown', `there is no route '${name}'`, { remedy });
}

function noSuchStep(from: RouteState, to: Place): StranglerError {
  if (!isPlace(to)) {
    const text = isShared(to.stage)
      ? 'a share is 0.01 to 100 %, with two digits after the point'
      : `${to.stage} has no share`;
    return new StranglerError('invalid-change', `${from.route} cannot go to ${to.stage} ${to.percent} %: ${text}`);
  }
  const text = `there is no step from ${placeText(from)} to ${placeText(to)} for ${from.route}`;
  return new StranglerError('no-such-step', text, { state: from, remedy: wayOn(from) });
}

function wayOn({ stage }: RouteState): string {
  const next = nextStage(stage);
  if (next === null) return 'a retired route stays where it is';
  return `from ${stage} it goes on to ${next}${stage === 'monolith' ? '' : ', or back to any stage before'}`;
}

function refused(state: RouteState, to: Place, findings: readonly Finding[]): StranglerError {
  const text = `the gate of ${state.route} to ${placeText(to)} is closed: ${findings.map(({ sentence }) => sentence).join('; ')}`;
  const remedy = 'wait until it holds, or force it with a reason';
  return new StranglerError('gate-refused', text, { state, findings, remedy });
}
