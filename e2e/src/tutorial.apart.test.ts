import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CheckoutCopy, type Ran } from './checkout-copy.ts';
import { freePorts } from './free-ports.ts';
import { blocksOf, pattern } from './page-blocks.ts';

const page = join(import.meta.dirname, '../../docs/tutorial/first-service.md');

describe('the tutorial', () => {
  let copy: CheckoutCopy;
  let env: Record<string, string>;

  beforeAll(async () => {
    copy = await CheckoutCopy.make();
    env = { BANYAN_PORT_BASE: String(await freePorts(40)) };
  }, 120_000);
  afterAll(async () => {
    await copy?.run('./banyan down', env);
    await copy?.[Symbol.asyncDispose]();
  }, 120_000);

  it('leads from a checkout to a service of one’s own, word for word', async () => {
    const blocks = blocksOf(await readFile(page, 'utf8'));
    expect(blocks.filter(({ language }) => language === 'sh').length).toBeGreaterThan(6);
    let ran: Ran = { code: 0, stdout: '', stderr: '' };
    for (const { language, file, text } of blocks) {
      if (file !== null) {
        await mkdir(dirname(join(copy.folder, file)), { recursive: true });
        await writeFile(join(copy.folder, file), text);
      } else if (language === 'sh') {
        ran = await copy.run(text, env);
        if (ran.code !== 0)
          throw new Error(`exit code ${ran.code} of\n${text}\n${ran.stdout.slice(-2000)}\n${ran.stderr.slice(-4000)}`);
      } else {
        for (const line of text.trim().split('\n')) expect(ran.stdout).toMatch(pattern(line));
      }
    }
  }, 600_000);
});
