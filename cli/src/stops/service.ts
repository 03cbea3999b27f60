import { readFile } from 'node:fs/promises';
import { Session } from '@banyan/kit';
import { usage } from '../errors.ts';
import { passwordFile } from '../parts/node-part.ts';
import { readModelUser, type ServiceParts } from '../parts/service-parts.ts';
import { needs, type Target } from '../target.ts';
import { escaped } from '../terminal/escape.ts';
import { nearNames } from '../terminal/near-names.ts';

/** The service of the name. Throws CliError `usage` that names the nearest ones. */
export function serviceNamed({ services }: Target, name: string | undefined): ServiceParts {
  const names = services.map((service) => service.name);
  const there = names.length === 0 ? 'none was started' : `there is ${names.join(', ')}`;
  if (name === undefined) throw usage('say which service', there);
  const found = services.find((service) => service.name === name);
  if (found) return found;
  const near = nearNames(name, names);
  throw usage(`there is no service '${escaped(name)}'`, near.length > 0 ? `did you mean ${near.join(' or ')}?` : there);
}

/** A session on the read model of a service, with the rights that the service has. */
export async function readModelSession({ stack }: Target, service: string): Promise<Session> {
  await needs(stack.part('read-db'));
  const user = readModelUser(service);
  const password = await readFile(passwordFile(stack, user), 'utf8');
  return Session.open({ host: '127.0.0.1', port: stack.ports['read-db'], user, password, database: service });
}
