import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '@banyan/stack';
import { inCache, runTool } from '@banyan/stack/fetching';
import { goModule } from '../crds/go-module.ts';

const lock = join(import.meta.dirname, '../../cluster/promtool');
const module = 'github.com/prometheus/prometheus';

export interface PromtoolOptions {
  readonly cacheDir: string;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The path of a program that runs files of promtool's test format, as `promtool test rules` does; built with Go when the cache has none
 * for these lockfiles. Throws StackError `fetch-failed` or `config`.
 */
export async function promtool({ cacheDir, say, signal }: PromtoolOptions): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(lock)).sort();
  for (const name of names) hash.update(await readFile(join(lock, name)));
  const name = `promtool-${hash.digest('hex').slice(0, 12)}`;
  const home = await inCache({ cacheDir, name, say, signal }, async (fresh) => {
    say('building promtool: some minutes of one core when Go has nothing of it yet');
    const source = join(fresh, 'source');
    const folder = await goModule(lock, module, signal);
    await mkdir(source);
    for (const file of names) await copyFile(join(lock, file), join(source, file));
    await copyFile(join(folder, 'cmd/promtool/unittest.go'), join(source, 'unittest.go'));
    const env = {
      ...process.env,
      CGO_ENABLED: '0',
      GOFLAGS: '-mod=readonly -trimpath -buildvcs=false',
      GOTOOLCHAIN: 'local',
    };
    const { code, lines } = await runTool(['go', '-C', source, 'build', '-o', join(fresh, 'promtool'), '.'], {
      env,
      signal,
    });
    if (code !== 0) throw new StackError('fetch-failed', `promtool could not be built: ${lines.slice(-5).join(' ')}`);
    await rm(source, { recursive: true, force: true });
  });
  return join(home, 'promtool');
}
