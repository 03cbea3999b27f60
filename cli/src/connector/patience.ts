import { ConnectError, type ConnectorConfig, maskText } from 'debezium-connect-client';
import { CliError } from '../errors.ts';
import { diagnosisOf, endOf } from './diagnosis.ts';

export interface PatienceOptions {
  readonly waitMs: number;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
  /** Stand-ins for tests. `sleep` rejects when its signal aborts; `now` never goes back. */
  readonly now?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const repeatMs = 15_000;

/** One limit for all the waits of a run. What it waits for, and why, it says whenever that changes and each 15 s. */
export class Patience {
  readonly #options: Required<PatienceOptions>;
  readonly #startMs: number;
  readonly #deadline: AbortSignal;
  readonly #secret: ConnectorConfig[] = [];

  constructor(options: PatienceOptions) {
    this.#options = { now: () => performance.now(), sleep, ...options };
    this.#startMs = this.#options.now();
    this.#deadline = AbortSignal.timeout(options.waitMs);
  }

  get leftMs(): number {
    return Math.max(0, Math.round(this.#options.waitMs - (this.#options.now() - this.#startMs)));
  }

  get callerSignal(): AbortSignal {
    return this.#options.signal;
  }

  /** Aborted by the caller, and when the time is up: for calls that may take longer than that. */
  get signal(): AbortSignal {
    return AbortSignal.any([this.#options.signal, this.#deadline]);
  }

  say(text: string): void {
    this.#options.say(this.#masked(text));
  }

  /** From now on no value of a secret setting in it is told: a worker may quote those of a configuration of before. */
  hide(config: ConnectorConfig): void {
    this.#secret.push(config);
  }

  /** The error without what is hidden. */
  maskedError(thrown: unknown): unknown {
    if (!(thrown instanceof CliError)) return thrown;
    const { code, message, remedy, mayHeal, cause } = thrown;
    return new CliError(code, this.#masked(message), { remedy, mayHeal, cause });
  }

  /**
   * Does it until it works. Throws CliError for what does not heal, at once, and for what may when the time is up: that one
   * `mayHeal`. Throws the abort's reason.
   */
  async until<T>(what: string, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    let told = '';
    let toldMs = Number.NEGATIVE_INFINITY;
    for (let pauseMs = 500; ; pauseMs = Math.min(5000, 2 * pauseMs)) {
      let diagnosis: ReturnType<typeof diagnosisOf>;
      try {
        return await act(this.signal);
      } catch (thrown) {
        this.#options.signal.throwIfAborted();
        diagnosis = this.#cutShort(thrown) ? { ...slow, message: told || slow.message } : diagnosisOf(thrown);
        if (!diagnosis.mayHeal) throw endOf(diagnosis, thrown);
        if (this.leftMs === 0) throw this.timeIsUp(what, diagnosis, thrown);
      }
      const now = this.#options.now();
      if (diagnosis.message !== told || now - toldMs >= repeatMs) {
        told = diagnosis.message;
        toldMs = now;
        this.say(`waiting for ${what}, up to ${Math.round(this.leftMs / 1000)} s more: ${told}`);
      }
      await this.pause(pauseMs);
    }
  }

  /** Throws the abort's reason. */
  async pause(ms: number): Promise<void> {
    await this.#options.sleep(Math.min(ms, this.leftMs), this.#options.signal);
  }

  timeIsUp(what: string, { code, message, remedy }: ReturnType<typeof diagnosisOf>, cause: unknown) {
    const waited = `no ${what} within ${this.#options.waitMs / 1000} s (WAIT_S): ${message}`;
    return endOf(
      { code, message: waited, remedy: remedy ?? 'it may heal by itself: run it again', mayHeal: true },
      cause,
    );
  }

  #masked(text: string): string {
    return this.#secret.reduce(maskText, text);
  }

  #cutShort(thrown: unknown): boolean {
    return this.#deadline.aborted && ConnectError.from(thrown).code === 'aborted';
  }
}

const slow = { code: 'timeout', message: 'it did not answer in time', remedy: null, mayHeal: true } as const;

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      fail(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      done();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
