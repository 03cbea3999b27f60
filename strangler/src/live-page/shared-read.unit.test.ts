import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SharedRead } from './shared-read.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

function counted() {
  const seen = { reads: 0, broken: [] as unknown[], fails: false };
  const shared = new SharedRead(
    async () => {
      if (seen.fails) throw new Error('a defect');
      return ++seen.reads;
    },
    1000,
    (error) => void seen.broken.push(error),
  );
  const follower = () => {
    const told: number[] = [];
    return { told, stop: shared.follow((value) => void told.push(value)) };
  };
  return { seen, follower };
}

describe('one read for all who follow', () => {
  it('is made at once for the first, and then in each period', async () => {
    const { seen, follower } = counted();
    await pass(5000);
    expect(seen.reads).toBe(0);
    const one = follower();
    await pass(0);
    expect(one.told).toEqual([1]);
    const other = follower();
    expect(other.told).toEqual([1]);
    await pass(2000);
    expect([one.told, other.told]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('ends with the last, and is not made sooner for who comes and goes', async () => {
    const { seen, follower } = counted();
    for (let count = 0; count < 9; count++) {
      const { stop } = follower();
      await pass(100);
      stop();
    }
    expect(seen.reads).toBe(1);
    await pass(10_000);
    expect(seen.reads).toBe(1);
    const late = follower();
    expect(late.told).toEqual([]);
    await pass(0);
    expect(late.told).toEqual([2]);
  });

  it('that is broken is told of, and made again', async () => {
    const { seen, follower } = counted();
    seen.fails = true;
    const { told } = follower();
    await pass(0);
    seen.fails = false;
    await pass(1000);
    expect([told, seen.broken]).toEqual([[1], [new Error('a defect')]]);
  });
});
