import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Lockfile, productionTree } from './lockfile.ts';

const run = promisify(execFile);

/**
 * The bill of materials of the packages in these folders, in CycloneDX by npm: themselves, and what is installed with them, as the
 * lockfile has it. It is made in `work`, an empty folder. The same text for the same lockfile: without a time and a number of its own.
 */
export async function sbom(lockfile: Lockfile, folders: readonly string[], work: string): Promise<string> {
  const { version } = lockfile.get(folders[0]!)!;
  const names = new Map(folders.map((folder) => [folder, nameIn(lockfile, folder)]));
  const own = Object.fromEntries([...names.values()].map((name) => [name, version]));
  const manifest = { name: 'banyan', version, dependencies: own };
  const installed = [...productionTree(lockfile, folders)].map(([folder, locked]) => [moved(folder, names), locked]);
  const packages = {
    '': manifest,
    ...Object.fromEntries(folders.map((folder) => [`node_modules/${names.get(folder)}`, lockfile.get(folder)])),
    ...Object.fromEntries(installed),
  };
  await mkdir(work, { recursive: true });
  await writeFile(join(work, 'package.json'), JSON.stringify(manifest));
  const text = { name: 'banyan', version, lockfileVersion: 3, requires: true, packages };
  await writeFile(join(work, 'package-lock.json'), JSON.stringify(text));
  const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--omit=dev'];
  const { stdout } = await run('npm', args, { cwd: work, maxBuffer: 64 * 1024 * 1024 });
  const { serialNumber: _, metadata, ...rest } = JSON.parse(stdout) as { serialNumber: string; metadata: object };
  return `${JSON.stringify({ ...rest, metadata: { ...metadata, timestamp: undefined } }, null, 2)}\n`;
}

/** Workspaces are links in node_modules; the lockfile has a name only where it differs from the folder's. */
function nameIn(lockfile: Lockfile, folder: string): string {
  for (const [at, { link, resolved }] of lockfile)
    if (link && resolved === folder) return at.replace(/^node_modules\//, '');
  throw new Error(`package-lock.json has no workspace ${folder}: npm install`);
}

/** What a workspace has in a node_modules of its own is below it where it is installed. */
function moved(folder: string, names: ReadonlyMap<string, string>): string {
  for (const [from, name] of names)
    if (folder.startsWith(`${from}/`)) return folder.replace(from, `node_modules/${name}`);
  return folder;
}
