import { signatureAlgorithms, type TokenRules } from '../query-api/index.ts';
import { type Environment, text, wrong } from './environment.ts';

/** Kubernetes sets others that begin alike, when a service is called auth. */
const tokenVariables = ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_CUSTOMER_CLAIM', 'AUTH_ALGORITHMS'];

/** What is sent there stays on this machine. */
export const isOfThisMachine = ({ hostname }: URL): boolean => /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(hostname);

/** How tokens are checked, by AUTH and AUTH_*. */
export function tokenRules(env: Environment): TokenRules | 'off' {
  const { AUTH: auth, AUTH_JWKS_URL: jwksUrl } = env;
  if (auth) {
    if (auth !== 'off') throw wrong('AUTH', `'${auth}' is not off`);
    const other = tokenVariables.find((name) => env[name]);
    if (other) throw wrong('AUTH', `it is off, yet ${other} is set`);
    return 'off';
  }
  if (!jwksUrl) throw wrong('AUTH_JWKS_URL', 'it is not set, and AUTH=off is not said either');
  const url = URL.canParse(jwksUrl) ? new URL(jwksUrl) : null;
  const isHere = url !== null && isOfThisMachine(url);
  // Who can change the keys on their way can sign tokens.
  const isSafe = url?.protocol === 'https:' || url?.protocol === 'file:' || (url?.protocol === 'http:' && isHere);
  if (!url || !isSafe)
    throw wrong('AUTH_JWKS_URL', 'it is not an https URL, nor a file, nor an http one of this machine');
  if (url.username || url.password) throw wrong('AUTH_JWKS_URL', 'it has a user or a password in it');
  const algorithms = (env.AUTH_ALGORITHMS || signatureAlgorithms.join()).split(',');
  const bad = algorithms.find((one) => !signatureAlgorithms.includes(one));
  if (bad !== undefined) throw wrong('AUTH_ALGORITHMS', `'${bad}' is not one of ${signatureAlgorithms.join(', ')}`);
  const customerClaim = env.AUTH_CUSTOMER_CLAIM || 'customer_id';
  return { jwksUrl, issuer: text(env, 'AUTH_ISSUER'), audience: text(env, 'AUTH_AUDIENCE'), customerClaim, algorithms };
}
