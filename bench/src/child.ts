import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Processes of one rig, which all end with it. */
export class Children {
  readonly #running = new Set<ChildProcess>();
  readonly #environment: Readonly<Record<string, string>>;
  #isClosed = false;

  /** `environment`: what each of them gets beside its own. */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** Starts a script of this folder under Node, and under BENCH_NODE_OPTIONS, for a profile of one side. */
  start(script: string, arguments_: readonly string[], environment: Readonly<Record<string, string>> = {}): Child {
    if (this.#isClosed) throw new Error('the benchmark is over');
    const options = (process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter(Boolean);
    const file = join(import.meta.dirname, script);
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--disable-warning=TimeoutNegativeWarning',
        ...options,
        file,
        ...arguments_,
      ],
      {
        env: { PATH: process.env.PATH, ...this.#environment, ...environment },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return new Child(script, child);
  }

  /** Runs a script to its end and gives what it has printed last, as JSON. */
  async run<T>(
    script: string,
    arguments_: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const child = this.start(script, arguments_, environment);
    await child.ended;
    return child.last as T;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const child of this.#running) child.kill('SIGKILL');
    await Promise.all([...this.#running].map((child) => once(child, 'exit')));
  }
}

/** A process that prints one JSON value a line. */
export class Child {
  last: unknown = null;
  readonly pid: number;
  /** Rejects when it fails. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;

  constructor(script: string, child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid!;
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.last = JSON.parse(line);
      child.emit('said', this.last);
    });
    this.ended = once(child, 'close').then(([code, signal]) => {
      if (code !== 0 && signal !== 'SIGTERM') throw new Error(`${script} ended with ${code ?? signal}`);
    });
    this.ended.catch(() => {}); // whoever waits for it hears of it
  }

  /** The first line for which `pick` gives something. */
  said<T>(pick: (line: Readonly<Record<string, unknown>>) => T | undefined): Promise<T> {
    const found = new Promise<T>((resolve) => {
      this.#child.on('said', (line: Readonly<Record<string, unknown>>) => {
        const picked = pick(line);
        if (picked !== undefined) resolve(picked);
      });
    });
    return Promise.race([found, this.ended.then(() => Promise.reject(new Error('it ended before it said that')))]);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended;
  }
}

/** CPU seconds that a process has used so far; source: proc(5), /proc/PID/stat, fields 14 and 15, in hundredths. */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The most memory that a process has had so far; source: proc(5), /proc/PID/status, VmHWM, in kB. */
export function peakBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(text)![1]) * 1024;
}
