import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Part, type PartSpec } from './part.ts';
import { eventually, isAlive, newFolder, processesNaming, removeFolder, Scene } from './testing.ts';

describe('a part', () => {
  let folder: string;
  let parts: Part[];
  beforeEach(async () => {
    folder = await newFolder('part');
    parts = [];
    for (const name of ['run', 'log']) await mkdir(join(folder, name));
  });
  afterEach(async () => {
    await Promise.all(parts.map((part) => part.kill()));
    await removeFolder(folder);
  });

  const part = (spec: Partial<PartSpec> & { readonly script?: string } = {}): Part => {
    // The folder's name is on the command line, so that a leak can be found by it.
    const command = ['/bin/sh', '-c', spec.script ?? 'touch "$0"; exec tail -f "$0"', join(folder, 'up')] as const;
    const one = new Part(
      {
        name: 'one',
        command,
        ports: [],
        graceMs: 5000,
        prepare: async () => {},
        answers: async () => {
          if (!existsSync(join(folder, 'up'))) throw new Error('not up');
        },
        ...spec,
      },
      folder,
    );
    parts.push(one);
    return one;
  };
  const ready = (one: Part, signal?: AbortSignal) => one.untilReady(20_000, () => {}, signal);
  const pidOf = async () => JSON.parse(await readFile(join(folder, 'run/one.json'), 'utf8')).pid as number;

  it('starts, answers, stops', async () => {
    const one = part();
    await one.start();
    await ready(one);
    const pid = await pidOf();
    expect([await one.isRunning(), await one.hasDied(), await isAlive(pid)]).toEqual([true, false, true]);
    expect(await one.stop()).toBe(true);
    expect([await one.isRunning(), await one.hasDied(), await isAlive(pid)]).toEqual([false, false, false]);
    expect(await one.stop()).toBe(false);
  });

  it('is the leader of a session of its own, without our terminal and our input', async () => {
    const one = part({ script: 'read -r line || echo "no input"; touch "$0"; exec tail -f "$0"' });
    await one.start();
    await ready(one);
    const pid = await pidOf();
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
    expect([fields[2], fields[3]]).toEqual([String(pid), String(pid)]);
    expect(one.logTail()).toBe('no input');
  });

  it('is not started twice', async () => {
    const one = part();
    await one.start();
    await ready(one);
    const pid = await pidOf();
    await one.start();
    expect(await pidOf()).toBe(pid);
    expect(await processesNaming(join(folder, 'up'))).toEqual([pid]);
  });

  it('is found and stopped by any other object for the same folder', async () => {
    await part().start();
    const other = part();
    expect(await other.isRunning()).toBe(true);
    expect(await other.stop()).toBe(true);
  });

  it('freezes and goes on', async () => {
    const one = part();
    await one.start();
    await ready(one);
    const state = async () => (await readFile(`/proc/${await pidOf()}/stat`, 'utf8')).split(') ')[1]![0];
    await one.signal('SIGSTOP');
    await eventually('it is stopped', async () => (await state()) === 'T');
    await one.signal('SIGCONT');
    await eventually('it goes on', async () => (await state()) !== 'T');
  });

  it('shows the end of its log when it ends while starting, and none of the run before', async () => {
    const one = part({ script: 'echo "of the first run"; exit 1' });
    await one.start();
    await expect(ready(one)).rejects.toThrow('of the first run');
    expect(await one.hasDied()).toBe(true);
    const two = part({ script: 'seq 1 1000; echo the reason; exit 1' });
    await two.start();
    const error = (await ready(two).catch((reason: Error) => reason)) as Error & { code: string };
    expect(error.code).toBe('part-died');
    expect(error.message.split('\n')).toEqual([
      `one ended while starting; the end of ${two.logFile}:`,
      ...Array.from({ length: 11 }, (_, index) => String(990 + index)),
      'the reason',
    ]);
    expect(await readFile(`${two.logFile}.1`, 'utf8')).toBe('of the first run\n');
  });

  it('says what is wrong with a command that is not there', async () => {
    const one = part({ command: [join(folder, 'no-such-server')] });
    await one.start();
    await expect(ready(one)).rejects.toThrow('one ended while starting');
    expect(one.logTail()).toMatch(/no-such-server: not found/);
  });

  it('gives up at its limit with the last reason', async () => {
    const one = part({ answers: () => Promise.reject(new Error('still warming up')) });
    await one.start();
    const reasons: string[] = [];
    await expect(one.untilReady(300, (reason) => reasons.push(reason))).rejects.toThrow(
      `one does not answer after 0.3 s (still warming up); see ${one.logFile}`,
    );
    expect(new Set(reasons)).toEqual(new Set(['still warming up']));
  });

  it('ends its waiting at an abort, though an answer hangs', async () => {
    const stop = new AbortController();
    const one = part({
      answers: () => {
        stop.abort(new Error('enough'));
        return new Promise(() => {});
      },
    });
    await one.start();
    await expect(ready(one, stop.signal)).rejects.toThrow('enough');
  });

  it('is not started after an abort while it was prepared', async () => {
    const stop = new AbortController();
    const one = part({ prepare: async () => stop.abort(new Error('enough')) });
    await expect(one.start(stop.signal)).rejects.toThrow('enough');
    expect(await one.isRunning()).toBe(false);
    expect(await processesNaming(join(folder, 'up'))).toEqual([]);
  });

  it('does nothing at all when its record cannot be written', async () => {
    await rm(join(folder, 'run'), { recursive: true });
    await writeFile(join(folder, 'run'), 'in the way');
    await expect(part().start()).rejects.toThrow('ENOTDIR');
    await eventually('nothing is left', async () => (await processesNaming(join(folder, 'up'))).length === 0);
    expect(existsSync(join(folder, 'up'))).toBe(false);
    await rm(join(folder, 'run'));
  });

  it('does nothing at all when we are killed between its start and its record', async () => {
    const touched = join(folder, 'touched');
    const scene = await Scene.start(['killed-before-record', folder, touched]);
    await scene.said('half-way');
    await scene.ended();
    await eventually('nothing is left', async () => (await processesNaming(touched)).length === 0);
    expect(existsSync(touched)).toBe(false);
  });
});
