import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Projection } from '@banyan/kit';
import { partNames } from '@banyan/stack';
import { project } from './project/project.ts';

/** A service of the project: a folder of its own. */
export interface Service {
  readonly name: string;
  readonly projection: Projection;
  /** What Node runs, with a role. */
  readonly main: string;
}

/** The services of the project, by name: each folder with a declaration in `src/projection.ts`. Throws CliError and Error. */
export async function services(): Promise<Service[]> {
  const folder = project().services;
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const names = entries.filter((one) => one.isDirectory()).map(({ name }) => name);
  const declared = names.filter((name) => existsSync(join(folder, name, declaration)));
  return Promise.all(declared.sort().map((name) => service(join(folder, name), name)));
}

const declaration = 'src/projection.ts';

/** Names of other parts, and databases of every server. */
const taken = new Set<string>([...partNames, 'bank', 'traffic', 'issuer', 'facade', 'mysql', 'sys']);

/** Whether something else has the name. */
export const isTaken = (name: string): boolean => taken.has(name) || name.endsWith('-projector');

async function service(folder: string, name: string): Promise<Service> {
  const file = join(folder, declaration);
  if (isTaken(name))
    throw new Error(
      `${file}: a service cannot be called ${name}, which is the name of something else; rename its folder`,
    );
  const { projection } = (await import(pathToFileURL(file).href)) as { readonly projection: Projection };
  if (projection?.name !== name)
    throw new Error(`${file}: it must export a projection that is called '${name}', as its folder is`);
  return { name, projection, main: join(folder, 'src/main.ts') };
}

/** The tables that are captured: the union of what the declarations name, sorted. */
export const tablesOf = (all: readonly Service[]): string[] =>
  [...new Set(all.flatMap(({ projection }) => projection.tables.map(({ source }) => source)))].sort();
