import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { recordOf, writeRecord } from './running-process.ts';

export interface HeldOptions {
  /** An open file for standard output and standard error. */
  readonly log: number;
  readonly env: NodeJS.ProcessEnv;
  readonly recordFile: string;
}

/**
 * A shell that becomes the command once it reads a line from us, and ends when it reads the end of the pipe instead. So the
 * record is on disk before the command does anything, whenever this process is killed: no process without a record.
 */
const script = 'read -r go && exec "$@" </dev/null';

/**
 * Starts the command in a session of its own and writes its record; it outlives this process. A command that cannot be run
 * ends at once, with the reason in its log. Rejects, with nothing running, when the record cannot be written.
 */
export async function startRecorded(command: readonly [string, ...string[]], options: HeldOptions): Promise<void> {
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...command], {
    detached: true,
    stdio: ['pipe', options.log, options.log],
    env: options.env,
  });
  child.stdin!.on('error', () => {});
  await once(child, 'spawn');
  child.unref();
  try {
    const record = recordOf(child.pid!);
    if (!record) return; // Killed already by somebody else.
    await writeRecord(options.recordFile, record);
    child.stdin!.end('go\n');
  } catch (error) {
    child.stdin!.destroy();
    throw error;
  }
}
