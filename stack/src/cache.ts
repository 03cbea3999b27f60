import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from './errors.ts';
import { lock } from './lock.ts';

const unfinished = '.unfinished-';
const abandonedMs = 3_600_000;

export interface CacheEntry {
  readonly cacheDir: string;
  readonly name: string;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The folder `name` of the cache, made by `make` when it is not there. It appears whole or not at all; of two processes that
 * want it at once, the second waits for the first. Throws StackError `config` when the cache cannot be written.
 */
export async function inCache(entry: CacheEntry, make: (fresh: string) => Promise<void>): Promise<string> {
  const home = join(entry.cacheDir, entry.name);
  if (existsSync(home)) return home;
  await writable(entry.cacheDir, () => mkdir(entry.cacheDir, { recursive: true }));
  const waiting = () => entry.say('another process is fetching: waiting for it');
  const turn = await lock('cache', entry.cacheDir, waiting, entry.signal);
  const fresh = `${home}${unfinished}${randomUUID()}`;
  try {
    if (existsSync(home)) return home;
    await sweep(entry.cacheDir);
    await writable(entry.cacheDir, () => mkdir(fresh));
    await make(fresh);
    await rename(fresh, home).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(home)) throw error; // A process that the lock does not reach was first.
    });
    return home;
  } finally {
    await rm(fresh, { recursive: true, force: true, maxRetries: 5 });
    await turn.release();
  }
}

/** What a killed process has left; what is young may belong to one that the lock does not reach, in a container perhaps. */
async function sweep(cacheDir: string): Promise<void> {
  for (const name of (await readdir(cacheDir)).filter((each) => each.includes(unfinished))) {
    const found = await stat(join(cacheDir, name)).catch(() => null);
    if (found && Date.now() - found.mtimeMs > abandonedMs)
      await rm(join(cacheDir, name), { recursive: true, force: true });
  }
}

async function writable(cacheDir: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const what = 'set BANYAN_CACHE to a folder that can be written';
    throw new StackError('config', `the cache ${cacheDir} cannot be written (${why}); ${what}`, cause);
  }
}
