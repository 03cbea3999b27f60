import { expect, it } from '@jest/globals';
import { ReadAhead } from './read-ahead.ts';

it('reads one ahead, and gives each reading once, in order', async () => {
  const limits: number[] = [];
  const ahead = new ReadAhead(async (limitMs: number) => limits.push(limitMs));
  expect(await ahead.next(1)).toBe(1);
  ahead.begin(2);
  ahead.begin(3);
  expect(limits).toEqual([1, 2]);
  expect([await ahead.next(4), await ahead.next(5)]).toEqual([2, 3]);
  expect(limits).toEqual([1, 2, 5]);
});

it('tells a failure to who takes the reading, and to nobody before', async () => {
  const ahead = new ReadAhead<never>(async () => {
    throw new Error('away');
  });
  ahead.begin(1);
  await new Promise(setImmediate);
  await expect(ahead.next(1)).rejects.toThrow('away');
});
