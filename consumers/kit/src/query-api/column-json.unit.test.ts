import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSqlType } from '../projection/sql-type.ts';
import { columnSchema, jsonEncoder } from './column-json.ts';

const type = (sql: string) => parseSqlType(sql)!;
const schemaOf = (sql: string) => columnSchema({ name: 'c', from: 'c', type: type(sql) }, false);
const patternOf = (sql: string) => new RegExp(schemaOf(sql).pattern as string);

describe('a cell', () => {
  it('of a FLOAT becomes the shortest number that is the same FLOAT', () => {
    const float = jsonEncoder(type('float'))!;
    expect(
      [0.1, 1.1, 16777216, 3.4028234663852886e38, 1.401298464324817e-45, -0.3].map(Math.fround).map(float),
    ).toEqual([0.1, 1.1, 16777216, 3.4028235e38, 1.4013e-45, -0.3]);
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(float(value) as number) === value).toBe(true); // JSON has no -0
        expect(String(float(value)).length).toBeLessThanOrEqual(String(value).length);
      }),
    );
    expect(float(null)).toBeNull();
  });

  it('of bytes becomes base64, all others stay as the driver gives them', () => {
    for (const sql of ['blob', 'bit(3)', 'binary(2)', 'varchar(9) character set binary']) {
      expect(jsonEncoder(type(sql))!(Buffer.from([0xff, 0]))).toBe('/wA=');
      expect(jsonEncoder(type(sql))!(null)).toBeNull();
    }
    for (const sql of ['bigint', 'decimal(9,2)', 'double', 'float(53)', 'int', 'varchar(9)', 'json', 'time(6)']) {
      expect(jsonEncoder(type(sql))).toBeNull();
    }
  });
});

describe('the schema of a column', () => {
  it('has 64-bit integers and decimals as text, with a pattern and an example that fits it', () => {
    for (const [sql, example] of [
      ['bigint', '9223372036854775807'],
      ['bigint unsigned', '18446744073709551615'],
      ['decimal(19,4)', '12.5000'],
      ['decimal', '12'],
      ['decimal(3,3)', '0.500'],
      ['date', '2026-02-28'],
      ['datetime(6)', '2026-02-28 08:30:00.000000'],
      ['timestamp', '2026-02-28 08:30:00'],
      ['time(3)', '08:30:00.000'],
    ] as const) {
      expect(schemaOf(sql)).toMatchObject({ type: 'string', examples: [example], description: `\`${sql}\`` });
      expect([sql, patternOf(sql).test(example)]).toEqual([sql, true]);
    }
  });

  it('has patterns that know a form that is not the column’s', () => {
    for (const [sql, wrong] of [
      ['bigint', '1.0'],
      ['bigint unsigned', '-1'],
      ['decimal(19,4)', '12.50'],
      ['decimal(5,2) unsigned', '-1.00'],
      ['datetime(6)', '2026-02-28 08:30:00'],
      ['datetime', '2026-02-28T08:30:00Z'],
      ['time', '8:30'],
    ] as const) {
      expect([sql, patternOf(sql).test(wrong)]).toEqual([sql, false]);
    }
  });

  it('has small integers and floats as numbers', () => {
    expect(schemaOf('int unsigned')).toMatchObject({ type: 'integer', minimum: 0, maximum: 4294967295 });
    expect(schemaOf('tinyint(1)')).toMatchObject({ type: 'integer', minimum: -128, maximum: 127 });
    expect(schemaOf('double')).toMatchObject({ type: 'number' });
  });

  it('has null beside the type where the column may be NULL', () => {
    const column = { name: 'c', from: 'c', type: type('varchar(7)') };
    expect(columnSchema(column, true)).toMatchObject({ type: ['string', 'null'], maxLength: 7 });
    expect(columnSchema(column, false)).toMatchObject({ type: 'string', maxLength: 7 });
  });
});
