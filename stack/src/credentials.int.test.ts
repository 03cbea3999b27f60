import { readdir, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Credentials } from './credentials.ts';
import { newFolder, removeFolder } from './testing.ts';

describe('Credentials', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder('credentials');
  });
  afterEach(() => removeFolder(folder));

  it('gives the same password to all who ask at once, and later', async () => {
    const asked = await Promise.all(Array.from({ length: 20 }, () => new Credentials(folder).password('a')));
    expect(new Set([...asked, await new Credentials(folder).password('a')]).size).toBe(1);
    expect(asked[0]).toMatch(/^[\w-]{24}$/);
    expect(await new Credentials(folder).password('b')).not.toBe(asked[0]);
  });

  it('keeps them in files that only their owner reads, and nothing else', async () => {
    const credentials = new Credentials(folder);
    await credentials.password('a');
    expect((await stat(credentials.folder)).mode & 0o777).toBe(0o700);
    expect((await stat(credentials.file('a'))).mode & 0o777).toBe(0o600);
    expect(await readdir(credentials.folder)).toEqual(['a.properties']);
  });

  it('names a file that holds no password', async () => {
    const credentials = new Credentials(folder);
    await credentials.password('a');
    await writeFile(credentials.file('a'), 'password=\n');
    await expect(credentials.password('a')).rejects.toThrow(`${credentials.file('a')} holds no line password=`);
  });
});
