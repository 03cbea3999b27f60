import { unlessAborted } from './unless-aborted.ts';

export interface ShadowJob {
  /** What it keeps in memory until it has ended: above all the monolith's answer. */
  readonly bytes: number;
  /** Ends soon when the signal is aborted: by a TimeoutError when its time is over, by an AbortError when the queue closes. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface ShadowQueueOptions {
  /** Jobs that may wait; default 200. */
  readonly waiting?: number;
  /** Jobs that run at the same time; default 4. */
  readonly atOnce?: number;
  /** Of all jobs that wait or run; default 16 MiB. */
  readonly bytes?: number;
  /** For one job, from its start; default 10,000. */
  readonly limitMs?: number;
  /** Told of each job that throws or rejects, but for its time limit and close: a mistake in the job. */
  readonly onBroken?: (cause: unknown) => void;
}

/** What waits and runs now, and what has been since the start. */
export interface ShadowQueueCounts {
  readonly waiting: number;
  readonly running: number;
  readonly bytes: number;
  /** Not run: the queue was full, or it was closed before they began. */
  readonly dropped: number;
  /** Ended by their time limit. */
  readonly overdue: number;
  readonly broken: number;
}

/**
 * Work beside the answers to clients, which never waits for it: jobs run in order, so many at a time, and what does not fit is
 * dropped and counted. Which jobs are dropped does not depend on what they will find, so the rest is a fair sample.
 */
export class ShadowQueue {
  readonly #most: { readonly waiting: number; readonly atOnce: number; readonly bytes: number };
  readonly #limitMs: number;
  readonly #onBroken: (cause: unknown) => void;
  readonly #waiting: ShadowJob[] = [];
  readonly #running = new Map<AbortController, Promise<void>>();
  #bytes = 0;
  #dropped = 0;
  #overdue = 0;
  #broken = 0;
  #isClosed = false;

  constructor(options: ShadowQueueOptions = {}) {
    const { waiting = 200, atOnce = 4, bytes = 16 * 1024 * 1024, limitMs = 10_000, onBroken = () => {} } = options;
    this.#most = { waiting, atOnce, bytes };
    this.#limitMs = limitMs;
    this.#onBroken = onBroken;
  }

  /** Takes a job unless there is no room or the queue is closed. Returns at once, runs nothing of it, and never throws. */
  offer(job: ShadowJob): boolean {
    const hasRoom = this.#waiting.length < this.#most.waiting && this.#bytes + job.bytes <= this.#most.bytes;
    if (this.#isClosed || !hasRoom) {
      this.#dropped++;
      return false;
    }
    this.#bytes += job.bytes;
    this.#waiting.push(job);
    setImmediate(() => this.#startSome());
    return true;
  }

  get counts(): ShadowQueueCounts {
    const counted = { dropped: this.#dropped, overdue: this.#overdue, broken: this.#broken };
    return { waiting: this.#waiting.length, running: this.#running.size, bytes: this.#bytes, ...counted };
  }

  /** Drops what waits and aborts what runs; ends at once, for a job that does not obey its signal is not waited for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#waiting.splice(0)) {
      this.#bytes -= job.bytes;
      this.#dropped++;
    }
    for (const stop of this.#running.keys()) stop.abort(new DOMException('the shadow queue closes', 'AbortError'));
    await Promise.all(this.#running.values());
  }

  #startSome(): void {
    while (this.#running.size < this.#most.atOnce) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      const stop = new AbortController();
      this.#running.set(stop, this.#run(job, stop));
    }
  }

  async #run(job: ShadowJob, stop: AbortController): Promise<void> {
    const overdue = () => stop.abort(new DOMException(`not within ${this.#limitMs} ms`, 'TimeoutError'));
    const timer = setTimeout(overdue, this.#limitMs);
    try {
      await unlessAborted(stop.signal, () => job.run(stop.signal));
    } catch (cause) {
      if (!stop.signal.aborted) this.#note(cause);
      else if (!this.#isClosed) this.#overdue++;
    } finally {
      clearTimeout(timer);
      this.#bytes -= job.bytes;
      this.#running.delete(stop);
      this.#startSome();
    }
  }

  #note(cause: unknown): void {
    this.#broken++;
    try {
      this.#onBroken(cause);
    } catch {
      // Whoever is told has no say in whether the queue goes on.
    }
  }
}
