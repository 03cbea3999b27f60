import { once } from 'node:events';
import { escaped } from './escape.ts';

/** Results go to standard output, progress to standard error; colour only where somebody can see it. */
export class Output {
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  readonly #closed = new AbortController();
  readonly colour: boolean;

  constructor(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream, noColour: boolean) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.colour = stdout.isTTY === true && !noColour;
    // `banyan tail … | head -1`: the reader has had enough. That is no failure, and there is nobody to tell.
    stdout.on('error', (error) => this.#closed.abort(error));
    stderr.on('error', () => {});
  }

  /** Somebody looks at the results as they come. */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** Aborted when nobody reads the results any more. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Writes the line and waits while the reader is slower than we are. */
  async line(text: string): Promise<void> {
    if (this.closed.aborted) return;
    if (this.#stdout.write(`${text}\n`)) return;
    await once(this.#stdout, 'drain', { signal: this.closed }).catch(() => {});
  }

  /** Progress: `who` does or says `text`. */
  say(who: string, text: string): void {
    this.#stderr.write(`  ${escaped(who).padEnd(10)} ${escaped(text)}\n`);
  }

  complain(text: string): void {
    this.#stderr.write(`${text}\n`);
  }

  /** Resolves when all that was written has left the process, or cannot any more. */
  async flushed(): Promise<void> {
    await Promise.all(
      [this.#stdout, this.#stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))),
    );
  }

  paint(style: 'bold' | 'red' | 'green' | 'yellow' | 'dim', text: string): string {
    if (!this.colour) return text;
    const code = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 }[style];
    return `\u001b[${code}m${text}\u001b[0m`;
  }
}
