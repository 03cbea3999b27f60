import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { DevIssuer } from './dev-issuer.ts';
import { tokenCheck } from './tokens.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'issuer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => DevIssuer.open({ folder: join(folder, 'deep/er'), audience: 'bank' });
const file = () => join(folder, 'deep/er/dev-issuer-key.json');

describe('DevIssuer', () => {
  it('signs what a service takes, also from another process with the same folder', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    const published = await one.listen({ port: 0 });
    try {
      const check = tokenCheck({ jwksUrl: published.jwksUrl, issuer: one.issuer, audience: 'bank' });
      expect(await check(`Bearer ${await other.customerToken(42n)}`)).toMatchObject({ customerId: '42' });
      const service = await check(`Bearer ${await one.serviceToken('reports', ['read:accounts', 'read:customers'])}`);
      expect(service).toMatchObject({ customerId: null, scopes: new Set(['read:accounts', 'read:customers']) });
      const { keys } = (await (await fetch(published.jwksUrl)).json()) as { keys: Record<string, unknown>[] };
      expect(keys).toHaveLength(1);
      expect(keys[0]).not.toHaveProperty('d');
    } finally {
      await published.close();
    }
  });

  it('gives tokens that end', async () => {
    const { iat, exp } = decodeJwt(await (await open()).customerToken('7', { forS: 60 }));
    expect(exp! - iat!).toBe(60);
  });

  it('keeps its key for its owner alone, and refuses one that others can read', async () => {
    await open();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    chmodSync(file(), 0o640);
    await expect(open()).rejects.toThrow('can be read by others than its owner');
  });

  it('refuses a file that holds no key, and does not repeat it', async () => {
    await open();
    writeFileSync(file(), '{"s3cret":1}');
    await expect(open()).rejects.toThrow('holds no private key');
    await expect(open()).rejects.not.toThrow('s3cret');
  });
});
