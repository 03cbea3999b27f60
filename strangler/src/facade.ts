import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { type ForwardOptions, forward, type SeenAnswer } from './proxy/forward.ts';
import { refuse } from './proxy/refusal.ts';
import type { Answer, ReadRoute } from './route/declaration.ts';
import type { Matched, RouteTable } from './route/route-table.ts';
import { isOfShare } from './route/share.ts';
import { ServiceSilent, type Services, type Standing } from './service/services.ts';
import type { RouteState } from './state/route-state.ts';
import type { ReadAfterTokens } from './token/read-after.ts';
import { readAfterOf } from './token/read-after-fields.ts';
import type { SourcePosition } from './token/source-position.ts';
import { writeTold } from './token/write-told.ts';
import type { Writes } from './write/writes.ts';

export interface FacadeOptions {
  readonly monolith: Dispatcher;
  readonly table: RouteTable;
  /** Routes for writes; null where there are none. */
  readonly writes: Pick<Writes, 'take'> | null;
  readonly services: Services;
  /** Where a route stands, as far as this replica knows. */
  readonly stateOf: (route: string) => RouteState;
  readonly tokens: ReadAfterTokens;
  readonly sourcePosition: SourcePosition;
  readonly freshWithinMs: (route: ReadRoute) => number;
  readonly limits: FacadeLimits;
  readonly seen: FacadeObserver;
}

export interface FacadeLimits {
  /** How long a service may take for an answer, over what is waited for a position. */
  readonly serviceMs: number;
  /** How long a read waits for what its client has written, before it goes to the monolith. */
  readonly waitMs: number;
  /** And before it is refused, where the monolith answers no more. */
  readonly retiredWaitMs: number;
  /** Requests that are under way at the same time; one more is refused. */
  readonly requests: number;
  /** Of them those that wait for the monolith, writes of routes not counted; one more is refused, so that one that is silent keeps no place of those that services answer. */
  readonly atMonolith: number;
  /** Of them those that wait for a read model; one more goes to the monolith at once. */
  readonly waiting: number;
}

/** Of so many requests together: neither a silent monolith nor late read models take all places, and what waits for neither has the rest. */
export const sharesOf = (requests: number): Pick<FacadeLimits, 'requests' | 'atMonolith' | 'waiting'> => ({
  requests,
  atMonolith: Math.ceil(requests * 0.75),
  waiting: Math.ceil(requests / 8),
});

/** A request of a route, and where the route stood when it came. */
export interface Asked extends Matched {
  readonly state: RouteState;
  readonly incoming: IncomingMessage;
}

/** Is told what came of requests of routes; off the client's path. */
export interface FacadeObserver {
  /** The monolith has answered a request that may be compared. */
  compare(asked: Asked, answer: Answer, tookMs: number): void;
  /** A service has answered a client; it may be compared all the same. */
  answered(asked: Asked, tookMs: number): void;
  /** The monolith answers instead, since a service could not. */
  fellBack(asked: Asked, reason: string): void;
  /** The monolith answers instead, since a service has not come to what the client has written. */
  behind(asked: Asked): void;
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/** Answers each request by the monolith or by services, as the state of its route has it. */
export class Facade {
  readonly #options: FacadeOptions;
  #underWay = 0;
  #atMonolith = 0;
  #waiting = 0;

  constructor(options: FacadeOptions) {
    this.#options = options;
  }

