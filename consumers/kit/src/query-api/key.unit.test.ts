import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSqlType } from '../projection/sql-type.ts';
import { keyForm } from './key.ts';

const form = (sql: string) => keyForm({ name: 'k', from: 'k', type: parseSqlType(sql)! });
const parse = (sql: string) => form(sql)!.parse;

describe('a key of an integer type', () => {
  const ranges: [string, bigint, bigint][] = [
    ['tinyint', -128n, 127n],
    ['tinyint unsigned', 0n, 255n],
    ['smallint(6)', -32768n, 32767n],
    ['mediumint', -8388608n, 8388607n],
    ['int(10) unsigned', 0n, 4294967295n],
    ['integer', -2147483648n, 2147483647n],
    ['bigint', -(2n ** 63n), 2n ** 63n - 1n],
    ['bigint(20) unsigned zerofill', 0n, 2n ** 64n - 1n],
  ];

  it.each(ranges)('%s is taken from its least to its greatest value', (sql, low, high) => {
    for (const value of [low, high, 0n]) expect(parse(sql)(String(value))).toBe(String(value));
    for (const value of [low - 1n, high + 1n]) expect(parse(sql)(String(value))).toBeNull();
  });

  it('is any text that is a whole number in range, and no other', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.bigInt().map(String), fc.stringMatching(/^[-+0-9.e x]{0,30}$/)), (text) => {
        const isNumber = /^-?[0-9]{1,40}$/.test(text);
        const isInRange = isNumber && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
        expect(parse('bigint')(text)).toBe(isInRange ? String(BigInt(text)) : null);
      }),
    );
  });

  it('is no number that JavaScript would make of a text', () => {
    for (const text of [
      '',
      ' 1',
      '1 ',
      '1\n',
      '1abc',
      '1.0',
      '1e3',
      '0x10',
      '+1',
      '--1',
      '١',
      '1_000',
      '9'.repeat(41),
    ]) {
      expect([text, parse('int')(text)]).toEqual([text, null]);
    }
    expect(parse('int')('-0')).toBe('0');
  });

  it('of a YEAR is a year, never a short form of one', () => {
    expect(['0', '1901', '2155', '1900', '2156', '70', '-1'].map(parse('year'))).toEqual([
      '0',
      '1901',
      '2155',
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('a key of another type', () => {
  it('decimal has no more digits than the column', () => {
    const decimal = parse('decimal(5,2)');
    for (const text of ['0', '-0.5', '123.45', '000123.45', '-999.99']) expect(decimal(text)).toBe(text);
    for (const text of ['1234', '1.234', '.5', '1.', '', '-', '1e2', '1,5', ' 1', '1.2.3', '--1', '1-']) {
      expect([text, decimal(text)]).toEqual([text, null]);
    }
    expect(parse('decimal(5,2) unsigned')('-1')).toBeNull();
    expect(parse('decimal')('1.0')).toBeNull();
    expect(parse('decimal(2,2)')('0.25')).toBe('0.25');
    expect(parse('decimal(2,2)')('1.25')).toBeNull();
  });

  it('text is taken as it is', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(parse('varchar(9) collate utf8mb4_bin')(text)).toBe(text)));
  });

  it('bytes are the base64 that the rows have, in its one form', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const key = parse('varbinary(99)')(Buffer.from(bytes).toString('base64'));
        expect(key).toEqual(Buffer.from(bytes));
      }),
    );
    for (const text of ['YQ', 'YR==', 'YQ==\n', '%', 'é', '_w==']) expect(parse('binary(9)')(text)).toBeNull();
  });

  it('dates and times are those of the calendar', () => {
    expect(parse('date')('2024-02-29')).toBe('2024-02-29');
    for (const text of ['2023-02-29', '2024-13-01', '2024-1-1', '0000-00-00', '20240101', '2024-01-01 00:00:00']) {
      expect([text, parse('date')(text)]).toEqual([text, null]);
    }
    expect(parse('datetime(3)')('2024-02-29 23:59:59.999')).toBe('2024-02-29 23:59:59.999');
    expect(parse('timestamp')('2024-02-29 23:59:59')).toBe('2024-02-29 23:59:59');
    for (const text of ['2024-02-29 24:00:00', '2024-02-29T00:00:00', '2024-02-29', '2024-02-29 00:00:00.1234']) {
      expect([text, parse('datetime(3)')(text)]).toEqual([text, null]);
    }
  });

  it.each(['float', 'double', "enum('a')", "set('a')", 'time', 'json', 'text', 'blob', 'bit(1)'])(
    '%s cannot be written in a path',
    (sql) => {
      expect(form(sql)).toBeNull();
    },
  );
});
