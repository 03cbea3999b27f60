import type { Log } from '@banyan/kit';
import type { Dispatcher } from 'undici';
import type { Asked, FacadeObserver } from '../facade.ts';
import { askMonolith } from '../proxy/ask-monolith.ts';
import { requestFields } from '../proxy/headers.ts';
import type { Answer, ReadRoute } from '../route/declaration.ts';
import type { Services } from '../service/services.ts';
import type { EvidenceLog } from '../state/evidence-log.ts';
import type { SourcePosition } from '../token/source-position.ts';
import { type AskBudget, withinBudget } from './ask-budget.ts';
import { shownPath } from './compared-request.ts';
import { judge, type Sides } from './judge.ts';
import type { ShadowQueue } from './shadow-queue.ts';

export interface ComparingOptions {
  readonly monolith: Dispatcher;
  readonly services: Services;
  readonly sourcePosition: SourcePosition;
  readonly evidence: EvidenceLog;
  readonly queue: ShadowQueue;
  /** How often the monolith may be asked again for comparisons' sake. */
  readonly budget: AskBudget;
  /** How often it may be asked what it would have answered where a service has. */
  readonly sampling: AskBudget;
  readonly freshWithinMs: (route: ReadRoute) => number;
  /** How long a service may take for an answer, and how long it is waited for a position. */
  readonly serviceMs: number;
  readonly waitMs: number;
  readonly log: Log;
}

/** Of what a service answers in `service` one in a hundred is compared; in `canary` as much as the monolith may be asked for. */
const serviceShare = 0.01;

/** Compares answers off the client's path, and counts. */
export class Comparing implements FacadeObserver {
  readonly #options: ComparingOptions;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ComparingOptions) {
    this.#options = options;
  }

  compare(asked: Asked, answer: Answer, tookMs: number): void {
    this.#offer(asked, answer.body.length, async (sides, signal) => this.#judge(asked, answer, tookMs, sides, signal));
  }

  answered(asked: Asked, tookMs: number): void {
    const { evidence, sampling } = this.#options;
    const { stage } = asked.state;
    evidence.answered(asked.state, tookMs);
    if (stage === 'retired' || (stage === 'service' && Math.random() >= serviceShare)) return;
    this.#offer(asked, 0, async (sides, signal) => {
      const isInTurn = await sampling.turn(signal).then(
        () => true,
        () => false,
      );
      if (!isInTurn) return;
      const startedAt = performance.now();
      const answer = await sides.monolith(signal).catch(() => null);
      if (answer) await this.#judge(asked, answer, performance.now() - startedAt, sides, signal);
    });
  }

  fellBack({ state }: Asked, reason: string): void {
    this.#options.evidence.fellBack(state);
    this.#tell('the monolith answers instead of a service', state.route, reason);
  }

  behind({ state }: Asked): void {
    this.#options.evidence.behind(state);
  }

  async #judge(asked: Asked, first: Answer, monolithMs: number, sides: Sides, signal: AbortSignal): Promise<void> {
    const { evidence, budget } = this.#options;
    const { state, route, incoming } = asked;
    const tolerances = route.tolerances ?? {};
    const verdict = await judge(first, withinBudget(sides, budget), { tolerances, signal, monolithMs });
    evidence.compared(state, verdict, shownPath({ path: incoming.url! }));
    if (verdict.outcome === 'failed') this.#tell('a service could not be compared', state.route, verdict.reason);
  }

  /** One in a while is enough: the rest is counted. */
  #tell(message: string, route: string, reason: string | null): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < 1000) return;
    this.#toldAtMs = nowMs;
    this.#options.log({ message, route, reason });
  }

  #offer(asked: Asked, bytes: number, run: (sides: Sides, signal: AbortSignal) => Promise<void>): void {
    const sides = this.#sidesOf(asked);
    const isTaken = this.#options.queue.offer({ bytes: 1000 + 2 * bytes, run: (signal) => run(sides, signal) });
    if (!isTaken) this.#options.evidence.dropped(asked.state);
  }

  /** The monolith is asked once more with the client's own fields, as they were. */
  #sidesOf(asked: Asked): Sides {
    const { monolith, services, sourcePosition, freshWithinMs, serviceMs, waitMs } = this.#options;
    const fields = requestFields(asked.incoming);
    return {
      candidate: async (atLeast) => {
        const withinMs = serviceMs + (atLeast === null ? 0 : waitMs);
        const limits = { atLeast, waitMs, withinMs, freshWithinMs: freshWithinMs(asked.route) };
        const { answer, standing } = await services.answer(asked, limits);
        return { answer, position: standing.position };
      },
      monolith: (signal) => askMonolith(monolith, asked.incoming.url!, signal, fields),
      sourcePosition: async () => {
        const position = await sourcePosition.newest();
        if (position === null) throw new Error('the source does not say how far it is');
        return position;
      },
    };
  }
}
