import { setTimeout as delay } from 'node:timers/promises';
import { coversAll, parsePosition } from '@banyan/kit';
import { StranglerError, type StranglerErrorCode } from '../errors.ts';
import type { WriteRoute } from '../route/declaration.ts';
import { count, type Finding } from '../state/finding.ts';
import type { SeenReplica } from '../state/replica-register.ts';
import type { RouteState } from '../state/route-state.ts';
import type { OwnerApi } from './owner-api.ts';
import { late } from './owner-gate.ts';

export interface HoldStepsOptions {
  readonly api: Pick<OwnerApi, 'position'>;
  readonly register: {
    replicas(route: string, epoch: number, withinMs: number): Promise<readonly SeenReplica[]>;
  };
  readonly leaseMs: number;
  /** How often it is looked whether a step is done; default 20. */
  readonly everyMs?: number;
}

/** The time that a switch has; what is not done in it is undone. */
export interface Deadline {
  readonly startedAtMs: number;
  readonly untilMs: number;
}

/** For a call of which the answer is still of use. */
export const restMs = ({ untilMs }: Deadline): number => Math.max(50, Math.ceil(untilMs - performance.now()));

export const sinceMs = ({ startedAtMs }: Deadline): number => Math.round(performance.now() - startedAtMs);

/** What a switch waits for while writes are held. Each rejects with StranglerError, which says what was not reached. */
export class HoldSteps {
  readonly #options: HoldStepsOptions;

  constructor(options: HoldStepsOptions) {
    this.#options = options;
  }

  /** Resolves to how many replicas hold: all that may still send a write by what was true before. */
  async allHold({ route, epoch }: RouteState, deadline: Deadline): Promise<number> {
    const { register, leaseMs } = this.#options;
    for (;;) {
      const replicas = await register.replicas(route, epoch, 2 * leaseMs);
      const missing = replicas.filter(({ isHolding }) => !isHolding);
      if (replicas.length > 0 && missing.length === 0) return replicas.length;
      if (!(await this.#isTime(deadline))) throw notHolding(route, missing, deadline, leaseMs);
    }
  }

  /** Resolves once the service's read model has come to a position of the source. */
  async covers(route: WriteRoute, position: string, deadline: Deadline): Promise<void> {
    const wanted = parsePosition(position);
    if (!wanted) throw stopped('position-not-reached', `the source says no position, but '${position}'`);
    for (;;) {
      const text = await this.#options.api.position(route, restMs(deadline));
      const reached = text === null ? null : parsePosition(text);
      if (reached && coversAll(reached, wanted)) return;
      if (await this.#isTime(deadline)) continue;
      const said = `${route.owner.service} has come to ${text ?? 'no position'}, and not to ${position}, after ${sinceMs(deadline)} ms`;
      throw stopped('position-not-reached', said, [late('position', sinceMs(deadline), said)]);
    }
  }

  /** Resolves once nothing is found any more. */
  async until<T>(
    ask: () => Promise<T>,
    findingsOf: (answer: T) => readonly Finding[],
    code: StranglerErrorCode,
    deadline: Deadline,
  ): Promise<T> {
    for (;;) {
      const answer = await ask();
      const findings = findingsOf(answer);
      if (findings.length === 0) return answer;
      if (await this.#isTime(deadline)) continue;
      const sentences = findings.map(({ sentence }) => sentence).join('; ');
      throw stopped(code, `${sentences}, after ${sinceMs(deadline)} ms`, findings);
    }
  }

  async #isTime({ untilMs }: Deadline): Promise<boolean> {
    if (performance.now() >= untilMs) return false;
    await delay(this.#options.everyMs ?? 20);
    return true;
  }
}

/** One that is seen and does not hold has writes under way; one that is not seen may send some yet, until it knows nothing for too long. */
function notHolding(
  route: string,
  missing: readonly SeenReplica[],
  deadline: Deadline,
  leaseMs: number,
): StranglerError {
  const afterMs = sinceMs(deadline);
  const silent = missing.filter(({ seenAgoMs }) => seenAgoMs >= afterMs);
  if (missing.length === 0) return stopped('replica-silent', 'no replica is written down, not even this one');
  const findings = (silent.length > 0 ? silent : missing).map(({ replica, seenAgoMs }) => {
    const leftS = Math.ceil((2 * leaseMs - seenAgoMs) / 1000);
    const seen = `was seen ${(seenAgoMs / 1000).toFixed(1)} s ago`;
    return silent.length > 0
      ? late('replica', seenAgoMs, `replica ${replica} ${seen} and does not hold; it is forgotten in ${leftS} s`)
      : late('under-way', afterMs, `replica ${replica} has writes of ${route} under way, after ${count(afterMs)} ms`);
  });
  const text = findings.map(({ sentence }) => sentence).join('; ');
  return stopped(silent.length > 0 ? 'replica-silent' : 'not-drained', text, findings);
}

const remedies: { readonly [code in StranglerErrorCode]?: string } = {
  'replica-silent': 'end that replica or mend its way to the database, or wait until it is forgotten',
  'not-drained': 'it is as it was; try again when less is under way',
  'position-not-reached': 'it is as it was; see why the service is behind, then try again',
};

export function stopped(code: StranglerErrorCode, text: string, findings: readonly Finding[] = []): StranglerError {
  return new StranglerError(code, text, { findings, remedy: remedies[code] ?? 'it is as it was; try again later' });
}
