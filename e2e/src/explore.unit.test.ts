import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(120_000); // for a machine that is busy with other things

interface Explored {
  readonly found: string | null;
  /** What the printed code says when it is run. */
  readonly again: string | null;
}

async function explored(mutant: string, story: string): Promise<Explored> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'explore-main.ts')],
    { env: { ...process.env, NODE_OPTIONS: '', MUTANT: mutant, STORY: story, SEED: '1', RUNS: '200' } },
  );
  return JSON.parse(stdout) as Explored;
}

describe('exploring a projection with a kit that', () => {
  it('is as it is finds nothing in 200 schedules', async () => {
    expect(await explored('', 'transfers')).toEqual({ found: null, again: null });
  });

  it.each([
    ['commits table by table', 'commit-per-table', 'is not what the monolith had then', 'transfers'],
    ['moves the checkpoint before the rows', 'checkpoint-first', 'is not what the monolith had then', 'transfers'],
    ['lets a stale projector commit', 'no-fencing', 'is not what the monolith had then', 'transfers'],
    ['goes on after rows that were refused', 'skip-refused', 'is not what the monolith had then', 'transfers'],
    [
      'calls a read model filled in the middle of a transaction',
      'fill-half',
      'is not what the monolith had then',
      'booking',
    ],
    [
      'counts rows as applied that wait',
      'offsets-ahead',
      'counts a row of a later transaction as applied',
      'transfers',
    ],
    ['believes the counts of a BEGIN that came again', 'trust-counts', 'all is read, and it stands at', 'transfers'],
    ['waits for every END', 'wait-for-end', 'all is read, and it stands at', 'transfers'],
    ['leaves the children of a deleted row', 'no-cascades', 'is not what the monolith had then', 'transfers'],
  ])('%s finds it, and prints a test that fails the same way', async (_, mutant, problem, story) => {
    const { found, again } = await explored(mutant, story);
    const [message, call] = found!.split(/\n\n(?=await replay)/);
    expect(message).toContain(problem);
    expect(call!.length).toBeLessThan(200);
    expect(message!.endsWith(again!)).toBe(true);
  });
});
