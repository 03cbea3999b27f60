import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Inside the suite's folder: what a test that was interrupted leaves running there is found and ended with it. */
export const temporaryFolder = (purpose: string): Promise<string> =>
  mkdtemp(join(process.env.BANYAN_STACK ?? tmpdir(), `banyan-${purpose}-`));
