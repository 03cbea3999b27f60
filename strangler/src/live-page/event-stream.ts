import type { ServerResponse } from 'node:http';

export type StreamEnd = 'closing' | 'token-expired';

export interface EventStreamOptions {
  readonly response: ServerResponse;
  /** When the token ends, ms since 1970; null where none is asked for. */
  readonly expiresAtMs: number | null;
  /** A sign of life comes so often; who has read nothing since the one before is cut off. */
  readonly beatMs: number;
}

const longestTimerMs = 2_147_483_647;
/** Bytes that may wait for a client before he is told no more. */
const mostWaiting = 262_144;
/** A client that does not read the last words is dropped after this. */
const lastWordsMs = 5000;

/** One client's server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), each of which says all of its kind. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #told = new Map<string, string>();
  readonly #beat: NodeJS.Timeout;
  readonly #expiry: NodeJS.Timeout | undefined;
  #isEnded = false;
  #wasBehind = false;

  constructor({ response, expiresAtMs, beatMs }: EventStreamOptions) {
    this.#response = response;
    this.#beat = setInterval(() => this.#live(), beatMs);
    if (expiresAtMs !== null) {
      const leftMs = Math.max(0, Math.min(expiresAtMs - Date.now(), longestTimerMs));
      this.#expiry = setTimeout(() => this.end('token-expired'), leftMs);
    }
    response.once('close', () => this.#leave());
    // A client that is gone is noticed by `close`.
    response.on('error', () => {});
    response.write('retry: 2000\n\n');
  }

  /** Nothing is told twice, and nothing to who is far behind: a later event says as much. */
  tell(event: string, body: unknown): void {
    const text = JSON.stringify(body);
    if (this.#isEnded || this.#response.writableLength > mostWaiting || this.#told.get(event) === text) return;
    this.#told.set(event, text);
    this.#response.write(`event: ${event}\ndata: ${text}\n\n`);
  }

  end(reason: StreamEnd): void {
    if (this.#isEnded) return;
    this.#leave();
    this.#response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    const drop = setTimeout(() => this.#response.destroy(), lastWordsMs);
    this.#response.once('close', () => clearTimeout(drop));
  }

  #live(): void {
    const isBehind = this.#response.writableNeedDrain;
    if (isBehind && this.#wasBehind) this.#response.destroy();
    else if (!isBehind) this.#response.write(':\n\n');
    this.#wasBehind = isBehind;
  }

  #leave(): void {
    this.#isEnded = true;
    clearInterval(this.#beat);
    clearTimeout(this.#expiry);
  }
}
