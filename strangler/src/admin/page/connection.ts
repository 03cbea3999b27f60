import { eventsIn, type ServerEvent } from './events.ts';

export interface Listener {
  event(event: ServerEvent): void;
  /** Events come again, or no longer; then with the reason. */
  state(lost: string | null): void;
  /** The token does not hold, or does not reach so far. */
  refused(why: string): void;
}

/** The server gives a sign of life every 10 s; one that is silent for longer is gone. */
const silenceMs = 25_000;
const firstPauseMs = 1000;
const longestPauseMs = 10_000;

/** The events of the facade, for as long as nobody stops them: what breaks is begun anew. An EventSource cannot send a token. */
export class Connection {
  readonly #listener: Listener;
  readonly #token: string;
  #route: string | null = null;
  #current = new AbortController();
  #pauseMs = firstPauseMs;

  constructor(token: string, listener: Listener) {
    this.#token = token;
    this.#listener = listener;
  }

  /** Begins anew, with what is behind this route. */
  watch(route: string | null): void {
    this.#route = route;
    this.#current.abort();
    this.#current = new AbortController();
    void this.#run(this.#current.signal);
  }

  stop(): void {
    this.#current.abort();
  }

  async #run(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const why = await this.#follow(stopped);
      if (stopped.aborted || why === null) return;
      this.#listener.state(why);
      await pause(this.#pauseMs, stopped);
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    }
  }

  /** Resolves to why it ended; null when it is of no use to go on. */
  async #follow(stopped: AbortSignal): Promise<string | null> {
    const silence = new AbortController();
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      alive();
      const headers = { authorization: `Bearer ${this.#token}` };
      const path = this.#route === null ? 'events' : `events?route=${encodeURIComponent(this.#route)}`;
      const answer = await fetch(path, { headers, signal: AbortSignal.any([stopped, silence.signal]) });
      if (answer.status === 404 && this.#route !== null) {
        this.#route = null;
        return await this.#follow(stopped);
      }
      if (!answer.ok || !answer.body) return await this.#refused(answer);
      this.#listener.state(null);
      for await (const event of eventsIn(answer.body)) {
        if (stopped.aborted) return null;
        alive();
        this.#pauseMs = firstPauseMs;
        if (event?.event === 'end' && (event.data as { reason: string }).reason === 'token-expired') {
          this.#listener.refused('the token has expired');
          return null;
        }
        if (event !== null) this.#listener.event(event);
      }
      return 'the facade has ended it';
    } catch (error) {
      return silence.signal.aborted ? 'the facade is silent' : (error as Error).message;
    } finally {
      clearTimeout(timer);
    }
  }

  async #refused(answer: Response): Promise<string | null> {
    const { detail = `it answered ${answer.status}` } = (await answer.json().catch(() => ({}))) as { detail?: string };
    if (answer.status !== 401 && answer.status !== 403) return detail;
    this.#listener.refused(detail);
    return null;
  }
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
