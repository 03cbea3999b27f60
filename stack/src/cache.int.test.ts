import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inCache } from './cache.ts';
import { newFolder, removeFolder } from './testing.ts';

describe('the cache', () => {
  let folder: string;
  let cacheDir: string;
  beforeEach(async () => {
    folder = await newFolder('cache');
    cacheDir = join(folder, 'deep/cache');
  });
  afterEach(() => removeFolder(folder));

  const say = () => {};
  const filled = async (fresh: string) => writeFile(join(fresh, 'file'), 'whole');

  it('makes a folder once, and keeps it', async () => {
    let made = 0;
    const make = async (fresh: string) => {
      made++;
      await filled(fresh);
    };
    const asked = Array.from({ length: 5 }, () => inCache({ cacheDir, name: 'one', say }, make));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([join(cacheDir, 'one')]));
    expect(await inCache({ cacheDir, name: 'one', say }, make)).toBe(join(cacheDir, 'one'));
    expect(made).toBe(1);
    expect(await readFile(join(cacheDir, 'one/file'), 'utf8')).toBe('whole');
    expect(await readdir(cacheDir)).toEqual(['one']);
  });

  it('has nothing after a failure, and the next try is a fresh one', async () => {
    const broken = async (fresh: string) => {
      await filled(fresh);
      throw new Error('broken off');
    };
    await expect(inCache({ cacheDir, name: 'one', say }, broken)).rejects.toThrow('broken off');
    expect(await readdir(cacheDir)).toEqual([]);
    await inCache({ cacheDir, name: 'one', say }, async (fresh) => expect(await readdir(fresh)).toEqual([]));
  });

  it('tells those that wait why', async () => {
    const said: string[] = [];
    let second: Promise<string> | undefined;
    await inCache({ cacheDir, name: 'one', say }, async () => {
      second = new Promise<string>((told) => {
        const tell = (text: string) => {
          said.push(text);
          told(text);
        };
        void inCache({ cacheDir, name: 'two', say: tell }, filled).catch(() => {});
      });
      await second;
    });
    expect(said).toEqual(['another process is fetching: waiting for it']);
    await inCache({ cacheDir, name: 'two', say }, filled);
  });

  it('is rid of what killed processes left an hour ago', async () => {
    for (const name of ['one.unfinished-a', 'one.unfinished-b', 'keep'])
      await mkdir(join(cacheDir, name), { recursive: true });
    const anHourAgo = new Date(Date.now() - 3_700_000);
    for (const name of ['one.unfinished-a', 'keep']) await utimes(join(cacheDir, name), anHourAgo, anHourAgo);
    await inCache({ cacheDir, name: 'one', say }, filled);
    expect((await readdir(cacheDir)).sort()).toEqual(['keep', 'one', 'one.unfinished-b']);
  });

  it('says what to do when it cannot be written', async () => {
    await writeFile(join(folder, 'deep'), 'in the way');
    await expect(inCache({ cacheDir, name: 'one', say }, filled)).rejects.toThrow(
      `the cache ${cacheDir} cannot be written (ENOTDIR); set BANYAN_CACHE to a folder that can be written`,
    );
  });
});
