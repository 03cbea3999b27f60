import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Dispatcher, errors } from 'undici';
import { type AnswerFields, answerFields } from '../route/answer-fields.ts';
import { hasContent, requestFields, responseFields } from './headers.ts';
import { refuse } from './refusal.ts';

export interface ForwardOptions {
  /** Bytes of the answer kept for `seen`; a longer one is passed on and not kept. */
  readonly keepBytes?: number;
  /** Fields to add once the monolith has answered, before the client is: names and values in turn. */
  readonly beforeAnswer?: () => Promise<readonly string[]>;
  /** Fields to add when the facade answers instead, because the monolith does not. */
  readonly refusalFields?: () => readonly string[];
  /** The body, when it has been read already. */
  readonly body?: Buffer;
  /** A request whose client goes is not given up once all of it has come: what it does, it may be doing. */
  readonly untilAnswered?: boolean;
  /** The monolith has answered, or will not; once. */
  readonly ended?: () => void;
  /** The answer as the client has got it, whole. */
  readonly seen?: (answer: SeenAnswer) => void;
}

export interface SeenAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly fields: AnswerFields;
  readonly body: Buffer;
  /** From the request to the end of the answer. */
  readonly tookMs: number;
}

/** Methods that may be sent again when a connection was closed just as it was used anew (RFC 9110, 9.2.2). */
const isRepeatable = (request: IncomingMessage): boolean =>
  /^(GET|HEAD|OPTIONS|TRACE)$/.test(request.method!) && !hasContent(request);

/** Passes a request on and its answer back, as streams: neither is held in memory, and who is slow is waited for. */
export function forward(
  monolith: Dispatcher,
  request: IncomingMessage,
  response: ServerResponse,
  options: ForwardOptions = {},
): void {
  const passing = new Passing(monolith, request, response, options);
  response.on('close', () => passing.clientGone());
  passing.begin();
}

class Passing implements Dispatcher.DispatchHandler {
  readonly #monolith: Dispatcher;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: ForwardOptions;
  readonly #startedAt = performance.now();
  #controller: Dispatcher.DispatchController | null = null;
  #kept: Buffer[] | null = null;
  #keptBytes = 0;
  #contentType = '';
  #fields: AnswerFields = {};
  #isRepeated = false;

  constructor(monolith: Dispatcher, request: IncomingMessage, response: ServerResponse, options: ForwardOptions) {
    this.#monolith = monolith;
    this.#request = request;
    this.#response = response;
    this.#options = options;
    if (options.seen) this.#kept = [];
  }

  begin(): void {
    const request = this.#request;
    const asked: Dispatcher.DispatchOptions = {
      path: request.url!,
      method: request.method as Dispatcher.HttpMethod,
      headers: requestFields(request),
      body: this.#options.body ?? (hasContent(request) ? request : null),
    };
    this.#monolith.dispatch(asked, this);
  }

  clientGone(): void {
    if (this.#response.writableFinished) return;
    if (this.#options.untilAnswered && this.#request.complete) this.#controller?.resume();
    else this.#controller?.abort(new Error('the client has gone'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (!this.#response.destroyed) return;
    controller.abort(new Error('the client has gone'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[]>,
    text?: string,
  ): void {
    if (status < 200 || this.#response.destroyed) return;
    const fields = responseFields(controller.rawHeaders as (Buffer | string)[]);
    this.#contentType = String(headers['content-type'] ?? '');
    if (this.#kept) this.#fields = answerFields(headers);
    if (headers['content-encoding'] !== undefined) this.#kept = null;
    const more = this.#options.beforeAnswer?.();
    const answer = (added: readonly string[]) => {
      this.#response.writeHead(status, text ?? '', [...fields, ...added]);
    };
    if (!more) {
      answer([]);
      return;
    }
    controller.pause();
    const then = (added: readonly string[]) => {
      if (!this.#response.destroyed) answer(added);
      controller.resume();
    };
    more.then(then, () => then([]));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#response.destroyed) return;
    if (this.#kept) {
      this.#keptBytes += chunk.length;
      if (this.#keptBytes <= (this.#options.keepBytes ?? 262_144)) this.#kept.push(Buffer.from(chunk));
      else this.#kept = null;
    }
    if (this.#response.write(chunk)) return;
    controller.pause();
    this.#response.once('drain', () => controller.resume());
  }

  onResponseEnd(): void {
    this.#options.ended?.();
    if (this.#response.destroyed) return;
    this.#response.end();
    if (!this.#kept) return;
    this.#options.seen?.({
      status: this.#response.statusCode,
      contentType: this.#contentType,
      fields: this.#fields,
      body: Buffer.concat(this.#kept),
      tookMs: performance.now() - this.#startedAt,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const response = this.#response;
    if (response.destroyed) {
      this.#options.ended?.();
      return;
    }
    if (
      error instanceof errors.SocketError &&
      !response.headersSent &&
      !this.#isRepeated &&
      isRepeatable(this.#request)
    ) {
      this.#isRepeated = true;
      this.begin();
      return;
    }
    this.#options.ended?.();
    // A target that is neither a path nor a URL, or a field that HTTP does not know.
    if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) {
      refuse(response, 'malformed-request', error.message);
      return;
    }
    const isLate = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
    const fields = this.#options.refusalFields?.() ?? [];
    if (isLate) refuse(response, 'monolith-timeout', 'it took longer than the facade waits; it may do it yet', fields);
    else
      refuse(
        response,
        'monolith-unreachable',
        'it is away, or ended the connection; a read may be asked again',
        fields,
      );
  }
}
