import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '@banyan/kit';
import type { Dispatcher } from 'undici';
import { type ForwardOptions, forward } from '../proxy/forward.ts';
import { type RefusalCode, refuse } from '../proxy/refusal.ts';
import type { RouteState } from '../state/route-state.ts';
import type { StateWatch } from '../state/state-watch.ts';
import type { ReadAfterTokens } from '../token/read-after.ts';
import { fieldsOf } from '../token/read-after-fields.ts';
import { NotTheOwner, type Written, writeByService } from './by-service.ts';
import { type OwnerApi, OwnerSilent } from './owner-api.ts';
import { type SentBody, sentBody } from './sent-body.ts';
import { UnderWay } from './under-way.ts';
import type { WaitingRoom } from './waiting-room.ts';
import { WriteCounts } from './write-counts.ts';
import type { MatchedWrite, WriteTable } from './write-table.ts';

export interface WritesOptions {
  readonly monolith: Dispatcher;
  readonly table: WriteTable;
  readonly routes: readonly string[];
  readonly api: Pick<OwnerApi, 'send'>;
  readonly watch: Pick<StateWatch, 'stored' | 'look' | 'knowledge' | 'onChange'>;
  readonly room: Pick<WaitingRoom, 'wait'>;
  /** What a client is told whose write the monolith has answered. */
  readonly told: ForwardOptions;
  readonly tokens: ReadAfterTokens;
  readonly limits: WriteLimits;
  readonly log: Log;
}

export interface WriteLimits {
  /** How long a switch may hold new writes; no write is held longer after its arrival. */
  readonly holdMs: number;
  /** A replica that has not read for so long where the routes stand sends no write to the monolith any more. */
  readonly leaseMs: number;
}

interface Write extends MatchedWrite {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly gone: AbortSignal;
  arrivedAtMs: number;
  sent: SentBody | null;
}

/**
 * Answers the writes of routes, each by its one owner: by the monolith, or by the service under the epoch that it came to own at. Between
 * the two they wait. Nothing is tried at the other one.
 */
export class Writes {
  readonly underWay = new UnderWay();
  readonly #options: WritesOptions;
  readonly #counts: ReadonlyMap<string, WriteCounts>;

