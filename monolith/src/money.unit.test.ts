import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatMoney, MAX_MONEY, parseAmount, readMoney } from './money.ts';

describe('money', () => {
  it.each([
    ['12.50', 125_000n],
    ['0', 0n],
    ['0.0001', 1n],
    ['7', 70_000n],
    ['999999999999999.9999', MAX_MONEY],
  ])('reads %s', (text, units) => {
    expect(parseAmount(text)).toBe(units);
  });

  it.each([
    '',
    ' 5',
    '5 ',
    '5\n',
    '-5',
    '+5',
    '1e3',
    '0x10',
    '.5',
    '5.',
    '05',
    '1,5',
    '1.00000',
    '0.00001',
    '1_000',
    'NaN',
    '１２',
    '٣',
    '1.5.0',
    '1000000000000000',
    '9'.repeat(400),
  ])('does not read %j', (text) => {
    expect(parseAmount(text)).toBeUndefined();
  });

  it('writes four decimals and the sign', () => {
    expect([125_000n, 0n, 1n, -1n, -125_000n, MAX_MONEY].map(formatMoney)).toEqual([
      '12.5000',
      '0.0000',
      '0.0001',
      '-0.0001',
      '-12.5000',
      '999999999999999.9999',
    ]);
  });

  it('reads back whatever it writes, to the last digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -MAX_MONEY, max: MAX_MONEY }), (units) => {
        expect(readMoney(formatMoney(units))).toBe(units);
        if (units >= 0n) expect(parseAmount(formatMoney(units))).toBe(units);
      }),
    );
  });

  it('reads an amount exactly or not at all', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const units = parseAmount(text);
        if (units === undefined) return;
        const [whole, fraction = ''] = text.split('.');
        expect(units.toString()).toBe(BigInt(whole! + fraction.padEnd(4, '0')).toString());
      }),
    );
  });

  it('throws on a column of another type', () => {
    expect(() => readMoney('1.5')).toThrow('"1.5" is not a DECIMAL(19,4) column');
  });
});
