import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.ts';

/** One line of a service's structured log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A service as a process of its own, as in production; its log is read line by line. */
export class ServiceProcess {
  readonly log: LogLine[] = [];
  readonly #child: ChildProcess;
  #ended = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.once('exit', () => {
      this.#ended = true;
    });
    createInterface({ input: child.stdout! }).on('line', (line) => this.log.push(parsed(line)));
    createInterface({ input: child.stderr! }).on('line', (line) => this.log.push({ stderr: line }));
  }

  static start(
    role: 'project' | 'serve' | 'prove',
    environment: Readonly<Record<string, string>>,
  ): Promise<ServiceProcess> {
    return ServiceProcess.run([join(import.meta.dirname, 'service-main.ts'), role], environment);
  }

  /** A program that is a service in the same sense: it says where it listens, and logs line by line. */
  static async run(words: readonly string[], environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', ...words], {
      // MUTANT=<name> make test ONLY=<path>: to see a test fail that guards a promise.
      env: {
        PATH: process.env.PATH,
        BANYAN_STACK: process.env.BANYAN_STACK,
        MUTANT: process.env.MUTANT,
        KAFKA_CLIENT: process.env.KAFKA_CLIENT,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child, 'spawn');
    return new ServiceProcess(child);
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** Its own address, once it has said so. */
  url(): Promise<string> {
    return eventually('the service says where it listens', () => {
      if (this.#ended) throw new Error(`it ended: ${JSON.stringify(this.log.slice(-5))}`);
      return this.log.find((line) => typeof line.url === 'string')?.url as string | undefined;
    });
  }

  async get(
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: Record<string, unknown> & { data?: unknown } }> {
    const response = await fetch(`${await this.url()}${path}`, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Waits until /ready says `state`, and gives its whole answer. */
  state(state: string, limitMs = 60_000): Promise<Record<string, unknown>> {
    return eventually(
      `the service is ${state}`,
      async () => {
        const { body } = await this.get('/ready');
        if (body.state === state) return body;
        throw new Error(JSON.stringify(body));
      },
      limitMs,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** kill -9, or what is given; resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.#ended) return;
    this.#child.kill('SIGCONT');
    this.#child.kill(signal);
    await this.gone();
  }

  async gone(): Promise<void> {
    if (!this.#ended) await once(this.#child, 'exit');
  }
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { text: line };
  }
}
