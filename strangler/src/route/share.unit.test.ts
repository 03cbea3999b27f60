import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isOfShare } from './share.ts';

it('whoever is of a share is of each larger one, and nobody is of none', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      (who, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        if (isOfShare('r', who, small)) expect(isOfShare('r', who, large)).toBe(true);
        expect(isOfShare('r', who, 0)).toBe(false);
        expect(isOfShare('r', who, 100)).toBe(true);
      },
    ),
  );
});

it('a share has about as many as it says, and each route draws its own', () => {
  const all = Array.from({ length: 20_000 }, (_, at) => String(at));
  const five = all.filter((who) => isOfShare('r', who, 5));
  expect(five.length).toBeGreaterThan(850);
  expect(five.length).toBeLessThan(1150);
  expect(five.filter((who) => isOfShare('other', who, 5)).length).toBeLessThan(120);
});
