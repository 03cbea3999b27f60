import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FakeConnect, fakeConnect } from './testing/fake-connect.ts';
import { binlogOffset } from './testing/samples.ts';

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

/**
 * The page as one module: its imports first, and each block in a scope inside the former one's, so that it sees what was
 * declared before and may declare a name anew.
 */
function moduleOf(page: string): string {
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
  const imports = blocks.flatMap((block) => block.match(/^import .*$/gm) ?? []);
  const rest = blocks.map((block) => block.replaceAll(/^import .*$/gm, ''));
  return `${imports.join('\n')}\n${rest.map((block) => `{\n${block}`).join('')}${'}'.repeat(rest.length)}\n`;
}

describe('the README', () => {
  let folder: string;
  let fake: FakeConnect;
  let text: string;

  beforeAll(async () => {
    fake = await fakeConnect({
      plugin: { offsetsAtStart: () => [{ partition: { server: 'shop' }, offset: binlogOffset }] },
    });
    folder = await mkdtemp(join(tmpdir(), 'connect-client-readme-'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const page = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
    text = moduleOf(page).replace("'http://127.0.0.1:8083'", `'${fake.url}'`);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    await writeFile(join(folder, 'readme.ts'), text);
  });
  afterAll(async () => {
    await fake?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is right by its types', async () => {
    const config = {
      extends: join(root, 'tsconfig.json'),
      include: ['readme.ts'],
      exclude: [],
      compilerOptions: shown,
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '--noEmit', '--project', folder]).catch((failed) => failed);
    expect(stdout).toBe('');
  });

  it('runs, block after block', async () => {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { stdout, stderr } = await run(process.execPath, [join(folder, 'readme.ts')], { env, timeout: 30_000 });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n').at(-1)).toBe('task-failed');
    expect(fake.requests).toContain('DELETE /connectors/shop/offsets');
    expect(text.match(/^{$/gm)?.length).toBeGreaterThan(4);
  });
});

/** A reader's variables need not be used in what is shown. */
const shown = { noUnusedLocals: false, types: ['node'], typeRoots: [join(root, 'node_modules/@types')] };
