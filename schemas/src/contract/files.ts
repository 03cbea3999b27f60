import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalText } from './canonical.ts';
import { rowsText } from './generate.ts';
import type { Subjects } from './subjects.ts';

/** Schemas by subject. */
export type Contract = ReadonlyMap<string, unknown>;

/** This package's folder; `avro/` and `src/rows.ts` are in it. */
export const contractFolder = join(import.meta.dirname, '../..');

/** Empty when nothing was captured yet. */
export async function readContract(folder = contractFolder): Promise<Contract> {
  const all = await readdir(join(folder, 'avro')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const names = all.filter((name) => name.endsWith('.json')).sort();
  const schemas = names.map(async (name): Promise<[string, unknown]> => {
    return [name.slice(0, -'.json'.length), JSON.parse(await readFile(join(folder, 'avro', name), 'utf8'))];
  });
  return new Map(await Promise.all(schemas));
}

/** Writes the schemas and what is made of them; files of other subjects go. Gives the names of the files that changed. */
export async function writeContract(
  contract: Contract,
  subjects: Subjects,
  folder = contractFolder,
): Promise<string[]> {
  const wanted = new Map(
    [...contract].map(([subject, schema]) => [join('avro', `${subject}.json`), canonicalText(schema)]),
  );
  wanted.set(join('src', 'rows.ts'), rowsText(contract, subjects));
  const changed: string[] = [];
  for (const part of ['avro', 'src']) await mkdir(join(folder, part), { recursive: true });
  for (const [file, text] of wanted) {
    if ((await readFile(join(folder, file), 'utf8').catch(() => null)) === text) continue;
    await writeFile(join(folder, file), text);
    changed.push(file);
  }
  for (const name of await readdir(join(folder, 'avro'))) {
    if (!name.endsWith('.json') || wanted.has(join('avro', name))) continue;
    await rm(join(folder, 'avro', name));
    changed.push(join('avro', name));
  }
  return changed.sort();
}
