import { readFile } from 'node:fs/promises';
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { problem } from './problem.ts';
import { Refused } from './refused.ts';

/** How bearer tokens are checked. */
export interface TokenRules {
  /** Where the issuer publishes its public keys, a JSON Web Key Set (RFC 7517); a `file:` URL is read as often as another is fetched. */
  readonly jwksUrl: string;
  /** What `iss` must be. */
  readonly issuer: string;
  /** What `aud` must name. */
  readonly audience: string;
  /** The claim with the id of the customer whose token it is; default `customer_id`. */
  readonly customerClaim?: string;
  /** Signature algorithms that are taken; default: all of `signatureAlgorithms`. */
  readonly algorithms?: readonly string[];
}

/** Public-key signatures alone: with an HMAC whoever knows the public key, which is everybody, could sign. */
export const signatureAlgorithms: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Who asks: what a verified token says. */
export interface Caller {
  /** `sub`: the name that an audit has; null when the token has none. */
  readonly subject: string | null;
  /** Null for a token that is no customer's: a service account's. */
  readonly customerId: string | null;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAtMs: number;
}

const clockToleranceS = 5;
const keysWithinMs = 3000;
/** A key set that could not be had is not asked for again at once, whatever tokens come. */
const retryKeysAfterMs = 1000;

/** Checks the Authorization header. Keys are cached for 10 min; an unknown `kid` fetches them anew, at most every 30 s. */
export function tokenCheck(rules: TokenRules): (authorization: string | undefined) => Promise<Caller> {
  const keys = createRemoteJWKSet(new URL(rules.jwksUrl), {
    timeoutDuration: keysWithinMs,
    [customFetch]: patiently(),
  });
  const claim = rules.customerClaim ?? 'customer_id';
  const options = {
    issuer: rules.issuer,
    audience: rules.audience,
    algorithms: [...(rules.algorithms ?? signatureAlgorithms)],
    requiredClaims: ['exp'],
    clockTolerance: clockToleranceS,
  };
  return async (authorization) => {
    if (authorization === undefined) throw unauthorized('a bearer token is wanted, in the Authorization header', null);
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
    if (token === undefined) {
      const isBearer = /^Bearer\b/i.test(authorization);
      throw unauthorized('the Authorization header is not `Bearer <token>`', isBearer ? 'invalid_token' : null);
    }
    try {
      const { payload } = await jwtVerify(token, keys, options);
      return callerOf(payload, claim);
    } catch (error) {
      throw error instanceof Refused ? error : refusalOf(error);
    }
  };
}

function patiently() {
  let failedAtMs = Number.NEGATIVE_INFINITY;
  return async (url: string, init: RequestInit): Promise<Response> => {
    if (performance.now() - failedAtMs < retryKeysAfterMs) throw new Error('it did not answer a moment ago');
    try {
      const response = url.startsWith('file:') ? new Response(await readFile(new URL(url))) : await fetch(url, init);
      const text = await response.text();
      JSON.parse(text);
      if (response.status === 200) return new Response(text);
      throw new Error(`it answered ${response.status}`);
    } catch (error) {
      failedAtMs = performance.now();
      throw error;
    }
  };
}

function callerOf(payload: JWTPayload, claim: string): Caller {
  const id = payload[claim];
  const isId = id === undefined || typeof id === 'string' || Number.isSafeInteger(id);
  if (!isId) throw unauthorized(`the claim '${claim}' is neither a text nor a whole number`, 'invalid_token');
  const { scope, scp } = payload as { readonly scope?: unknown; readonly scp?: unknown };
  const listed = Array.isArray(scp) ? scp : typeof scope === 'string' ? scope.split(' ') : [];
  return {
    subject: typeof payload.sub === 'string' ? payload.sub : null,
    customerId: id === undefined ? null : String(id),
    scopes: new Set(listed.filter((one): one is string => typeof one === 'string' && one !== '')),
    expiresAtMs: payload.exp! * 1000,
  };
}

/** Codes of jose that speak of the key set, not of the token. */
const keysAway = new Set(['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']);

/** What nobody foresaw is closed too. */
function refusalOf(error: unknown): Refused {
  if (error instanceof errors.JOSEError && !keysAway.has(error.code)) {
    return unauthorized(reasons[error.code] ?? 'the token is not a JWT that this service takes', 'invalid_token');
  }
  const detail = 'the keys of the token issuer (AUTH_JWKS_URL) cannot be fetched, so no token can be checked';
  return new Refused(problem('keys-unavailable', detail), { 'retry-after': 2 });
}

const reasons: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'the token has expired; get a new one',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'issuer, audience or times of the token are not those this service takes',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'the signature is not one of the issuer',
  ERR_JWKS_NO_MATCHING_KEY: 'the issuer has no such key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'the token does not say with which key (kid) it is signed',
  ERR_JOSE_ALG_NOT_ALLOWED: 'the signature algorithm is not allowed',
};

/** As RFC 6750, section 3 wants it: without a token, or with another scheme, no error is named. */
export function unauthorized(detail: string, error: 'invalid_token' | null): Refused {
  const more =
    error === null ? '' : `, error="${error}", error_description="${detail.replaceAll(/["\\]|[^ -~]/g, "'")}"`;
  return new Refused(problem('unauthorized', detail), { 'www-authenticate': `Bearer realm="banyan"${more}` });
}
