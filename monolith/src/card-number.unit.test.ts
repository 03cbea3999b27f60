import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cardNumber, luhnSum } from './card-number.ts';

describe('a card number', () => {
  it('has 16 digits of the test range and a right check digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 999_999_999n }), (n) => {
        expect(cardNumber(n)).toMatch(/^400000[0-9]{10}$/);
        expect(luhnSum(cardNumber(n)) % 10).toBe(0);
      }),
    );
  });

  it('is another one for every number', () => {
    const numbers = Array.from({ length: 20_000 }, (_, n) => cardNumber(BigInt(n + 1)));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('is checked as the standard says', () => {
    expect(luhnSum('4000000000000002') % 10).toBe(0);
    expect(luhnSum('4000000000000003') % 10).not.toBe(0);
  });
});