  constructor(options: WritesOptions) {
    this.#options = options;
    this.#counts = new Map(options.routes.map((route) => [route, new WriteCounts()]));
    options.watch.onChange((now) => this.#counts.get(now.route)?.saw(now));
  }

  facts(route: string): WriteCounts {
    return this.#counts.get(route)!;
  }

  /** False when it is no write of a route, nor like one. */
  take(incoming: IncomingMessage, response: ServerResponse): boolean {
    const matched = this.#options.table.match(incoming);
    if (!matched) return false;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const write: Write = {
      ...matched,
      incoming,
      response,
      gone: gone.signal,
      arrivedAtMs: performance.now(),
      sent: null,
    };
    this.#answer(write).catch((error) => {
      if (gone.signal.aborted) return;
      this.#options.log({ message: 'a write could not be answered', route: write.route.name, error });
      this.#refuse(write, 'service-unavailable', 'the facade has a defect; its log has more');
    });
    return true;
  }

  async #answer(write: Write): Promise<void> {
    const { watch } = this.#options;
    let triedEpoch = -1;
    for (;;) {
      const state = watch.stored(write.route.name);
      if (write.gone.aborted) return;
      if (watch.knowledge.knownForMs === null) return this.#refuse(write, 'owner-unknown', `${unread}; ask again`);
      if (state.phase !== 'settled' || state.epoch === triedEpoch) {
        const isOver = (now: RouteState) => now.phase === 'settled' && now.epoch !== triedEpoch;
        if (!(await this.#hold(write, isOver))) return;
      } else if (state.stage === 'monolith') return this.#byMonolith(write);
      else if (!write.request) return this.#refuse(write, 'unusual-write', unusual(write));
      else if (!write.sent) {
        write.sent = await sentBody(write.incoming);
        write.arrivedAtMs = performance.now(); // Whoever sends slowly has as long to wait as others. It may stand elsewhere by now.
      } else {
        if (await this.#byService(write, state)) return;
        if (triedEpoch >= 0)
          return this.#refuse(write, 'write-held', 'the service has another owner for it; ask again');
        triedEpoch = state.epoch;
        await watch.look();
      }
    }
  }

  /** False when it has been answered. */
  async #hold(write: Write, isOver: (state: RouteState) => boolean): Promise<boolean> {
    const { room, limits } = this.#options;
    const withinMs = write.arrivedAtMs + limits.holdMs - performance.now();
    const outcome = await room.wait(write.route.name, isOver, { withinMs, signal: write.gone });
    if (outcome !== 'full') this.#counts.get(write.route.name)!.held++;
    if (outcome === 'full') this.#refuse(write, 'write-held', 'as many as may wait are waiting; ask again');
    if (outcome === 'expired')
      this.#refuse(write, 'write-held', `it was held for ${limits.holdMs} ms, and not done; ask again`);
    return outcome === 'over';
  }

  /** Also what is only like a write of the route: the monolith knows what it makes of it. */
  #byMonolith(write: Write): void {
    const { monolith, told, watch, limits } = this.#options;
    const { incoming, response, sent, route } = write;
    if (watch.knowledge.knownForMs! > limits.leaseMs) {
      this.#refuse(write, 'owner-unknown', `${unread}; ask again`);
      return;
    }
    if (sent?.bytes === null) {
      this.#refuse(write, 'write-held', 'its owner has changed meanwhile; send it again');
      return;
    }
    const ended = this.underWay.begin(route.name);
    const body = sent?.bytes.length ? { body: sent.bytes } : {};
    forward(monolith, incoming, response, { ...told, ...body, untilAnswered: true, ended });
  }

  /** False when the service is not the owner under the epoch that is known here. */
  async #byService(write: Write, { ownerEpoch }: RouteState): Promise<boolean> {
    const { body, noBody } = write.sent!;
    const end = this.underWay.begin(write.route.name);
    try {
      const request = { ...write.request!, body, noBody };
      this.#send(write, await writeByService(this.#options.api, write.route, request, ownerEpoch));
    } catch (error) {
      if (error instanceof NotTheOwner) return false;
      if (!(error instanceof OwnerSilent)) throw error;
      this.#options.log({ message: 'a write was not answered', route: write.route.name, reason: error.message });
      this.#refuse(write, error.mayBeDone ? 'write-unsure' : 'service-unavailable', unanswered(error));
    } finally {
      end();
    }
    return true;
  }

  #send({ response, route }: Write, { answer, done }: Written): void {
    const { tokens } = this.#options;
    this.#counts.get(route.name)!.byService++;
    if (response.destroyed) return;
    const told = done ? fieldsOf(tokens.sign(done.position), tokens.holdsMs) : [];
    response.writeHead(answer.status, [
      ...Object.entries(answer.fields ?? {}).flat(),
      ...['content-type', answer.contentType, 'content-length', String(Buffer.byteLength(answer.body))],
      ...['banyan-route', route.name, ...told],
    ]);
    response.end(answer.body);
  }

  #refuse({ route, incoming, response }: Write, code: RefusalCode, detail: string): void {
    const { tokens } = this.#options;
    this.#counts.get(route.name)!.refuse(code);
    incoming.resume();
    const told = code === 'write-unsure' ? fieldsOf(tokens.sign(null), tokens.holdsMs) : [];
    refuse(response, code, detail, told);
  }
}

const unread = 'where writes of this kind go could not be read for too long';

const unusual = ({ route: { method, path } }: Write): string =>
  `it is like ${method} ${path}, which a service owns: ask for that path as it is written there, without a query`;

const unanswered = ({ message, mayBeDone }: OwnerSilent): string =>
  mayBeDone
    ? `${message}; it may have been done: repeat it with the same Idempotency-Key, or look first`
    : `${message}; it was not done: ask again`;
