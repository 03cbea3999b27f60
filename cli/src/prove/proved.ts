import { readFile } from 'node:fs/promises';
import type { DatabaseAccess } from '@banyan/kit';
import type { Context } from '../command.ts';
import { usage } from '../errors.ts';
import { passwordFile } from '../parts/node-part.ts';
import { readModelUser } from '../parts/service-parts.ts';
import { project } from '../project/project.ts';
import { sourceOf } from '../project/source.ts';
import { type Service, services } from '../services.ts';
import { needs, openTarget, type Target } from '../target.ts';
import { escaped } from '../terminal/escape.ts';
import { nearNames } from '../terminal/near-names.ts';

/** A service that runs, and what its proof and its repair need of the outside. */
export interface Proved {
  readonly service: Service;
  readonly database: DatabaseAccess;
  readonly source: Omit<DatabaseAccess, 'database'>;
}

/** The one named, or all that were started. Throws CliError `usage` for an unknown name and `not-running`. */
export async function provedServices(
  { config }: Context,
  name: string | undefined,
): Promise<{ target: Target; all: Proved[] }> {
  const target = openTarget(config);
  const started = new Set(target.services.map((one) => one.name));
  const known = (await services()).filter((one) => started.has(one.name));
  const wanted = name === undefined ? known : known.filter((one) => one.name === name);
  if (wanted.length === 0) throw noSuch(name, [...started]);
  for (const part of ['source-db', 'read-db'] as const)
    if (part === 'read-db' || project().server === null) await needs(target.stack.part(part));
  const source = { ...sourceOf(target.stack), password: await passwordOf(target, 'capture') };
  const all = wanted.map(async (service) => ({
    service,
    source,
    database: { ...(await readAccess(target, readModelUser(service.name))), database: service.name },
  }));
  return { target, all: await Promise.all(all) };
}

const passwordOf = ({ stack }: Target, user: string): Promise<string> => readFile(passwordFile(stack, user), 'utf8');

async function readAccess(target: Target, user: string) {
  const port = target.stack.ports['read-db'];
  return { host: '127.0.0.1', port, user, password: await passwordOf(target, user) };
}

function noSuch(name: string | undefined, started: readonly string[]) {
  if (name === undefined) return usage('no service was started', 'start them: banyan up');
  const near = nearNames(name, started);
  const advice = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there is ${started.join(', ')}`;
  return usage(`there is no service '${escaped(name)}'`, advice);
}
