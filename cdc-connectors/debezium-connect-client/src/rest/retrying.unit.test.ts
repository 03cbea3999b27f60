import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { delayMs } from './retrying.ts';

describe('the delay between attempts', () => {
  const retry = { attempts: 8, baseDelayMs: 200, maxDelayMs: 5000 };

  it('doubles up to its limit', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => delayMs(retry, attempt, 1))).toEqual([
      200, 400, 800, 1600, 3200, 5000, 5000,
    ]);
  });

  it('is never under half of that, and never over', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const ceiling = delayMs(retry, attempt, 1);
        expect(delayMs(retry, attempt, random)).toBeGreaterThanOrEqual(ceiling / 2);
        expect(delayMs(retry, attempt, random)).toBeLessThanOrEqual(ceiling);
      }),
    );
  });
});
