import { describe, expect, it } from '@jest/globals';
import type { SourceValue } from '../change-event/index.ts';
import type { Column } from '../projection/index.ts';
import { parseSqlType } from '../projection/sql-type.ts';
import { foldRow, heldValue } from './fold-values.ts';

const column = (sql: string): Column => ({ name: 'v', from: 'v', type: parseSqlType(sql)! });

describe('heldValue', () => {
  it.each<[string, SourceValue, SourceValue]>([
    ['int', 5n, 5],
    ['int', '5', 5],
    ['tinyint', true, 1],
    ['bigint unsigned', '18446744073709551615', 18446744073709551615n],
    ['bigint', 7, 7n],
    ['decimal(12,4)', '1.5', '1.5000'],
    ['decimal(12,4)', 3n, '3.0000'],
    ['decimal(12,4)', '-0.00', '0.0000'],
    ['decimal(12,4)', '1.50009', '1.50009'],
    ['decimal(12)', '7', '7'],
    ['double', '0.1', 0.1],
    ['double', -0, 0],
    ['datetime(6)', '2026-01-01 00:00:00', '2026-01-01 00:00:00.000000'],
    ['datetime(3)', '2026-01-01 00:00:00.5', '2026-01-01 00:00:00.500'],
    ['time', '12:00:00.000', '12:00:00'],
    ['date', '2026-01-01', '2026-01-01'],
    ['char(9)', 'a  ', 'a'],
    ['varchar(9)', 'a  ', 'a  '],
    ['int', null, null],
  ])('%s holds %p as %p', (sql, value, held) => expect(heldValue(column(sql), value)).toEqual(held));

  it('fills a BINARY up with the zeros that the column has', () => {
    expect(heldValue(column('binary(3)'), Uint8Array.of(7))).toEqual(Buffer.of(7, 0, 0));
    expect(heldValue(column('varbinary(3)'), Uint8Array.of(7))).toEqual(Buffer.of(7));
  });

  it.each<[string, SourceValue, string]>([
    ['int', 1.5, 'a whole number is wanted, not number 1.5'],
    ['bigint', 2 ** 60, 'a whole number is wanted'],
    ['bigint', 'x', 'a whole number is wanted'],
    ['decimal(9,2)', 1.5, 'a decimal as text is wanted'],
    ['decimal(9,2)', '1e3', 'a decimal as text is wanted'],
    ['double', Number.NaN, 'a number is wanted'],
    ['varchar(9)', 5, 'a text is wanted, not number 5'],
    ['varbinary(9)', 'x', 'bytes are wanted'],
  ])('%s does not hold %p', (sql, value, message) => expect(() => heldValue(column(sql), value)).toThrow(message));
});

it('names a row by the read model, with the same values from the log and from the database', () => {
  const columns: Column[] = [
    { name: 'amount', from: 'the amount', type: parseSqlType('decimal(9,2)')! },
    { name: 'id', from: 'id', type: parseSqlType('bigint')! },
    { name: 'flag', from: 'flag', type: parseSqlType('bit(1)')! },
  ];
  const told = foldRow(columns, { the_amount: '1.50', id: 7n, flag: true, other: 1 });
  expect(told).toEqual({ amount: '1.50', id: 7n, flag: Buffer.of(1) });
  expect(foldRow(columns, { 'the amount': '1.50', id: '7', flag: Buffer.of(1) })).toEqual(told);
});
