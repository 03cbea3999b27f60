import type { Log } from '@banyan/kit';
import { StranglerError } from '../errors.ts';
import type { WriteRoute } from '../route/declaration.ts';
import type { Audit, WriteEvidence } from '../state/change.ts';
import type { Finding } from '../state/finding.ts';
import { rulesOf } from '../state/gate-rules.ts';
import { nextWriteStage, writeDirectionOf } from '../state/machine.ts';
import { placeText, type RouteState } from '../state/route-state.ts';
import type { Move } from '../state/route-switch.ts';
import type { Standing } from '../state/standing.ts';
import { type Deadline, HoldSteps, type HoldStepsOptions, restMs, sinceMs, stopped } from './hold-steps.ts';
import { EpochPassed, type Owned, type OwnerApi, OwnerSilent } from './owner-api.ts';
import { backGate, drainGate, forwardGate, heldGate, isForceable, provenGate, retireGate } from './owner-gate.ts';
import { type UndoOptions, undo } from './undo.ts';

export interface WriteSwitchOptions extends UndoOptions, Pick<HoldStepsOptions, 'register' | 'leaseMs' | 'everyMs'> {
  readonly routes: readonly WriteRoute[];
  readonly store: UndoOptions['store'] & { states(): Promise<readonly RouteState[]> };
  readonly api: Pick<OwnerApi, 'owned' | 'setOwner' | 'position'>;
  readonly standings: { of(service: string): Standing };
  /** Of the source's newest transactions; null when it cannot be had. */
  readonly sourcePosition: { newest(): Promise<string | null> };
  readonly register: HoldStepsOptions['register'] & {
    clear(route: string, beforeEpoch: number, forgottenMs: number): Promise<void>;
  };
  readonly log: Log;
}

/** Steps have this part of the hold; the rest is for undoing them. */
const stepsShare = 0.75;

/** What is found before anything is held, and what the switch found while it was. */
interface Held {
  readonly state: RouteState;
  readonly deadline: Deadline;
}

/**
 * Moves write routes: new writes are held on all replicas, what is under way comes to its end, the service is told its owner by an epoch, and
 * one compare-and-set ends it. What is not done within the hold is undone.
 */
export class WriteSwitch {
  readonly #options: WriteSwitchOptions;
  readonly #steps: HoldSteps;

  constructor(options: WriteSwitchOptions) {
    this.#options = options;
    this.#steps = new HoldSteps(options);
  }

  /**
   * Resolves to where the route stands then. Rejects with StranglerError, with findings: as RouteSwitch does, `replica-silent`,
   * `not-drained`, `position-not-reached`, `owner-unreachable`, `owner-differs`, `hold-expired`. Then the route is where it was.
   */
  async move(move: Move): Promise<RouteState> {
    const { routes, store, log } = this.#options;
    const route = routes.find(({ name }) => name === move.route);
    const from = (await store.states()).find((one) => one.route === move.route);
    if (!route || !from) throw new StranglerError('route-unknown', `there is no write route '${move.route}'`);
    const direction = writeDirectionOf(from, move.to);
    if (from.phase !== 'settled') throw busy(from);
    if (direction === null) throw noSuchStep(from, move);
    if (move.force && move.reason.trim() === '')
      throw new StranglerError('reason-missing', `to force ${from.route} wants a reason`, { state: from });
    const owned = await this.#owned(route, from);
    const findings = this.#gate(route, from, move, owned);
    const isClosed = findings.some((one) => !move.force || !isForceable(one));
    if (isClosed) throw closed(from, move, findings);
    const audit = { who: move.who, reason: move.reason, forced: findings.length > 0, findings, evidence: null };
    const made =
      move.to.stage === 'retired'
        ? await store.change(from, move.to, { ...audit, write: evidenceOf(owned) })
        : await this.#switch(route, from, move, audit);
    const { epoch, ownerEpoch } = made;
    const places = { from: placeText(from), to: placeText(made) };
    log({ message: 'a write route was moved', route: from.route, ...places, epoch, ownerEpoch, who: move.who });
    await this.#options.watch.look();
    return made;
  }

