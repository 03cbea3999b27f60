import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { services } from '@banyan/cli';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CheckoutCopy } from './checkout-copy.ts';

/** The whole of make test in such a copy takes as long as make test: what can name a service by mistake is what is checked. */
const checks = `
  node_modules/.bin/tsc --noEmit
  node_modules/.bin/biome ci --error-on-warnings .
  NODE_OPTIONS=--experimental-vm-modules node_modules/.bin/jest --listTests --selectProjects unit int e2e
  ! grep -rlE '"consumers/[a-z-]+"' package-lock.json | xargs -r grep -lE '"consumers/(NAME)"'`;

describe.each((await services()).map(({ name }) => name))('a copy of the checkout without the service %s', (name) => {
  let copy: CheckoutCopy;
  beforeAll(async () => {
    copy = await CheckoutCopy.make();
    await rename(join(copy.folder, 'consumers', name), join(copy.folder, '..', name));
  }, 60_000);
  afterAll(() => copy?.[Symbol.asyncDispose]());

  it('builds, and the others are found', async () => {
    const { code, stdout, stderr } = await copy.run(checks.replace('NAME', name));
    expect({ code, stdout: stdout.slice(-3000), stderr: stderr.slice(-3000) }).toMatchObject({ code: 0 });
    const list = await copy.run(`sh stack/toolchain/run.sh --input-type=module -e '
      const { services } = await import("@banyan/cli");
      console.log((await services()).map(({ name }) => name).join());'`);
    expect(list.stdout.trim().split(',')).toEqual(
      (await services()).map((one) => one.name).filter((one) => one !== name),
    );
  }, 120_000);
});
