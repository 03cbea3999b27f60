import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DevIssuer } from '@banyan/kit';
import type { Part, Stack } from '@banyan/stack';
import { project } from '../project/project.ts';
import { audience, devIssuer } from './issuer.ts';
import { nodePart, passwordFile } from './node-part.ts';
import { readModelUser, type ServiceParts } from './service-parts.ts';

/** The strangler's facade before the bank, and where its routes are moved. */
export interface FacadeParts {
  readonly facade: Part;
  readonly url: string;
  readonly adminUrl: string;
}

/** Behind the issuer's, before those of the services. */
const firstPort = 10;

const secretFile = (stack: Stack, name: string) => join(stack.credentials.folder, `facade.${name}`);

export function facadeParts(
  stack: Stack,
  { bankUrl, services }: { readonly bankUrl: string; readonly services: readonly ServiceParts[] },
): FacadeParts {
  const port = stack.ports['source-db'] + firstPort;
  const env = {
    PORT: String(port),
    ADMIN_PORT: String(port + 1),
    MONOLITH_URL: bankUrl,
    SERVICES: services.map(({ name, apiUrl }) => `${name}=${apiUrl}`).join(),
    SERVICE_TOKEN_FILE: secretFile(stack, 'token'),
    STATE_DB_PORT: String(stack.ports['read-db']),
    STATE_DB_USER: readModelUser('facade'),
    STATE_DB_PASSWORD_FILE: passwordFile(stack, readModelUser('facade')),
    SOURCE_DB_PORT: String(stack.ports['source-db']),
    SOURCE_DB_USER: 'facade',
    SOURCE_DB_PASSWORD_FILE: passwordFile(stack, 'facade'),
    READ_AFTER_KEY_FILE: secretFile(stack, 'read-after-key'),
    AUTH_JWKS_URL: pathToFileURL(secretFile(stack, 'key-set')).href,
    AUTH_ISSUER: DevIssuer.issuer,
    AUTH_AUDIENCE: audience(),
  };
  const main = join(project().folder, 'strangler/bank/src/main.ts');
  return {
    facade: nodePart(stack, {
      name: 'facade',
      main,
      args: [],
      env,
      ports: [port],
      health: { port: port + 1, path: '/ready' },
    }),
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${port + 1}`,
  };
}

/** Makes what its environment names: the keys of those who may move routes, its own, and a token with which it reads. */
export async function writeFacadeSecrets(stack: Stack): Promise<void> {
  const issuer = await devIssuer(stack);
  const secret = { mode: 0o600 };
  await writeFile(secretFile(stack, 'key-set'), JSON.stringify(issuer.keySet), secret);
  await writeFile(secretFile(stack, 'read-after-key'), `${randomBytes(32).toString('base64')}\n`, secret);
  await writeFile(
    secretFile(stack, 'token'),
    await issuer.serviceToken('facade', ['read:*', 'write:*', 'own:*'], { forS: 31_536_000 }),
    secret,
  );
}
