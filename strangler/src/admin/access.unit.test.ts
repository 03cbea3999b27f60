import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { adminAccess } from './access.ts';

const folder = mkdtempSync(join(tmpdir(), 'banyan-admin-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = join(folder, 'jwks.json');
writeFileSync(keys, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }] }));
const access = adminAccess({ jwksUrl: pathToFileURL(keys).href, issuer: 'https://issuer.example', audience: 'bank' });

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(claims: object): string {
  const usual = { iss: 'https://issuer.example', aud: 'bank', exp: Math.floor(Date.now() / 1000) + 600 };
  const signed = `${part({ alg: 'ES256', kid: 'one' })}.${part({ ...usual, ...claims })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
const asked = (claims: object) =>
  access({ headers: { authorization: `Bearer ${token(claims)}` } } as FastifyRequest, 'routes:write');
const refusal = (claims: object) =>
  asked(claims).then(
    () => 'taken',
    (error: { problem: { status: number; detail: string } }) => `${error.problem.status} ${error.problem.detail}`,
  );

describe('the admin port', () => {
  it('knows who asks by the sub of a token with the scope', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    expect(await asked({ sub: 'service:ops', scope: 'routes:read routes:write', exp })).toEqual({
      who: 'service:ops',
      expiresAtMs: exp * 1000,
    });
  });

  it.each([
    [{ sub: 'service:ops', scope: 'routes:read' }, '403 this wants a token with the scope routes:write'],
    [{ sub: 'customer:7', customer_id: '7', scope: 'routes:write' }, '403 this is not for customers'],
    [{ scope: 'routes:write' }, '403 the token does not say whose it is: it has no sub'],
    [{ sub: 'service:ops', scope: 'routes:write', exp: 1 }, '401 the token has expired; get a new one'],
  ])('%j: %s', async (claims, expected) => {
    expect(await refusal(claims)).toBe(expected);
  });
});
