import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { end, isRunning, readRecord, recordOf, writeRecord } from './running-process.ts';
import { isAlive, newFolder, removeFolder } from './testing.ts';

describe('a recorded process', () => {
  let folder: string;
  let file: string;
  let child: ChildProcess;
  beforeEach(async () => {
    folder = await newFolder('record');
    file = join(folder, 'one.json');
    child = spawn('/bin/sh', ['-c', 'trap "" HUP; echo up; while :; do read -r never; done'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout!, 'data');
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    await removeFolder(folder);
  });

  const stubborn = async () => {
    const one = spawn('/bin/sh', ['-c', 'trap "" TERM; echo up; while :; do read -r never; done'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(one.stdout!, 'data');
    return one;
  };

  it('is ended, and its record removed', async () => {
    await writeRecord(file, recordOf(child.pid!)!);
    expect(await end(file, 10_000)).toBe(true);
    expect(await isAlive(child.pid!)).toBe(false);
    expect(existsSync(file)).toBe(false);
    expect(await end(file, 10_000)).toBe(false);
  });

  it('is ended though it is frozen', async () => {
    await writeRecord(file, recordOf(child.pid!)!);
    child.kill('SIGSTOP');
    expect(await end(file, 10_000)).toBe(true);
    expect(await isAlive(child.pid!)).toBe(false);
  });

  it('is killed when it does not end in its time', async () => {
    const one = await stubborn();
    try {
      await writeRecord(file, recordOf(one.pid!)!);
      expect(await end(file, 50)).toBe(true);
      expect(await isAlive(one.pid!)).toBe(false);
    } finally {
      one.kill('SIGKILL');
    }
  });

  it.each([
    ['start time', { startTicks: '1' }],
    ['boot', { bootId: '00000000-0000-4000-8000-000000000000' }],
  ])('is left alone when its pid was recycled: another %s', async (_, difference) => {
    await writeRecord(file, { ...recordOf(child.pid!)!, ...difference });
    expect(await end(file, 10_000)).toBe(false);
    expect(await isAlive(child.pid!)).toBe(true);
    expect(existsSync(file)).toBe(false);
  });

  it('counts as ended while it waits to be reaped', async () => {
    const record = recordOf(child.pid!)!;
    expect(isRunning(record)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isRunning(record)).toBe(false);
  });

  it.each([
    '',
    '{',
    '{}',
    'null',
    '[]',
    '{"pid":-1,"startTicks":"1","bootId":"b"}',
    '{"pid":0,"startTicks":"1","bootId":"b"}',
  ])('is nobody by the record %p', async (text) => {
    await writeFile(file, text);
    expect(await readRecord(file)).toBeNull();
    expect(await end(file, 10_000)).toBe(false);
  });
});
