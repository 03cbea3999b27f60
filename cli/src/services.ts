import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Projection } from '@banyan/kit';
import { partNames } from '@banyan/stack';
import { root } from './config.ts';

/** A service of the checkout: the folder `consumers/<name>`. */
export interface Service {
  readonly name: string;
  readonly projection: Projection;
  /** What Node runs, with a role. */
  readonly main: string;
}

const folder = join(root, 'consumers');

/** The services of the checkout, by name: each folder with a declaration in `src/projection.ts`. The kit is no service. */
export async function services(): Promise<Service[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name !== 'kit')
    .map((entry) => entry.name);
  return Promise.all(names.sort().map(service));
}

/** Names of other parts, and databases of every server. */
const taken = new Set<string>([...partNames, 'bank', 'traffic', 'issuer', 'mysql', 'sys']);

async function service(name: string): Promise<Service> {
  const file = join(folder, name, 'src/projection.ts');
  if (taken.has(name) || name.endsWith('-projector'))
    throw new Error(
      `${file}: a service cannot be called ${name}, which is the name of something else; rename its folder`,
    );
  const { projection } = (await import(pathToFileURL(file).href)) as { readonly projection: Projection };
  if (projection?.name !== name)
    throw new Error(`${file}: it must export a projection that is called '${name}', as its folder is`);
  return { name, projection, main: join(folder, name, 'src/main.ts') };
}

/** The tables that are captured: the union of what the declarations name, sorted. */
export const tablesOf = (all: readonly Service[]): string[] =>
  [...new Set(all.flatMap(({ projection }) => projection.tables.map(({ source }) => source)))].sort();
