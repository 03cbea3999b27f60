// Makes what the demo keeps secret, each once: what is there stays, so a second run changes nothing, and one that was cut short goes on.
// `token-keys` has the public keys that tokens are checked with, and tokens for a year: one that may read everything, the facade's, and
// the one of who moves routes. Their private key is kept nowhere.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const read = (name) => readFileSync(`${account}/${name}`, 'utf8');
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, SERVICES = '' } = process.env;
const secrets = `https://${host}:${port}/api/v1/namespaces/${read('namespace')}/secrets`;
const headers = { authorization: `Bearer ${read('token')}`, 'content-type': 'application/json' };

/** True when it was made, false when it was there. */
async function make(name, stringData) {
  const metadata = { name, labels: { 'app.kubernetes.io/part-of': 'banyan' } };
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  const response = await fetch(secrets, { method: 'POST', headers, body });
  if (!response.ok && response.status !== 409) throw new Error(`${name}: ${(await response.json()).message}`);
  console.log(`${name}: ${response.ok ? 'made' : 'there already'}`);
  return response.ok;
}

async function kept(name) {
  const { data } = await (await fetch(`${secrets}/${name}`, { headers })).json();
  return Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]);
}

const base64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function keysAndTokens() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomBytes(8).toString('hex');
  const iat = Math.floor(Date.now() / 1000);
  const token = (sub, scope) => {
    const claims = { iss: 'urn:banyan:demo', aud: 'banyan', sub, scope, iat, exp: iat + 31_536_000 };
    const text = `${base64({ alg: 'ES256', kid, typ: 'JWT' })}.${base64(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  };
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' };
  return {
    'jwks.json': JSON.stringify({ keys: [jwk] }),
    token: token('service:reader', 'read:*'),
    'facade-token': token('service:facade', 'read:* write:* own:*'),
    'operator-token': token('operator', 'routes:read routes:write'),
  };
}

const password = () => randomBytes(24).toString('base64url');

const tokens = keysAndTokens();
const { 'facade-token': token } = (await make('token-keys', tokens))
  ? tokens
  : Object.fromEntries(await kept('token-keys'));
await make('facade', { token, 'read-after-key': randomBytes(32).toString('base64') });
const source = ['root', 'bank', 'capture', 'catalog', 'facade', 'write-back'].map((name) => `source-db-${name}`);
for (const name of [...source, 'read-db-root']) await make(name, { password: password() });
// All of them for who makes the accounts, and one for each service and the facade, with the same password.
const fresh = Object.fromEntries([...SERVICES.split(' '), 'facade'].map((name) => [name, password()]));
const services = (await make('read-db-services', fresh)) ? Object.entries(fresh) : await kept('read-db-services');
for (const [name, text] of services) await make(`${name}-read-db`, { password: text });
