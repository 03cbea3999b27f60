import { describe, expect, it } from '@jest/globals';
import { rowSchemaOf } from '../serde/row-schema.ts';
import { fits } from './fits.ts';
import { parseSqlType } from './sql-type.ts';

const debezium = (type: string, name: string, more: object = {}) => ({ type, 'connect.name': name, ...more });
const decimal = (precision: number, scale: number) =>
  debezium('bytes', 'org.apache.kafka.connect.data.Decimal', { precision, scale });
/** Source types as the connector's schemas have them; seen with Debezium 3.5.0. */
const sources = {
  tinyint: { type: 'int', 'connect.type': 'int16' },
  'smallint unsigned': 'int',
  int: 'int',
  'int unsigned': 'long',
  bigint: 'long',
  'bigint unsigned': decimal(20, 0),
  'decimal(10,2)': decimal(10, 2),
  'decimal(12,4)': decimal(12, 4),
  float: 'float',
  double: 'double',
  varchar: 'string',
  enum: debezium('string', 'io.debezium.data.Enum', { 'connect.parameters': { allowed: 'x,y' } }),
  set: debezium('string', 'io.debezium.data.EnumSet', { 'connect.parameters': { allowed: 'x,y' } }),
  uuid: debezium('string', 'io.debezium.data.Uuid'),
  blob: 'bytes',
  'bit(1)': 'boolean',
  'bit(8)': debezium('bytes', 'io.debezium.data.Bits'),
  year: debezium('int', 'io.debezium.time.Year'),
  date: debezium('int', 'io.debezium.time.Date'),
  time: debezium('long', 'io.debezium.time.MicroTime'),
  datetime: debezium('long', 'io.debezium.time.Timestamp'),
  'datetime(6)': debezium('long', 'io.debezium.time.MicroTimestamp'),
  timestamp: debezium('string', 'io.debezium.time.ZonedTimestamp'),
};
const row = {
  type: 'record',
  name: 'Value',
  fields: Object.entries(sources).map(([name, type]) => ({ name, type: ['null', type] })),
};
const shapes = rowSchemaOf({ name: 'Envelope', fields: [{ name: 'before', type: ['null', row] }] })!;

describe('a declared column', () => {
  it.each([
    ['tinyint', 'tinyint, bit(1)'],
    ['smallint', 'tinyint, year, bit(1)'],
    ['smallint unsigned', 'tinyint, smallint unsigned, int, year, bit(1)'],
    ['int', 'tinyint, smallint unsigned, int, year, bit(1)'],
    ['int unsigned', 'tinyint, smallint unsigned, int, int unsigned, bigint, year, bit(1)'],
    ['bigint', 'tinyint, smallint unsigned, int, int unsigned, bigint, year, bit(1)'],
    ['bigint unsigned', 'tinyint, smallint unsigned, int, int unsigned, bigint, bigint unsigned, year, bit(1)'],
    ['decimal(10,2)', 'tinyint, decimal(10,2), year'],
    ['decimal(12,4)', 'tinyint, decimal(10,2), decimal(12,4), year'],
    ['decimal(20)', 'tinyint, smallint unsigned, int, int unsigned, bigint, bigint unsigned, year'],
    ['float', 'float, double'],
    ['double', 'tinyint, smallint unsigned, int, float, double'],
    [
      'varchar(20)',
      'tinyint, smallint unsigned, int, int unsigned, bigint, bigint unsigned, decimal(10,2), decimal(12,4), varchar, enum, set, uuid, year, date',
    ],
    ["enum('x','y')", 'enum'],
    ["set('x','y')", 'set'],
    ['blob', 'blob'],
    ['bit(8)', 'bit(1), bit(8)'],
    ['year', 'year'],
    ['date', 'date'],
    ['time(6)', 'time'],
    ['datetime', 'date, datetime, timestamp'],
    ['datetime(6)', 'date, datetime, datetime(6), timestamp'],
  ])('of type %s holds what a column is of type %s, and no other', (declared, held) => {
    const type = parseSqlType(declared)!;
    const found = Object.keys(sources).filter((source) => fits(type, shapes[source]!));
    expect(new Set(found)).toEqual(new Set(held.split(', ')));
  });
});
