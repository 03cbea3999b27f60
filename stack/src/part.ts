import { closeSync, openSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from './errors.ts';
import { startRecorded } from './held-process.ts';
import { endOfFile } from './log-tail.ts';
import { end, isRunning, readRecord, send } from './running-process.ts';

export interface PartSpec {
  readonly name: string;
  /** Asked for at each start, after `prepare`. */
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** How long it may take to stop in order, ms. */
  readonly graceMs: number;
  /** Makes data folders and configuration; runs before each start. */
  prepare(signal?: AbortSignal): Promise<void>;
  /** Resolves when the part answers as its users need it to; throws what is still missing. */
  answers(): Promise<void>;
}

/** One real part as a process of its own, in a process group of its own, known by its record on disk. */
export class Part {
  readonly name: string;
  /** Of the latest start; the log of the one before is beside it, as `<name>.log.1`. */
  readonly logFile: string;
  readonly #spec: PartSpec;
  readonly #recordFile: string;

  constructor(spec: PartSpec, dataDir: string) {
    this.name = spec.name;
    this.#spec = spec;
    this.logFile = join(dataDir, 'log', `${spec.name}.log`);
    this.#recordFile = join(dataDir, 'run', `${spec.name}.json`);
  }

  get ports(): readonly number[] {
    return this.#spec.ports;
  }

  /**
   * Prepares and starts the process, unless it runs already; it answers later, see `untilReady`. `within` are words before
   * its command, of a command that becomes it, such as nsenter. Throws the abort's reason, with nothing started, after an abort.
   */
  async start(signal?: AbortSignal, within: readonly string[] = []): Promise<void> {
    // A second process would have the same data folder, and its record would replace the first one's.
    if (await this.isRunning()) return;
    await this.#spec.prepare(signal);
    signal?.throwIfAborted();
    await rename(this.logFile, `${this.logFile}.1`).catch(() => {}); // There is none before the first start.
    const log = openSync(this.logFile, 'a');
    try {
      const env = {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '/',
        LANG: 'C.UTF-8',
        TZ: 'UTC',
        ...this.#spec.env,
      };
      await startRecorded([...within, ...this.#spec.command] as [string, ...string[]], {
        log,
        env,
        recordFile: this.#recordFile,
      });
    } finally {
      closeSync(log);
    }
  }

  /** Waits until the part answers. Throws StackError `part-died` with the end of its log, or `not-ready` at the limit. */
  async untilReady(limitMs: number, waiting: (reason: string) => void, signal?: AbortSignal): Promise<void> {
    let reason = 'starting';
    const options = signal ? { signal } : {};
    for (const until = Date.now() + limitMs; Date.now() < until; await delay(100, undefined, options)) {
      if (!(await this.isRunning())) {
        const log = `the end of ${this.logFile}:\n${this.logTail()}`;
        throw new StackError('part-died', `${this.name} ended while starting; ${log}`);
      }
      try {
        await orAbort(this.#spec.answers(), signal);
        return;
      } catch (error) {
        signal?.throwIfAborted();
        reason = error instanceof Error ? error.message || error.name : String(error);
        waiting(reason);
      }
    }
    const text = `${this.name} does not answer after ${limitMs / 1000} s (${reason}); see ${this.logFile}`;
    throw new StackError('not-ready', text);
  }

  /** Ends the process whoever started it; true when it was running. */
  stop(): Promise<boolean> {
    return end(this.#recordFile, this.#spec.graceMs);
  }

  /** kill -9. */
  kill(): Promise<boolean> {
    return end(this.#recordFile, this.#spec.graceMs, 'SIGKILL');
  }

  /** SIGQUIT makes a JVM write its threads to its log. */
  async signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGQUIT'): Promise<void> {
    const record = await readRecord(this.#recordFile);
    if (record) send(record, signal);
  }

  async isRunning(): Promise<boolean> {
    const record = await readRecord(this.#recordFile);
    return record !== null && isRunning(record);
  }

  /** Whether it was started and has ended without being stopped. */
  async hasDied(): Promise<boolean> {
    const record = await readRecord(this.#recordFile);
    return record !== null && !isRunning(record);
  }

  /** The last lines of the part's log. */
  logTail(lines = 12): string {
    return endOfFile(this.logFile, lines) || '(nothing in the log)';
  }
}

/** The answer, unless an abort is first: an answer may take seconds to fail. */
function orAbort(answer: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return answer;
  return new Promise((done, fail) => {
    const abort = () => fail(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    answer.then(done, fail).finally(() => signal.removeEventListener('abort', abort));
  });
}
