import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { TokenRules } from './tokens.ts';

/** An issuer that tests can make away, slow or rotate. */
export interface TestingIssuer extends AsyncDisposable {
  readonly rules: TokenRules;
  /** What is published. */
  keys: JWK[];
  answers: 'keys' | 'error' | 'nonsense' | 'nothing';
  readonly fetched: number;
  /** A new key, published or not, with its id. */
  newKey(kid: string, isPublished?: boolean): Promise<{ readonly privateKey: CryptoKey; readonly publicJwk: JWK }>;
  /** Signed with the key `one`; null takes a claim away. */
  token(claims: Readonly<Record<string, unknown>>, key?: { privateKey: CryptoKey; kid?: string }): Promise<string>;
}

export async function testingIssuer(): Promise<TestingIssuer> {
  let fetched = 0;
  const server = createServer((_request, response) => {
    fetched++;
    if (issuer.answers === 'nothing') return;
    response.writeHead(issuer.answers === 'error' ? 500 : 200, { 'content-type': 'application/json' });
    response.end(issuer.answers === 'keys' ? JSON.stringify({ keys: issuer.keys }) : 'nonsense');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  const rules = { jwksUrl: `http://127.0.0.1:${port}/jwks`, issuer: 'https://issuer.example', audience: 'bank' };
  const issuer: TestingIssuer = {
    rules,
    keys: [],
    answers: 'keys',
    get fetched() {
      return fetched;
    },
    newKey: async (kid, isPublished = true) => {
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256' };
      if (isPublished) issuer.keys.push(publicJwk);
      return { privateKey, publicJwk };
    },
    token: async (claims, { privateKey, kid = 'one' } = { privateKey: one.privateKey }) => {
      const nowS = Math.floor(Date.now() / 1000);
      const usual = { iss: rules.issuer, aud: rules.audience, iat: nowS, exp: nowS + 600 };
      const all = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== null);
      return await new SignJWT(Object.fromEntries(all) as JWTPayload)
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(privateKey);
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const one = await issuer.newKey('one');
  return issuer;
}
