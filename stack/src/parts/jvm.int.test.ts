import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newFolder, removeFolder } from '../testing.ts';
import { Jvm } from './jvm.ts';

describe('the class archives', () => {
  let folder: string;
  let java: string;
  let cacheDir: string;
  beforeEach(async () => {
    folder = await newFolder('jvm');
    java = join(folder, 'java');
    cacheDir = join(folder, 'cache');
    await mkdir(cacheDir);
    await writeFile(java, 'one Java');
  });
  afterEach(() => removeFolder(folder));

  const jvm = (artefactsKey = 'a') => new Jvm({ java, cacheDir, dataDir: folder, artefactsKey });
  const option = (command: string[]) => {
    const [, name, file] = command
      .map((text) => /^-XX:(SharedArchiveFile|ArchiveClassesAtExit)=(.*)/.exec(text))
      .find(Boolean)!;
    return { name, file: file! };
  };
  const started = (artefactsKey?: string) => option(jvm(artefactsKey).command('kafka', { heapMb: 1 }));
  const complete = Buffer.from('a8ab0bf0', 'hex');

  it('are written to a file of their own at each stop, and used, whole, from the next start on', async () => {
    const [one, two] = [started(), started()];
    expect([one.name, two.name]).toEqual(['ArchiveClassesAtExit', 'ArchiveClassesAtExit']);
    expect(one.file).not.toBe(two.file);
    await Promise.all([one, two].map(({ file }) => writeFile(file, complete)));
    const next = started();
    expect(next.name).toBe('SharedArchiveFile');
    expect(await readFile(next.file)).toEqual(complete);
    expect(await readdir(cacheDir)).toHaveLength(1);
    expect(started()).toEqual(next);
    expect(option(jvm().toolCommand('kafka', { heapMb: 1 }))).toEqual(next);
  });

  it('are not used half written, and thrown away when nobody goes on writing', async () => {
    const { file } = started();
    await writeFile(file, Buffer.alloc(4096));
    expect(started().name).toBe('ArchiveClassesAtExit');
    expect(existsSync(file)).toBe(true);
    const anHourAgo = new Date(Date.now() - 3_700_000);
    await utimes(file, anHourAgo, anHourAgo);
    expect(started().name).toBe('ArchiveClassesAtExit');
    expect(existsSync(file)).toBe(false);
  });

  it('are others for another Java and for other jars', async () => {
    await writeFile(started().file, complete);
    expect(started().name).toBe('SharedArchiveFile');
    expect(started('b').name).toBe('ArchiveClassesAtExit');
    await writeFile(java, 'another Java');
    expect(started().name).toBe('ArchiveClassesAtExit');
  });
});
