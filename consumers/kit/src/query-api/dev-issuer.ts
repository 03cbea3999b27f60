import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { KitError } from '../errors.ts';

export interface DevIssuerOptions {
  /** The key is kept in `dev-issuer-key.json` there, readable by its owner alone; without a folder it lives in memory. */
  readonly folder?: string;
  /** `aud` of the tokens: what AUTH_AUDIENCE of the services says. */
  readonly audience: string;
  /** The claim with a customer's id; default `customer_id`. */
  readonly customerClaim?: string;
}

export interface TokenLife {
  /** Default 3,600. */
  readonly forS?: number;
}

const algorithm = 'ES256';

/**
 * An issuer of tokens for development: whoever can read its key file is anybody. It signs in this process, so no server hands out
 * tokens, and publishes its public key on this machine alone.
 */
export class DevIssuer {
  /** `iss` of all tokens. */
  static readonly issuer = 'urn:banyan:dev-issuer';
  /** The same: what AUTH_ISSUER of the services says. */
  readonly issuer = DevIssuer.issuer;
  readonly #options: DevIssuerOptions;
  readonly #key: CryptoKey;
  readonly #publicKey: JWK;

  private constructor(options: DevIssuerOptions, key: CryptoKey, publicKey: JWK) {
    this.#options = options;
    this.#key = key;
    this.#publicKey = publicKey;
  }

  /** Throws KitError `config` when others may read the key file, or when it holds no key. */
  static async open(options: DevIssuerOptions): Promise<DevIssuer> {
    const kept = options.folder === undefined ? await newKey() : await keptKey(options.folder);
    const { d: _secret, ...publicKey } = kept;
    const named = { ...publicKey, kid: await calculateJwkThumbprint(kept), alg: algorithm, use: 'sig' };
    return new DevIssuer(options, (await importJWK(kept, algorithm)) as CryptoKey, named);
  }

  /** A token with which a customer reads what is his. */
  customerToken(id: string | bigint, life: TokenLife = {}): Promise<string> {
    const claim = this.#options.customerClaim ?? 'customer_id';
    return this.#sign({ sub: `customer:${id}`, [claim]: String(id) }, life);
  }

  /** A token of a service account with scopes such as `read:accounts` or `read:*`. */
  serviceToken(name: string, scopes: readonly string[], life: TokenLife = {}): Promise<string> {
    return this.#sign({ sub: `service:${name}`, scope: scopes.join(' ') }, life);
  }

  /** The public key, as AUTH_JWKS_URL wants to find it. */
  get keySet(): { readonly keys: readonly JWK[] } {
    return { keys: [this.#publicKey] };
  }

  /** Publishes the public key on 127.0.0.1; `jwksUrl` is what AUTH_JWKS_URL of the services says. */
  async listen({ port }: { readonly port: number }): Promise<{ jwksUrl: string; close(): Promise<void> }> {
    const body = JSON.stringify(this.keySet);
    const server = createServer((request, response) => {
      const isKeys = request.url === '/jwks.json' && (request.method === 'GET' || request.method === 'HEAD');
      response.writeHead(isKeys ? 200 : 404, { 'content-type': isKeys ? 'application/jwk-set+json' : 'text/plain' });
      response.end(isKeys ? body : 'the keys are at /jwks.json\n');
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const { port: taken } = server.address() as { readonly port: number };
    return {
      jwksUrl: `http://127.0.0.1:${taken}/jwks.json`,
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    };
  }

  #sign(claims: JWTPayload, { forS = 3600 }: TokenLife): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, kid: this.#publicKey.kid!, typ: 'JWT' })
      .setIssuer(this.issuer)
      .setAudience(this.#options.audience)
      .setIssuedAt()
      .setExpirationTime(`${forS}s`)
      .sign(this.#key);
  }
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return await exportJWK(privateKey);
}

/** Two that start at the same time end up with one key: the file is made only if it is not there. */
async function keptKey(folder: string): Promise<JWK> {
  const file = join(folder, 'dev-issuer-key.json');
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(file, JSON.stringify(await newKey()), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if ((statSync(file).mode & 0o077) !== 0) {
    const remedy = 'delete it, a new one is made; tokens signed with it end';
    throw new KitError('config', `${file} can be read by others than its owner`, { remedy });
  }
  try {
    const key = JSON.parse(readFileSync(file, 'utf8')) as JWK;
    if (key.kty === 'EC' && typeof key.d === 'string') return key;
  } catch {}
  throw new KitError('config', `${file} holds no private key`, { remedy: 'delete it, a new one is made' });
}
