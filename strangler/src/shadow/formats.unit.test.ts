import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exactly, type Format, meaning } from './formats.ts';
import { JsonNumber } from './json-value.ts';

const number = (text: string) => new JsonNumber(text);
const means = (format: Format, one: string | JsonNumber, other: string | JsonNumber) => {
  const found = meaning(format, one);
  return found !== undefined && found === meaning(format, other);
};

describe('exactly', () => {
  it.each([
    ['1', '1.0', '1e0', '0.1e1', '10E-1'],
    ['0', '-0', '0.000', '0e5'],
    ['-1.50', '-15e-1'],
    ['1e400', '10e399'],
  ])('finds %s and %s the same', (...texts) => {
    expect(new Set(texts.map(exactly)).size).toBe(1);
  });

  it('tells numbers apart that are one double', () => {
    expect(exactly('12345678901234567890')).not.toBe(exactly('12345678901234567891'));
    expect(exactly('1e400')).not.toBe(exactly('1e401'));
    expect(exactly('1e99999999999999999999')).not.toBe(exactly('1e99999999999999999998'));
  });

  it('says the same of two numbers exactly when they are the same', () => {
    const written = fc.tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: -3, max: 3 }));
    const text = ([digits, exponent]: [number, number]) => `${digits / 100}e${exponent}`;
    const value = ([digits, exponent]: [number, number]) => BigInt(digits) * 10n ** BigInt(exponent + 3);
    fc.assert(
      fc.property(written, written, (one, other) => {
        expect(exactly(text(one)) === exactly(text(other))).toBe(value(one) === value(other));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no long time for a long number', () => {
    const start = performance.now();
    exactly(`1${'0'.repeat(2_000_000)}1`);
    exactly(`0.${'0'.repeat(2_000_000)}1`);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('meaning', () => {
  it.each<[Format, string | JsonNumber, string | JsonNumber]>([
    ['decimal', number('1.5'), '1.50'],
    ['decimal', '1E+3', '1000'],
    ['decimal', '007.5', '7.5'],
    ['id', number('7'), '7'],
    ['id', number('12345678901234567891'), '12345678901234567891'],
    ['id', number('7.0'), '7'],
    ['instant', '2012-01-01T00:00:00Z', '2012-01-01T01:00:00.000+01:00'],
    ['instant', '2012-01-01 00:00:00.5z', '2011-12-31T23:30:00.500-0030'],
    ['instant', '2012-01-01T00:00Z', '2012-01-01T00:00:00Z'],
    ['instant', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.0Z'],
  ])('as %s: %j is %j', (format, one, other) => {
    expect(means(format, one, other)).toBe(true);
  });

  it.each<[Format, string | JsonNumber, string | JsonNumber]>([
    ['decimal', number('1.5'), '1.51'],
    ['decimal', 'x', 'x'],
    ['id', number('7'), '07'],
    ['id', '7', '7.0'],
    ['instant', '2012-01-01T00:00:00Z', '2012-01-01T00:00:00.000000001Z'],
    ['instant', '2012-02-30T00:00:00Z', '2012-03-01T00:00:00Z'],
    ['instant', '2012-01-01T24:00:00Z', '2012-01-02T00:00:00Z'],
    ['instant', '2012-01-01T00:00:00', '2012-01-01T00:00:00'],
    ['instant', number('0'), '1970-01-01T00:00:00Z'],
  ])('as %s: %j is not %j', (format, one, other) => {
    expect(means(format, one, other)).toBe(false);
  });
});
