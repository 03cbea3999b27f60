import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One package as a lockfile has it; source: docs.npmjs.com, package-lock-json. */
export interface Locked {
  readonly name?: string;
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly [field: string]: unknown;
}

/** By the folder it is installed in. */
export type Lockfile = ReadonlyMap<string, Locked>;

export async function readLockfile(root: string): Promise<Lockfile> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as { packages: object };
  return new Map(Object.entries(packages));
}

export const nameOf = (folder: string, { name }: Locked): string => name ?? folder.replace(/^.*node_modules\//, '');

/** What is installed with these folders' packages in production, themselves not among it. Throws for what is not in the lockfile. */
export function productionTree(lockfile: Lockfile, roots: readonly string[]): Map<string, Locked> {
  const found = new Map<string, Locked>();
  const visit = (folder: string): void => {
    for (const name of wantedBy(lockfile.get(folder)!)) {
      const next = foundFrom(lockfile, folder, name);
      if (next === null) throw new Error(`package-lock.json has no ${name} for ${folder}: npm install`);
      const locked = lockfile.get(next)!;
      const target = locked.link ? locked.resolved! : next;
      if (found.has(target)) continue;
      found.set(target, lockfile.get(target)!);
      visit(target);
    }
  };
  for (const root of roots) visit(root);
  for (const root of roots) found.delete(root);
  return found;
}

/** npm installs peers too, but for optional ones. */
function wantedBy({
  dependencies,
  optionalDependencies,
  peerDependencies = {},
  peerDependenciesMeta = {},
}: Locked): string[] {
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [...new Set([...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers])];
}

/** As Node looks: in the folder's own node_modules, then in those above. */
function foundFrom(lockfile: Lockfile, folder: string, name: string): string | null {
  for (let from = folder; ; from = from.replace(/(^|\/)[^/]*$/, '')) {
    const candidate = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
    if (lockfile.has(candidate)) return candidate;
    if (from === '') return null;
  }
}
