import { describe, expect, it } from '@jest/globals';
import { rowSchemaOf } from './row-schema.ts';

const named = (type: string, name: string, more: object = {}) => ({ type, 'connect.name': name, ...more });
const decimal = named('bytes', 'org.apache.kafka.connect.data.Decimal', { precision: 6, scale: 2 });
const columns = (fields: readonly object[]) =>
  rowSchemaOf({
    name: 'Envelope',
    fields: [{ name: 'before', type: ['null', { type: 'record', name: 'Value', fields }], default: null }],
  })!;
const addedBy = (type: unknown, given?: unknown) =>
  columns([{ name: 'c', type, ...(given !== undefined && { default: given }) }]).c!.added;

describe('what a column gave to the rows that were there before it', () => {
  const optional = (type: unknown) => [type, 'null'];
  it.each<[string, unknown, unknown, unknown]>([
    ['INT', ['null', 'int'], null, null],
    ['INT DEFAULT 5', optional('int'), 5, 5],
    ['INT NOT NULL', 'int', undefined, 0],
    ['BIGINT DEFAULT -5', optional('long'), -5, -5n],
    ['BIGINT DEFAULT 9007199254740993, which JSON rounds', optional('long'), 9007199254740992, null],
    ['BIGINT NOT NULL', 'long', undefined, 0n],
    ["VARCHAR(9) DEFAULT 'é'", optional('string'), 'é', 'é'],
    ['VARCHAR(9) NOT NULL', 'string', undefined, ''],
    ['DECIMAL(6,2) NOT NULL DEFAULT 1.5', decimal, '\u0000\u0096', '1.50'],
    ['DECIMAL(6,2) NOT NULL', decimal, undefined, '0'],
    ['DOUBLE DEFAULT 0.1', optional('double'), 0.1, 0.1],
    ['BIT(1) DEFAULT 1', optional('boolean'), true, true],
    [
      "DATETIME DEFAULT '2020-01-02 03:04:05'",
      optional(named('long', 'io.debezium.time.Timestamp')),
      1577934245000,
      '2020-01-02 03:04:05.000',
    ],
    ['DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP', named('long', 'io.debezium.time.Timestamp'), 0, null],
    ['DATE NOT NULL', named('int', 'io.debezium.time.Date'), undefined, null],
  ])('%s', (_, type, given, value) => expect(addedBy(type, given)).toEqual(value));

  it('a default that is none of its type is not told', () => {
    expect(addedBy('int', 3_000_000_000)).toBeNull();
    expect(addedBy({ type: 'array', items: 'int' }, [])).toBeNull();
  });
});

it('only an envelope has rows', () => {
  expect(rowSchemaOf({ name: 'TransactionMetadataValue', fields: [{ name: 'before', type: 'int' }] })).toBeNull();
  expect(rowSchemaOf('long')).toBeNull();
  expect(rowSchemaOf(null)).toBeNull();
});
