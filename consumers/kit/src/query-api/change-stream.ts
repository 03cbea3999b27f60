import type { ServerResponse } from 'node:http';
import type { ChangeFeed, Follower, LogEnd, LoggedChange } from './change-feed.ts';
import type { ChangeEventBody } from './change-view.ts';

export type EndReason = 'closing' | 'too-slow' | 'token-expired';

export interface ChangeStreamOptions {
  readonly response: ServerResponse;
  readonly view: (change: LoggedChange) => ChangeEventBody | null;
  readonly cursor: number;
  /** When the token ends, ms since 1970. */
  readonly expiresAtMs: number | null;
  readonly feed: ChangeFeed;
  /** A client for whom more bytes wait gets no new ones; he reads the log at his own pace. One page of it may come on top. */
  readonly maxBufferedBytes: number;
  /** A client who reads nothing for longer is cut off. */
  readonly stallMs: number;
}

/** A client that does not read what has been cut off is dropped after this. */
const lastWordsMs = 5000;
const longestTimerMs = 2_147_483_647;

/** One client's server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export class ChangeStream implements Follower {
  readonly #options: ChangeStreamOptions;
  readonly #expiry: NodeJS.Timeout | null;
  #cursor: number;
  #isEnded = false;

  constructor(options: ChangeStreamOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
    const { response, expiresAtMs } = options;
    const leftMs = expiresAtMs === null ? longestTimerMs : Math.min(expiresAtMs - Date.now(), longestTimerMs);
    this.#expiry = expiresAtMs === null ? null : setTimeout(() => this.end('token-expired'), Math.max(0, leftMs));
    response.on('close', () => {
      this.#isEnded = true;
      this.#leave();
    });
    // A client that is gone is noticed by `close`.
    response.on('error', () => {});
  }

  get cursor(): number {
    return this.#cursor;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Says where it begins: a client that reads now has all that no event will tell. */
  start({ standpoint }: LogEnd, hasMissed: boolean): void {
    this.#write(`retry: 2000\n${frame('start', { position: standpoint.gtid }, this.#cursor)}`);
    if (hasMissed)
      this.#write(frame('reset', { operation: 'reset', key: null, position: standpoint.gtid }, this.#cursor));
  }

  take(changes: readonly LoggedChange[], upTo: number): void {
    const { response, feed, maxBufferedBytes } = this.#options;
    if (response.writableLength > maxBufferedBytes) {
      feed.detach(this);
      this.follow();
    } else this.#give(changes, upTo);
  }

  #give(changes: readonly LoggedChange[], upTo: number): void {
    for (const change of changes) {
      if (change.sequence <= this.#cursor) continue;
      this.#cursor = change.sequence;
      const body = this.#options.view(change);
      if (body) this.#write(frame(body.operation, body, change.sequence));
    }
    this.#cursor = Math.max(this.#cursor, upTo);
  }

  missed({ standpoint, sequence }: LogEnd): void {
    this.#cursor = Math.max(this.#cursor, sequence);
    this.#write(frame('reset', { operation: 'reset', key: null, position: standpoint.gtid }, this.#cursor));
  }

  /** The id without data is no event, but a client that comes back comes back from there, however rare its events are. */
  beat(): void {
    this.#write(`:\nid: ${this.#cursor}\n\n`);
  }

  close(): void {
    this.end('closing');
  }

  end(reason: EndReason): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#leave();
    const { response } = this.#options;
    response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    const drop = setTimeout(() => response.destroy(), lastWordsMs);
    response.once('close', () => clearTimeout(drop));
  }

  /** Reads what the feed is past, as fast as the client takes it, and follows the feed from there. */
  follow(): void {
    this.#options.feed.enter(this);
    // Nothing is left to answer with: the client comes back by itself, to where it was.
    this.#catchUp().catch(() => this.#options.response.destroy());
  }

  async #catchUp(): Promise<void> {
    const { feed } = this.#options;
    for (;;) {
      if (!(await this.#drained())) this.end('too-slow');
      if (this.#isEnded || feed.attach(this)) return;
      const changes = await feed.page(this.#cursor);
      if (changes) this.#give(changes, this.#cursor);
      else {
        const end = await feed.end();
        if (!end) throw new Error('the log of changes is gone');
        this.missed(end);
      }
    }
  }

  #leave(): void {
    if (this.#expiry) clearTimeout(this.#expiry);
    this.#options.feed.leave(this);
  }

  #drained(): Promise<boolean> {
    const { response } = this.#options;
    if (!response.writableNeedDrain) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (isDrained: boolean) => {
        clearTimeout(timer);
        response.off('drain', drained);
        response.off('close', drained);
        resolve(isDrained);
      };
      const drained = () => settle(true);
      const timer = setTimeout(() => settle(false), this.#options.stallMs);
      response.once('drain', drained);
      response.once('close', drained);
    });
  }

  #write(text: string): void {
    if (this.#isEnded) return;
    this.#options.response.write(text);
  }
}

const frame = (event: string, body: object, id: number): string =>
  `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(body)}\n\n`;
