import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addCounts,
  bucketOf,
  bucketsMs,
  failuresOf,
  matchRateOf,
  noCounts,
  p99Of,
  type RouteCounts,
} from './evidence.ts';

describe('times', () => {
  it('have the 99th of a hundred within what p99 says, and not within the bucket before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 8000 }), { minLength: 1, maxLength: 300 }), (tookMs) => {
        const times = new Array<number>(bucketsMs.length + 1).fill(0);
        for (const one of tookMs) times[bucketOf(one)]!++;
        const p99 = p99Of(times)!;
        const within = (limit: number) => tookMs.filter((one) => one <= limit).length / tookMs.length;
        expect(within(p99)).toBeGreaterThanOrEqual(0.99);
        const before = bucketsMs.findLast((limit) => limit < p99);
        if (before !== undefined) expect(within(before)).toBeLessThan(0.99);
      }),
    );
  });

  it('of none have no p99', () => {
    expect(p99Of(noCounts.candidateMs)).toBeNull();
  });
});

describe('counts', () => {
  const some: RouteCounts = {
    ...noCounts,
    equal: 3,
    different: 1,
    undecided: 2,
    failed: 1,
    answered: 5,
    fellBack: 4,
    dropped: 7,
    monolithMs: noCounts.monolithMs.with(2, 4),
  };
  it('are added and taken away one by one', () => {
    expect(addCounts(addCounts(some, some), some, -1)).toEqual(some);
    expect(addCounts(some, some)).toMatchObject({ equal: 6, dropped: 14, monolithMs: noCounts.monolithMs.with(2, 8) });
    expect(noCounts.equal + noCounts.monolithMs[2]!).toBe(0);
  });

  it('say how often the candidate was right, and how often it could not answer', () => {
    expect([matchRateOf(some), matchRateOf(noCounts)]).toEqual([0.75, null]);
    expect(failuresOf(some)).toEqual({ failures: 5, asked: 16 });
  });
});
