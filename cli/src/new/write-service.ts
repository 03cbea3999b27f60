import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError } from '../errors.ts';
import type { Files } from './service-files.ts';

/** Throws CliError `name-taken` that says what is there. */
export async function refuseTaken(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const there = await readdir(folder).catch(() => []);
  const what = there.length > 0 ? `, with ${there.join(', ')}` : '';
  throw new CliError('name-taken', `${folder} is there already${what}`, {
    remedy: 'take another name, or move it away: nothing is overwritten',
  });
}

/** Writes the folder, all of it or nothing: it is made beside, in `work`, and moved. Throws CliError `name-taken`. */
export async function writeService(folder: string, files: Files, work: string): Promise<void> {
  await mkdir(work, { recursive: true, mode: 0o700 });
  const made = await mkdtemp(join(work, 'new-'));
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(made, 'service', path)), { recursive: true });
      await writeFile(join(made, 'service', path), text);
    }
    await mkdir(dirname(folder), { recursive: true });
    await refuseTaken(folder);
    await rename(join(made, 'service'), folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}
