import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from './errors.ts';
import { end, isRunning, readRecord, recordOf, send, writeRecord } from './running-process.ts';

export interface PartSpec {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** How long it may take to stop in order, ms. */
  readonly graceMs: number;
  /** Makes data folders and configuration; runs before each start. */
  prepare(): Promise<void>;
  /** Resolves when the part answers as its users need it to; throws what is still missing. */
  answers(): Promise<void>;
}

/** One real part as a process of its own, in a process group of its own, known by its record on disk. */
export class Part {
  readonly name: string;
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

  /** Prepares and starts the process; it answers later, see `untilReady`. */
  async start(): Promise<void> {
    await this.#spec.prepare();
    const [file, ...arguments_] = this.#spec.command;
    const log = openSync(this.logFile, 'a');
    try {
      const child = spawn(file, arguments_, {
        detached: true,
        stdio: ['ignore', log, log],
        env: {
          PATH: process.env.PATH ?? '',
          HOME: process.env.HOME ?? '/',
          LANG: 'C.UTF-8',
          TZ: 'UTC',
          ...this.#spec.env,
        },
      });
      await new Promise<void>((done, fail) => {
        child.once('spawn', done);
        child.once('error', (cause) =>
          fail(new StackError('part-died', `${this.name}: ${file} cannot be started`, cause)),
        );
      });
      child.unref();
      const record = recordOf(child.pid!);
      if (record) await writeRecord(this.#recordFile, record);
    } finally {
      closeSync(log);
    }
  }

  /** Waits until the part answers. Throws StackError `part-died` with the end of its log, or `not-ready` at the limit. */
  async untilReady(limitMs: number, waiting: (reason: string) => void, signal?: AbortSignal): Promise<void> {
    let reason = 'starting';
    for (
      const until = Date.now() + limitMs;
      Date.now() < until;
      await delay(100, undefined, signal ? { signal } : {})
    ) {
      if (!(await this.isRunning())) {
        throw new StackError(
          'part-died',
          `${this.name} ended while starting; the end of ${this.logFile}:\n${this.logTail()}`,
        );
      }
      try {
        await this.#spec.answers();
        return;
      } catch (error) {
        reason = error instanceof Error ? error.message || error.name : String(error);
        waiting(reason);
      }
    }
    throw new StackError(
      'not-ready',
      `${this.name} does not answer after ${limitMs / 1000} s (${reason}); see ${this.logFile}`,
    );
  }

  /** Ends the process whoever started it; true when it was running. */
  stop(): Promise<boolean> {
    return end(this.#recordFile, this.#spec.graceMs);
  }

  /** kill -9. */
  kill(): Promise<boolean> {
    return end(this.#recordFile, this.#spec.graceMs, 'SIGKILL');
  }

  async signal(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const record = await readRecord(this.#recordFile);
    if (record) send(record, signal);
  }

  async isRunning(): Promise<boolean> {
    const record = await readRecord(this.#recordFile);
    return record !== null && isRunning(record);
  }

  /** The last lines of the part's log. */
  logTail(lines = 12): string {
    if (!existsSync(this.logFile)) return '(no log)';
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }
}
