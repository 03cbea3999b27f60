import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Files, isGenerated } from './yaml-files.ts';

export const components = join(import.meta.dirname, '../components');

/** The files below a folder that say that they are generated, by their path in it. */
export async function generatedIn(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const));
  return new Map(texts.filter(([, text]) => isGenerated(text)).map(([path, text]) => [relative(folder, path), text]));
}
