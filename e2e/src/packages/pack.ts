import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { compile, importsIn, missingIn, settle } from './compile.ts';
import { readLockfile } from './lockfile.ts';
import { copiedOf, entriesOf, publishedFolders, publishedManifest, type SourceManifest } from './published.ts';
import { sbom } from './sbom.ts';

const run = promisify(execFile);
export const root = join(import.meta.dirname, '../../..');

export interface Tarball {
  readonly name: string;
  readonly file: string;
}

/**
 * Writes a tarball of each published package into the folder, and the bill of materials of all: the same bytes for the same tree and npm. Nothing in the repository
 * is changed. Throws what tsc or npm says, and what is wrong with a package.json.
 */
export async function packAll(folder: string): Promise<Tarball[]> {
  const work = await mkdtemp(join(tmpdir(), 'banyan-pack-'));
  try {
    const all = await Promise.all(publishedFolders.map(async (path) => ({ path, manifest: await manifestIn(path) })));
    const { devDependencies = {} } = await manifestIn('.');
    const staged: string[] = [];
    for (const { path, manifest } of all) {
      const [stage, build] = [join(work, basename(path)), join(work, 'build', basename(path))];
      await mkdir(build, { recursive: true });
      await compile(root, path, entriesOf(manifest), build);
      await rename(join(build, path, 'src'), await made(stage, 'dist'));
      await settle(join(stage, 'dist'));
      const missing = await missingIn(join(stage, 'dist'));
      if (missing.length > 0) throw new Error(`${manifest.name}: tsc has left out ${missing.join(', ')}`);
      for (const [from, to] of copiedOf(manifest)) await copied(join(root, path, from), join(stage, to));
      const published = publishedManifest(manifest, await importsIn(join(stage, 'dist')), devDependencies);
      await writeFile(join(stage, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
      for (const bin of Object.values((published.bin ?? {}) as Record<string, string>))
        await chmod(join(stage, bin), 0o755);
      await cp(join(root, path, 'README.md'), join(stage, 'README.md'));
      for (const file of ['LICENSE', 'CHANGELOG.md']) await cp(join(root, file), join(stage, file));
      staged.push(stage);
    }
    await mkdir(folder, { recursive: true });
    const bill = await sbom(await readLockfile(root), publishedFolders, join(work, 'sbom'));
    await writeFile(join(folder, 'banyan.cdx.json'), bill);
    return await tarballs(staged, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function tarballs(staged: readonly string[], folder: string): Promise<Tarball[]> {
  const args = ['pack', ...staged, '--pack-destination', folder, '--json', '--ignore-scripts', '--loglevel=error'];
  const { stdout } = await run('npm', args, { maxBuffer: 16 * 1024 * 1024 });
  // npm gives a list, newer ones an object by name.
  const packed = Object.values(JSON.parse(stdout) as Record<string, { name: string; filename: string }>);
  return packed.map(({ name, filename }) => ({ name, file: join(folder, basename(filename)) }));
}

async function manifestIn(path: string): Promise<SourceManifest> {
  return JSON.parse(await readFile(join(root, path, 'package.json'), 'utf8')) as SourceManifest;
}

/** A path in a folder that is made. */
async function made(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return join(folder, name);
}

/** Without the tests and what they share. */
const copied = (from: string, to: string): Promise<void> =>
  cp(from, to, { recursive: true, filter: (path) => !/\.test\.ts$|\/testing-[^/]*$|\/tsconfig\.json$/.test(path) });
