import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { StackError } from './errors.ts';

/** `<sha256>  <path>` of every file below the folder, sorted by path; a link or a device has its kind for a checksum. */
export async function checksumsOf(home: string): Promise<string> {
  const lines: string[] = [];
  for (const file of await filesBelow(home)) {
    const hash = createHash('sha256');
    if (!(await lstat(join(home, file))).isFile()) {
      lines.push(`not-a-plain-file  ${file}`);
      continue;
    }
    for await (const chunk of createReadStream(join(home, file))) hash.update(chunk as Buffer);
    lines.push(`${hash.digest('hex')}  ${file}`);
  }
  return lines.join('\n');
}

/** Compares every file below `home` with the list. Throws StackError `artefact-changed` naming the first difference. */
export async function verify(home: string, listFile: string): Promise<void> {
  const wanted = byPath((await readFile(listFile, 'utf8')).trim());
  const found = byPath(await checksumsOf(home));
  const path = [...new Set([...wanted.keys(), ...found.keys()])]
    .sort()
    .find((each) => wanted.get(each) !== found.get(each));
  if (path === undefined) return;
  const want = wanted.get(path);
  const is = found.get(path);
  const difference = !is ? 'is missing' : !want ? 'does not belong there' : `has the checksum ${is}, not ${want}`;
  throw new StackError(
    'artefact-changed',
    `${join(home, path)} ${difference} (by ${listFile}): do not use it; find out why, then delete ${home} to fetch it again`,
  );
}

/** Like `verify`, but reads the files only when a size or a time differs from those written down after the last success. */
export async function verifyOnce(home: string, listFile: string): Promise<void> {
  const stampFile = `${home}.verified`;
  const stamp = await stampOf(home);
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return;
  await verify(home, listFile);
  // In a cache that cannot be written the files are read each time.
  await writeFile(stampFile, stamp).catch(() => {});
}

async function stampOf(home: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await filesBelow(home)) {
    const { size, mtimeMs, mode } = await lstat(join(home, file));
    hash.update(JSON.stringify([file, size, mtimeMs, mode]));
  }
  return hash.digest('hex');
}

async function filesBelow(home: string): Promise<string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(home, join(entry.parentPath, entry.name)))
    .sort();
}

function byPath(list: string): Map<string, string> {
  return new Map(
    list.split('\n').map((line) => {
      const gap = line.indexOf('  ');
      return [line.slice(gap + 2), line.slice(0, gap)];
    }),
  );
}
