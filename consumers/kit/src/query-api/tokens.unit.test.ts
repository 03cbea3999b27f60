import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../testkit/eventually.ts';
import { Refused } from './refused.ts';
import { type TestingIssuer, testingIssuer } from './testing-issuer.ts';
import { tokenCheck } from './tokens.ts';

let issuer: TestingIssuer;
let check: ReturnType<typeof tokenCheck>;
beforeEach(async () => {
  issuer = await testingIssuer();
  check = tokenCheck(issuer.rules);
});
afterEach(async () => {
  await issuer[Symbol.asyncDispose]();
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = () => ({
  iss: issuer.rules.issuer,
  aud: issuer.rules.audience,
  exp: Math.floor(Date.now() / 1000) + 600,
  customer_id: '1',
});

async function refusal(
  authorization: string | undefined,
): Promise<{ code: string; challenge: string; status: number }> {
  try {
    await check(authorization);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const code = error.problem.type.split(':').at(-1)!;
    return { code, challenge: String(error.headers['www-authenticate'] ?? ''), status: error.problem.status };
  }
  throw new Error('it was taken');
}

describe('a token that holds', () => {
  it('says who asks', async () => {
    const taken = await check(`Bearer ${await issuer.token({ customer_id: '42', scope: 'read:accounts  openid' })}`);
    expect(taken).toMatchObject({ customerId: '42', scopes: new Set(['read:accounts', 'openid']) });
    expect(await check(`bearer ${await issuer.token({ customer_id: 42 })}`)).toMatchObject({ customerId: '42' });
    expect(await check(`Bearer ${await issuer.token({ sub: 'service:ops' })}`)).toMatchObject({
      subject: 'service:ops',
    });
    expect(await check(`Bearer ${await issuer.token({ sub: 7 })}`)).toMatchObject({ subject: null });
    expect(await check(`Bearer ${await issuer.token({ scp: ['read:*', 7] })}`)).toMatchObject({
      customerId: null,
      scopes: new Set(['read:*']),
    });
  });

  it('is checked with keys that were fetched once', async () => {
    for (let n = 0; n < 20; n++) await check(`Bearer ${await issuer.token({})}`);
    expect(issuer.fetched).toBe(1);
  });
});

describe('keys in a file', () => {
  it('are taken, and said to be away while the file is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'banyan-keys-'));
    try {
      const file = join(folder, 'jwks.json');
      check = tokenCheck({ ...issuer.rules, jwksUrl: pathToFileURL(file).href });
      const token = `Bearer ${await issuer.token({ customer_id: '7' })}`;
      expect(await refusal(token)).toMatchObject({ code: 'keys-unavailable', status: 503 });
      await writeFile(file, await (await fetch(issuer.rules.jwksUrl)).text());
      await eventually('the file is read again', async () => (await check(token)).customerId === '7');
      expect(await refusal('Bearer a.b.c')).toMatchObject({ status: 401 });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a token that does not hold', () => {
  it('is none, or no bearer token', async () => {
    expect(await refusal(undefined)).toEqual({ code: 'unauthorized', challenge: 'Bearer realm="banyan"', status: 401 });
    for (const other of ['', 'Basic dTpw', 'Bearerx y']) {
      expect(await refusal(other)).toMatchObject({ status: 401, challenge: 'Bearer realm="banyan"' });
    }
    for (const broken of ['Bearer', 'Bearer a b', 'Bearer ä', 'Bearer a,Bearer b', 'Bearer a.b.c']) {
      expect(await refusal(broken)).toMatchObject({
        status: 401,
        challenge: expect.stringContaining('error="invalid_token"'),
      });
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ['has expired', { exp: Math.floor(Date.now() / 1000) - 60 }],
    ['never ends', { exp: null }],
    ['is not valid yet', { nbf: Math.floor(Date.now() / 1000) + 600 }],
    ['is for another audience', { aud: 'shop' }],
    ['is for no audience', { aud: null }],
    ['is of another issuer', { iss: 'https://other.example' }],
    ['is of no issuer', { iss: null }],
    ['has a list for a customer id', { customer_id: ['1', '2'] }],
    ['has null for a customer id', { customer_id: { toString: '1' } }],
    ['has a fraction for a customer id', { customer_id: 1.5 }],
  ])('%s', async (_, change) => {
    const found = await refusal(`Bearer ${await issuer.token({ customer_id: '1', ...change })}`);
    expect(found).toMatchObject({ status: 401, challenge: expect.stringContaining('error="invalid_token"') });
  });

  it('is not signed at all', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await refusal(`Bearer ${part({ alg })}.${part(claims())}.`)).toMatchObject({ status: 401 });
    }
  });

  it('is signed with the public key as an HMAC secret', async () => {
    const [publicJwk] = issuer.keys;
    const secrets = [JSON.stringify(publicJwk), publicJwk!.x!, Buffer.from(publicJwk!.x!, 'base64url')];
    for (const secret of secrets) {
      const text = `${part({ alg: 'HS256', kid: 'one' })}.${part(claims())}`;
      const signature = createHmac('sha256', secret).update(text).digest('base64url');
      expect(await refusal(`Bearer ${text}.${signature}`)).toMatchObject({ status: 401 });
    }
  });

  it('is signed with a key of its own that it brings along', async () => {
    const own = await issuer.newKey('own', false);
    const token = await issuer.token({ customer_id: '1' }, { privateKey: own.privateKey });
    expect(await refusal(`Bearer ${token}`)).toMatchObject({ status: 401 });
    const [, payload, signature] = token.split('.');
    const header = part({ alg: 'ES256', jwk: own.publicJwk, jku: 'http://127.0.0.1:1/jwks', kid: 'one' });
    expect(await refusal(`Bearer ${header}.${payload}.${signature}`)).toMatchObject({ status: 401 });
  });

  it('was changed after it was signed', async () => {
    const [header, , signature] = (await issuer.token({ customer_id: '1' })).split('.');
    expect(await refusal(`Bearer ${header}.${part({ ...claims(), customer_id: '2' })}.${signature}`)).toMatchObject({
      status: 401,
    });
  });

  it('is signed with an algorithm that is not allowed here', async () => {
    check = tokenCheck({ ...issuer.rules, algorithms: ['RS256'] });
    expect(await refusal(`Bearer ${await issuer.token({ customer_id: '1' })}`)).toMatchObject({ status: 401 });
  });
});

describe('the keys of the issuer', () => {
  it('are fetched anew for a key that is not known, but not for each such token', async () => {
    await check(`Bearer ${await issuer.token({})}`);
    const strange = await issuer.newKey('strange', false);
    for (let n = 0; n < 10; n++) {
      const token = await issuer.token({}, { privateKey: strange.privateKey, kid: `made-up-${n}` });
      expect(await refusal(`Bearer ${token}`)).toMatchObject({ code: 'unauthorized' });
    }
    expect(issuer.fetched).toBe(1); // within 30 s of the last time
  });

  it('that are new are taken, once the last fetch is 30 s ago', async () => {
    await check(`Bearer ${await issuer.token({})}`);
    const fresh = await issuer.newKey('two');
    const token = `Bearer ${await issuer.token({ customer_id: '1' }, { privateKey: fresh.privateKey, kid: 'two' })}`;
    expect(await refusal(token)).toMatchObject({ code: 'unauthorized' });
    const nowMs = Date.now();
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => nowMs + 31_000);
    try {
      expect(await check(token)).toMatchObject({ customerId: '1' });
      issuer.keys = issuer.keys.filter(({ kid }) => kid !== 'one');
      clock.mockImplementation(() => nowMs + 700_000); // the cache has run out: what is no longer published is no longer taken
      expect(await refusal(`Bearer ${await issuer.token({ exp: Math.floor(nowMs / 1000) + 9000 })}`)).toMatchObject({
        code: 'unauthorized',
      });
      expect(issuer.fetched).toBe(3);
    } finally {
      clock.mockRestore();
    }
  });

  it.each(['error', 'nonsense'] as const)('that cannot be had (%s) close the door, by name', async (answers) => {
    issuer.answers = answers;
    const token = await issuer.token({ customer_id: '1' });
    for (let n = 0; n < 20; n++) {
      expect(await refusal(`Bearer ${token}`)).toMatchObject({ code: 'keys-unavailable', status: 503 });
    }
    expect(issuer.fetched).toBe(1);
  });

  it('that cannot be connected to close the door, and open it when they are back', async () => {
    const token = await issuer.token({ customer_id: '1' });
    check = tokenCheck({ ...issuer.rules, jwksUrl: 'http://127.0.0.1:1/jwks' });
    expect(await refusal(`Bearer ${token}`)).toMatchObject({ code: 'keys-unavailable', status: 503 });
    check = tokenCheck(issuer.rules);
    issuer.answers = 'nonsense';
    expect(await refusal(`Bearer ${token}`)).toMatchObject({ code: 'keys-unavailable' });
    issuer.answers = 'keys';
    const isBack = async () => (await check(`Bearer ${token}`).catch(() => null)) !== null;
    await eventually('the keys are taken', isBack, 5000);
  });
});
