import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readConfig } from '@banyan/stack';
import { keptPasswordFile } from '../new/connect.ts';

/** Kept where `banyan up` keeps it too: mode 600, in the data folder. */
export async function keepPassword(env: NodeJS.ProcessEnv, folder: string, password: string): Promise<void> {
  const { dataDir } = readConfig(env, { root: folder, purpose: 'local', portBase: 27_600 });
  const file = keptPasswordFile(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(join(file), password, { mode: 0o600 });
}
