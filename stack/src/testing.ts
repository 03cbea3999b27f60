// What the tests of this package share: folders that go away, free ports, waiting, and child processes that are killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isFree } from './port-holder.ts';

/** A new folder below the system's temporary one. */
export async function newFolder(purpose: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `banyan-stack-${purpose}-`));
}

export async function removeFolder(folder: string | undefined): Promise<void> {
  if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The first of seven free ports, far from those that a demo or the suite use. */
export async function freeBase(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const base = 20_000 + 7 * Math.floor(Math.random() * 1000);
    const free = await Promise.all(Array.from({ length: 7 }, (_, index) => isFree(base + index)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no seven free ports in a row from 20000 to 27000');
}

/** Waits until `look` gives something true; throws at the limit. */
export async function eventually<T>(what: string, look: () => Promise<T> | T, limitMs = 60_000): Promise<T> {
  for (const until = Date.now() + limitMs; Date.now() < until; await delay(20)) {
    const seen = await look();
    if (seen) return seen;
  }
  throw new Error(`${what}: not within ${limitMs / 1000} s`);
}

/** Whether a process of this pid is there and does something. */
export async function isAlive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text !== '' && !/\) [ZX] /.test(text);
}

/** Processes whose command line names the text. */
export async function processesNaming(text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => lines[index]!.includes(text)).map(Number);
}

/** One of the scenes of testing-main.ts as a process of its own. */
export class Scene {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
  }

  static async start(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Scene> {
    const main = join(import.meta.dirname, 'testing-main.ts');
    const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    return new Scene(child);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** What follows `key: ` in a line it has printed, once it has. */
  async said(key: string, limitMs?: number): Promise<string> {
    const line = await eventually(
      `the scene says ${key}`,
      () => {
        const found = this.lines.find((each) => each.startsWith(`${key}: `));
        if (!found && this.#ended) throw new Error(`it ended without saying ${key}:\n${this.lines.join('\n')}`);
        return found;
      },
      limitMs,
    );
    return line!.slice(key.length + 2);
  }

  /** Sends the signal and waits until it has ended; its exit code, or null after a signal's death. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.#ended) {
      const exit = once(this.#child, 'exit');
      this.#child.kill(signal);
      await exit;
    }
    return this.#child.exitCode;
  }

  /** Waits until it ends by itself. */
  async ended(): Promise<void> {
    if (!this.#ended) await once(this.#child, 'exit');
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
