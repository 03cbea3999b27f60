import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Beside the folder there is what it was before; under it, a new file system. It goes when its last process does. */
const mounts = `set -e
mount --bind "$1" "$1.before"
mount -t tmpfs -o "size=$2m,mode=700" none "$1"
echo mounted
exec cat`;

/** The first process finds what was in the folder before. A server that only looks like root's wants to be told that it may. */
const enters = `[ -n "$(ls -A "$0")" ] || cp -a "$0.before/." "$0"
case "$1" in */mariadbd) set -- "$@" --user="$(id -un)" ;; esac
exec "$@"`;

/** As root of the machine, or else as anybody who may have namespaces of his own. */
const ways = [
  { unshare: ['--mount'], nsenter: ['--mount'] },
  { unshare: ['--mount', '--map-root-user'], nsenter: ['--mount', '--user', '--preserve-credentials'] },
];

/** A folder that is a file system of a size of its own for the processes that are started within it, and for nobody else. */
export class SmallDisk {
  /** Words before the command of a process, to start it within. */
  readonly within: readonly string[];
  readonly #holder: ChildProcess;
  readonly #folder: string;

  private constructor(holder: ChildProcess, folder: string, nsenter: readonly string[]) {
    this.#holder = holder;
    this.#folder = folder;
    this.within = ['nsenter', `--target=${holder.pid}`, ...nsenter, '--', '/bin/sh', '-c', enters, folder];
  }

  /** Throws what this machine lacks when it lets nobody mount. */
  static async at(folder: string, sizeMb: number): Promise<SmallDisk> {
    for (const path of [folder, `${folder}.before`]) await mkdir(path, { recursive: true });
    const said: string[] = [];
    for (const { unshare, nsenter } of ways) {
      const holder = spawn('unshare', [...unshare, '/bin/sh', '-c', mounts, 'sh', folder, String(sizeMb)]);
      createInterface({ input: holder.stderr }).on('line', (line) => said.push(line));
      holder.on('error', ({ message }) => said.push(message));
      holder.stdin.on('error', () => {});
      const first = await Promise.race([once(holder.stdout, 'data'), once(holder, 'close'), once(holder, 'error')]);
      if (String(first[0]).startsWith('mounted')) return new SmallDisk(holder, folder, nsenter);
    }
    throw new Error(
      `a test with a full disk needs a small file system, and this machine mounts none (${said.join('; ')}): run it as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns) and have unshare, nsenter and mount of util-linux`,
    );
  }

  /** The folder as it is within, as seen from here. */
  get path(): string {
    return `/proc/${this.#holder.pid}/root${this.#folder}`;
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.path);
    return bavail * bsize;
  }

  /** Leaves so many bytes free, with a file that is nobody's. */
  async fill(leftBytes = 0): Promise<void> {
    await this.empty();
    const ballast = await open(this.#ballast, 'w');
    const block = Buffer.alloc(65_536);
    try {
      for (let left = (await this.freeBytes()) - leftBytes; left > 0; left -= block.length)
        await ballast.write(block.subarray(0, Math.min(left, block.length)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await ballast.close();
    }
  }

  /** There is space again. */
  async empty(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  /** To be called when no process is within any more. */
  async close(): Promise<void> {
    if (this.#holder.exitCode !== null) return;
    this.#holder.kill('SIGKILL');
    await once(this.#holder, 'close');
  }

  get #ballast(): string {
    return join(this.path, 'ballast');
  }
}
