import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lock, tryLock } from './lock.ts';
import { newFolder, removeFolder, Scene } from './testing.ts';

describe('lock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder('lock');
  });
  afterEach(() => removeFolder(folder));

  it('is had by one at a time, for each purpose and folder', async () => {
    const mine = await tryLock('test', folder);
    expect(await tryLock('test', folder)).toBeNull();
    const other = await tryLock('other', folder);
    expect(other).not.toBeNull();
    await mine!.release();
    const again = await tryLock('test', folder);
    expect(again).not.toBeNull();
    await Promise.all([again!.release(), other!.release()]);
  });

  it('is one for all paths that lead to the folder', async () => {
    const link = join(folder, 'link');
    await symlink(folder, link);
    const mine = await tryLock('test', folder);
    expect(await tryLock('test', link)).toBeNull();
    await mine!.release();
  });

  it('is waited for, and told of once', async () => {
    const mine = await tryLock('test', folder);
    let told = 0;
    const waiting = Array.from({ length: 3 }, () => lock('test', folder, () => told++));
    const order: number[] = [];
    const done = waiting.map(async (one, index) => {
      const theirs = await one;
      order.push(index);
      await theirs.release();
    });
    await mine!.release();
    await Promise.all(done);
    expect(order.sort()).toEqual([0, 1, 2]);
    expect(told).toBeLessThanOrEqual(3);
  });

  it('is free at once when its holder is killed', async () => {
    const holder = await Scene.start(['lock', folder]);
    try {
      expect(await holder.said('lock')).toBe('taken');
      expect(await tryLock('test', folder)).toBeNull();
      const next = lock('test', folder, () => {});
      await holder.end('SIGKILL');
      await (await next).release();
    } finally {
      await holder.end('SIGKILL');
    }
  });

  it('stops waiting at an abort', async () => {
    const mine = await tryLock('test', folder);
    const stop = new AbortController();
    const waiting = lock('test', folder, () => stop.abort(new Error('enough')), stop.signal);
    await expect(waiting).rejects.toThrow('enough');
    await expect(lock('test', folder, () => {}, AbortSignal.timeout(50))).rejects.toThrow('timeout');
    await mine!.release();
  });
});