  /** Requests that are being answered now. */
  get underWay(): number {
    return this.#underWay;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    if (this.#underWay >= this.#options.limits.requests) {
      request.resume();
      refuse(response, 'too-many-requests-at-once', `${this.#underWay} are being answered already; ask again`);
      return;
    }
    this.#underWay++;
    response.once('close', () => this.#underWay--);
    if (this.#options.writes?.take(request, response)) return;
    const matched = this.#options.table.match(request);
    if (!matched) {
      this.#pass(request, response);
      return;
    }
    const asked: Asked = { ...matched, state: this.#options.stateOf(matched.route.name), incoming: request };
    if (isForService(asked)) void this.#serve(asked, response);
    else this.#byMonolith(asked, response);
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { tokens, sourcePosition } = this.#options;
    this.#forward(request, response, isRead(request.method!) ? {} : writeTold(tokens, sourcePosition));
  }

  #forward(request: IncomingMessage, response: ServerResponse, options: ForwardOptions = {}): void {
    const { monolith, limits } = this.#options;
    if (this.#atMonolith >= limits.atMonolith) {
      request.resume();
      refuse(response, 'too-many-requests-at-once', `${this.#atMonolith} wait for the monolith already; ask again`);
      return;
    }
    this.#atMonolith++;
    // Not when the client goes: what has not been sent yet stays in the queue before the monolith until its turn comes.
    forward(monolith, request, response, { ...options, ended: () => this.#atMonolith-- });
  }

  #byMonolith(asked: Asked, response: ServerResponse): void {
    const { stage, percent } = asked.state;
    const isCompared = stage === 'canary' || (stage === 'shadow' && Math.random() * 100 < percent);
    const seen = ({ body, tookMs, ...answer }: SeenAnswer) =>
      this.#options.seen.compare(asked, { ...answer, body: body.toString() }, tookMs);
    this.#forward(asked.incoming, response, isCompared ? { seen } : {});
  }

  async #serve(asked: Asked, response: ServerResponse): Promise<void> {
    const { seen } = this.#options;
    const startedAt = performance.now();
    try {
      const { answer, standing } = await this.#answerOf(asked);
      send(response, answer, asked.route.name, standing);
    } catch (error) {
      const reason = (error as Error).message;
      if (error instanceof ServiceSilent && error.isBehind) seen.behind(asked);
      else if (!(error instanceof LeftToMonolith)) seen.fellBack(asked, reason);
      if (asked.state.stage !== 'retired') this.#forward(asked.incoming, response);
      else refuse(response, 'service-unavailable', `${reason}; the monolith answers this no more`);
      return;
    }
    seen.answered(asked, performance.now() - startedAt);
  }

  /** Throws whatever makes the monolith answer instead. */
  async #answerOf(asked: Asked): Promise<{ answer: Answer; standing: Standing }> {
    const { tokens, limits } = this.#options;
    const readAfter = readAfterOf(asked.incoming.headers, tokens);
    if (readAfter?.position === null) throw new ServiceSilent('where its client has written to is not known', true);
    if (!readAfter) return this.#ask(asked, null, 0);
    const waitMs = asked.state.stage === 'retired' ? limits.retiredWaitMs : limits.waitMs;
    if (this.#waiting >= limits.waiting) throw new ServiceSilent('as many as may wait for a read model do', true);
    this.#waiting++;
    return this.#ask(asked, readAfter.position, waitMs).finally(() => this.#waiting--);
  }

  async #ask(asked: Asked, atLeast: string | null, waitMs: number): Promise<{ answer: Answer; standing: Standing }> {
    const { services, limits, freshWithinMs } = this.#options;
    const { answer, standing } = await services.answer(asked, {
      atLeast,
      waitMs,
      withinMs: limits.serviceMs + waitMs,
      freshWithinMs: freshWithinMs(asked.route),
    });
    if (!answer) throw new LeftToMonolith('the route leaves this one to the monolith');
    return { answer, standing };
  }
}

/** Nobody has failed. */
class LeftToMonolith extends Error {}

function isForService(asked: Asked): boolean {
  const { stage, percent } = asked.state;
  if (stage !== 'canary') return stage === 'service' || stage === 'retired';
  return isOfShare(asked.route.name, whoAsks(asked), percent);
}

function whoAsks({ route, request, incoming }: Asked): string {
  const address = incoming.socket.remoteAddress ?? '';
  try {
    return route.customer?.(request) ?? address;
  } catch {
    return address; // A route's own code must not end the facade.
  }
}

function send(
  response: ServerResponse,
  { status, contentType, fields, body }: Answer,
  route: string,
  { position, ageMs }: Standing,
): void {
  response.writeHead(status, {
    ...fields,
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'banyan-route': route,
    ...(position !== null && { 'banyan-position': position }),
    ...(ageMs !== null && { 'banyan-age-ms': ageMs }),
  });
  response.end(body);
}
