import { extname, join } from 'node:path';
import { DevIssuer } from '@banyan/kit';
import type { Part, Stack } from '@banyan/stack';
import { project } from '../project/project.ts';
import { nodePart } from './node-part.ts';

/** `aud` of all tokens of a data folder. */
export const audience = (): string => project().prefix;

/** Signs tokens for the services of this data folder; whoever can read its key is anybody there. */
export const devIssuer = (stack: Stack): Promise<DevIssuer> =>
  DevIssuer.open({ folder: stack.credentials.folder, audience: audience() });

const portOf = (stack: Stack): number => stack.ports['source-db'] + 9;

/** Publishes the issuer's public key. */
export function issuerPart(stack: Stack): Part {
  const port = portOf(stack);
  const env = { PORT: String(port), ISSUER_FOLDER: stack.credentials.folder, ISSUER_AUDIENCE: audience() };
  // Beside this file, in whichever of the two languages it runs.
  const main = join(import.meta.dirname, `issuer-main${extname(import.meta.filename)}`);
  return nodePart(stack, { name: 'issuer', main, args: [], env, health: { port, path: '/jwks.json' } });
}

/** What an API is told, so that it takes the issuer's tokens and no others. */
export const authOf = (stack: Stack): Record<string, string> => ({
  AUTH_JWKS_URL: `http://127.0.0.1:${portOf(stack)}/jwks.json`,
  AUTH_ISSUER: DevIssuer.issuer,
  AUTH_AUDIENCE: audience(),
});
