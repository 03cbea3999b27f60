import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SourceValue } from '../change-event/index.ts';
import { parseSqlType } from '../projection/sql-type.ts';
import { lossCheck } from './silent-loss.ts';

const lossOf = (type: string, value: SourceValue) =>
  lossCheck({ name: 'c', from: 'c', type: parseSqlType(type)! })?.(value) ?? null;

describe('lossCheck', () => {
  it.each<[string, SourceValue, boolean]>([
    ['decimal(10,2)', '1.10', false],
    ['decimal(10,2)', '-1.1000', false],
    ['decimal(10,2)', '1.105', true],
    ['decimal(10,2)', '0.0010', true],
    ['decimal(10)', '1.5', true],
    ['decimal', '1.0', false],
    ['decimal( 38 , 10 ) unsigned', '0.0000000001', false],
    ['int', 1.5, true],
    ['int', 2, false],
    ['int', '1.5', true],
    ['bigint unsigned', '18446744073709551615', false],
    ['bigint', 2n ** 62n, false],
    ['datetime', '2024-01-01 00:00:00.000000', false],
    ['datetime', '2024-01-01 00:00:00.000001', true],
    ['datetime(3)', '2024-01-01 00:00:00.123000', false],
    ['datetime(3)', '2024-01-01 00:00:00.123400', true],
    ['timestamp(6)', '2024-01-01 00:00:00.999999', false],
    ['time', '-838:59:59.000000', false],
    ['time(2)', '-00:00:00.001000', true],
    ['date', '2024-01-01', false],
    ['date', '2024-01-01 00:00:00.000', false],
    ['date', '2024-01-01 00:00:01', true],
    ['float', Math.fround(0.1), false],
    ['float', 0.1, true],
    ['float', -0, false],
    ['float(10,2)', Math.fround(12345678.12), false],
    ['double', 0.1, false],
    ['varchar(3)', 'abc', false],
    ['varchar(3)', 'abc ', true],
    ['varchar(3)', '😀😀 ', false],
    ['varchar(5)', 'abc  ', false],
    ['text', 'abc  ', false],
    ['decimal(10,2)', null, false],
    ['float', null, false],
    ['date', null, false],
    ['datetime', null, false],
    ['varchar(3)', null, false],
  ])('%s of %s: %s', (type, value, loses) => expect(lossOf(type, value) !== null).toBe(loses));

  it('finds a fraction too fine exactly when rounding would change the value', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(8), fc.nat(8), (unscaled, has, keeps) => {
        const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(has + 1, '0');
        const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, digits.length - has)}${has ? `.${digits.slice(-has)}` : ''}`;
        const changes = has > keeps && unscaled % 10n ** BigInt(has - keeps) !== 0n;
        expect(lossOf(`decimal(40,${keeps})`, text) !== null).toBe(changes);
      }),
    );
  });
});
