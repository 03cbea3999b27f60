import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';

export interface ToolOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input; none when left out. */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  readonly limitMs?: number;
  readonly line?: (text: string) => void;
}

export interface ToolResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** The last lines of standard output and standard error, as they came. */
  readonly lines: readonly string[];
}

/**
 * The shell becomes the tool and leaves a watcher behind, which reads from us until we say that the tool has ended. When we
 * die, by kill -9 too, it reads the end of the pipe instead and kills the tool: nobody else would know of it.
 */
const script = '{ read -r over || kill -KILL $$; } <&3 >/dev/null 2>&1 & exec "$@" 3<&-';
const keptLines = 400;

/**
 * Runs a command that ends by itself; it never outlives this process. Rejects with the abort's reason, or when the command
 * cannot be started (`code` 127 or 126 when the file is missing or may not be run).
 */
export async function runTool(command: readonly [string, ...string[]], options: ToolOptions = {}): Promise<ToolResult> {
  const limit = options.limitMs === undefined ? [] : [AbortSignal.timeout(options.limitMs)];
  const signal = AbortSignal.any([...(options.signal ? [options.signal] : []), ...limit]);
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...command], {
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const watcher = child.stdio[3] as Writable;
  // A tool that ends early closes its end: that is told by its exit code.
  for (const pipe of [child.stdin, watcher]) pipe?.on('error', () => {});
  if (options.input !== undefined) child.stdin!.end(options.input);
  const lines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      options.line?.(line);
    });
  }
  const abort = () => child.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  try {
    const closed = new Promise<number | null>((done, fail) => child.once('close', done).once('error', fail));
    child.once('exit', () => watcher.end('over\n'));
    const code = await closed;
    signal.throwIfAborted();
    return { code, lines };
  } finally {
    signal.removeEventListener('abort', abort);
    watcher.destroy();
  }
}
