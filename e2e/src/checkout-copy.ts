import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of the checkout, packages and all, for what changes files; gone when it is closed. */
export class CheckoutCopy {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<CheckoutCopy> {
    const folder = join(await temporaryFolder('copy'), 'banyan');
    const left = new Set(['.git', '.banyan', 'node_modules']);
    await cp(root, folder, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !left.has(relative(root, path)),
    });
    // Links where they can be: nothing writes to a package. Those of the workspaces are relative and lead into the copy.
    const packages = [join(root, 'node_modules'), folder];
    await run('cp', ['-al', ...packages]).catch(() => run('cp', ['-a', ...packages]));
    return new CheckoutCopy(folder);
  }

  /** Runs a command of a user there, in an environment of his; a signal ends what it started too. */
  async run(command: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const { PATH = '', HOME = '/', BANYAN_CACHE, JAVA_HOME } = process.env;
    const own = { PATH, HOME, ...(BANYAN_CACHE && { BANYAN_CACHE }), ...(JAVA_HOME && { JAVA_HOME }), ...env };
    const options = { cwd: this.folder, env: own, maxBuffer: 64 * 1024 * 1024 };
    try {
      return { code: 0, ...(await run('sh', ['-euc', command], options)) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown } & Omit<Ran, 'code'>;
      return { code: typeof code === 'number' ? code : -1, stdout, stderr };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(join(this.folder, '..'), { recursive: true, force: true, maxRetries: 5 });
  }
}