  async #switch(route: WriteRoute, from: RouteState, { to }: Move, audit: Audit): Promise<RouteState> {
    const { store, holdMs, watch, register, leaseMs } = this.#options;
    const startedAtMs = performance.now();
    const deadline = { startedAtMs, untilMs: startedAtMs + stepsShare * holdMs };
    const holding = { ...audit, reason: `held, to go to ${to.stage}: ${audit.reason}` };
    const state = await store.change(from, from, holding, { phase: 'holding', toStage: to.stage, holdMs });
    try {
      await watch.look();
      const steps =
        to.stage === 'service' ? this.#toService(route, { state, deadline }) : this.#back(route, { state, deadline });
      const write = await steps;
      const epoch = state.epoch + 1;
      const said = { ...audit, write: { ...write, holdMs: sinceMs(deadline) } };
      const made = await store.change(state, to, said, to.stage === 'service' ? { ownerEpoch: epoch } : {});
      void register.clear(route.name, made.epoch, 10 * leaseMs).catch(() => {});
      return made;
    } catch (error) {
      throw await this.#undone(route, state, audit, error, deadline);
    }
  }

  async #toService(route: WriteRoute, { state, deadline }: Held): Promise<WriteEvidence> {
    const { api, sourcePosition } = this.#options;
    const replicas = await this.#steps.allHold(state, deadline);
    // Whatever the monolith was asked for is done: it is at or before this position.
    const position = await sourcePosition.newest();
    if (position === null) throw stopped('position-not-reached', 'the source does not say how far it is');
    await this.#steps.covers(route, position, deadline);
    const owned = await this.#steps.until(() => api.owned(route, restMs(deadline)), heldGate, 'gate-refused', deadline);
    inTime(deadline);
    const told = await api.setOwner(route, 'service', state.epoch + 1, restMs(deadline));
    return { ...evidenceOf({ ...told, ...countsOf(owned) }), replicas, position };
  }

  async #back(route: WriteRoute, { state, deadline }: Held): Promise<WriteEvidence> {
    const { api } = this.#options;
    const replicas = await this.#steps.allHold(state, deadline);
    await api.setOwner(route, 'nobody', state.epoch, restMs(deadline));
    const drained = await this.#steps.until(
      () => api.owned(route, restMs(deadline)),
      drainGate,
      'not-drained',
      deadline,
    );
    if (drained.carriedPosition !== null) await this.#steps.covers(route, drained.carriedPosition, deadline);
    const owned = await this.#steps.until(
      () => api.owned(route, restMs(deadline)),
      provenGate,
      'not-drained',
      deadline,
    );
    inTime(deadline);
    await api.setOwner(route, 'monolith', state.epoch + 1, restMs(deadline));
    return { ...evidenceOf(owned), replicas, position: drained.carriedPosition };
  }

  /** The error that the caller gets, after the switch was undone here, or is left to be. */
  async #undone(
    route: WriteRoute,
    state: RouteState,
    audit: Audit,
    error: unknown,
    deadline: Deadline,
  ): Promise<Error> {
    const why = reasonOf(error);
    // Somebody has undone it already, as it took too long.
    if (why.code === 'route-changed')
      return stopped('hold-expired', `another replica has undone the switch after ${sinceMs(deadline)} ms`);
    const said = { ...audit, reason: `undone: ${why.message}`, findings: why.findings };
    const undone = await undo(this.#options, route, state, said).catch((failed) => StranglerError.from(failed));
    const { code, message, findings } = why;
    const after = undone instanceof StranglerError ? `; it is not undone yet: ${undone.message}` : '';
    const options = { findings, remedy: why.remedy ?? 'see the message', cause: error };
    return new StranglerError(code, `${message}${after}; writes were held for ${sinceMs(deadline)} ms`, options);
  }

  #gate({ gate, owner }: WriteRoute, from: RouteState, { to }: Move, owned: Owned): Finding[] {
    const standing = this.#options.standings.of(owner.service);
    if (to.stage === 'retired') return retireGate(rulesOf(gate), standing, owned);
    return to.stage === 'service' ? forwardGate(rulesOf(gate), standing, owned, from) : backGate(owned, from);
  }

  async #owned(route: WriteRoute, state: RouteState): Promise<Owned> {
    try {
      return await this.#options.api.owned(route);
    } catch (error) {
      const text = `${route.name} stays where it is: ${(error as Error).message}`;
      throw new StranglerError('owner-unreachable', text, {
        state,
        remedy: 'see that the service answers',
        cause: error,
      });
    }
  }
}

const evidenceOf = (owned: Owned): WriteEvidence => ({ holdMs: null, replicas: null, position: null, owned });
const countsOf = ({ waiting, conflicts, rogue, different }: Owned) => ({ waiting, conflicts, rogue, different });

function inTime(deadline: Deadline): void {
  if (performance.now() < deadline.untilMs) return;
  throw stopped('hold-expired', `the owner could not be told within ${sinceMs(deadline)} ms`);
}

function reasonOf(error: unknown): StranglerError {
  if (error instanceof OwnerSilent) return stopped('owner-unreachable', error.message);
  if (error instanceof EpochPassed) return stopped('owner-differs', error.message);
  return StranglerError.from(error);
}

function busy(state: RouteState): StranglerError {
  const text = `${state.route} is on its way from ${state.stage} to ${state.toStage} since ${state.changedAt.toISOString()}`;
  return new StranglerError('route-changed', text, { state, remedy: 'look at it again in some seconds' });
}

function noSuchStep(from: RouteState, { to }: Move): StranglerError {
  const text = `there is no step from ${placeText(from)} to ${placeText(to)} for ${from.route}, a route for writes`;
  const next = nextWriteStage(from.stage);
  const back = from.stage === 'service' ? ', or back to monolith' : '';
  const remedy =
    next === null ? 'a retired route stays where it is' : `from ${from.stage} it goes on to ${next}${back}`;
  return new StranglerError('no-such-step', text, { state: from, remedy });
}

function closed(state: RouteState, { to }: Move, findings: readonly Finding[]): StranglerError {
  const sentences = findings.map(({ sentence }) => sentence).join('; ');
  const text = `the gate of ${state.route} to ${placeText(to)} is closed: ${sentences}`;
  const remedy = findings.every(isForceable)
    ? 'wait until it holds, or force it with a reason'
    : 'mend what it names: this cannot be forced';
  return new StranglerError('gate-refused', text, { state, findings, remedy });
}
