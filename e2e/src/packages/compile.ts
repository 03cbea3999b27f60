import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Compiles what the entries of a package reach in its folder, into `out`, laid out as the repository is: JavaScript, declarations and
 * maps that hold their sources. One package at a time: of files that it comes to as entries and through node_modules too, tsc 7.0
 * emits some or not, by chance. Throws what tsc says.
 */
export async function compile(root: string, path: string, entries: readonly string[], out: string): Promise<void> {
  const config = join(out, 'tsconfig.json');
  const compilerOptions = {
    ...{ noEmit: false, outDir: out, rootDir: root, rewriteRelativeImportExtensions: true },
    ...{ declaration: true, sourceMap: true, inlineSources: true },
    // tsconfig.json is not where the packages are.
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const files = entries.map((entry) => join(root, path, entry));
  await writeFile(
    config,
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }),
  );
  const tsc = join(root, 'node_modules/.bin/tsc');
  await run(tsc, ['--project', config], { maxBuffer: 16 * 1024 * 1024 }).catch((error: { stdout?: string }) => {
    throw new Error(`tsc: ${error.stdout?.trim() || String(error)}`);
  });
}

/** Makes compiled files fit for any place: maps name the source beside `dist`, and declarations import JavaScript. */
export async function settle(dist: string): Promise<void> {
  for (const file of await filesIn(dist)) {
    const path = join(dist, file);
    const text = await readFile(path, 'utf8');
    if (file.endsWith('.js.map')) {
      const map = { ...(JSON.parse(text) as object), sources: [sourceOf(file)] };
      await writeFile(path, JSON.stringify(map));
    }
    if (file.endsWith('.d.ts')) await writeFile(path, text.replaceAll(relativeSource, '$1.js$2'));
  }
}

/** `from './x.ts'`, `import('./x.ts')`: rewriteRelativeImportExtensions leaves declarations as they are. */
const relativeSource = /((?:from |import\()['"]\.{1,2}\/[^'"]+)\.ts(['"])/g;

const sourceOf = (map: string): string => join(relative(dirname(map), '.'), '../src', map.replace(/\.js\.map$/, '.ts'));

/** The packages that compiled code and its declarations import, without those of Node. */
export async function importsIn(dist: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (const file of (await filesIn(dist)).filter((name) => /\.(js|d\.ts)$/.test(name)))
    for (const [, one, other] of (await readFile(join(dist, file), 'utf8')).matchAll(bareImport))
      found.add(packageIn((one ?? other)!));
  return found;
}

/** Files that compiled code imports and that are not there. */
export async function missingIn(dist: string): Promise<string[]> {
  const files = await filesIn(dist);
  const missing = files
    .filter((file) => file.endsWith('.js'))
    .map(async (file) => {
      const imported = [...(await readFile(join(dist, file), 'utf8')).matchAll(relativeImport)];
      return imported.map(([, path]) => join(dirname(file), path!)).filter((one) => !files.includes(one));
    });
  return (await Promise.all(missing)).flat();
}

const relativeImport = /^(?:import|export)(?:\s[\w\s{},*$]*?\sfrom)?\s*['"](\.{1,2}\/[^'"]*)['"]/gm;

/** Statements with their clause, and the types of declarations: what stands in a text of the code is not one. */
const bareImport =
  /^(?:import|export)(?:\s[\w\s{},*$]*?\sfrom)?\s*['"]((?!node:)[@\w][^'"]*)['"]|\bimport\(['"]((?!node:)[@\w][^'"]*)['"]\)/gm;

const packageIn = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
