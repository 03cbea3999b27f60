import { stripTypeScriptTypes } from 'node:module';
import { expect, it } from '@jest/globals';
import { rowsText } from './generate.ts';
import { subjectsOf } from './subjects.ts';

const value = (fields: readonly object[]) => ({ type: 'record', name: 'Value', fields });
const named = (type: string, name: string, more: object = {}) => ({ type, 'connect.name': name, ...more });

it('gives each column the form it has after the serde', () => {
  const subjects = subjectsOf('p', ['db.some_table', 'db.absent']);
  const fields = [
    { name: 'a', type: 'long' },
    { name: 'b', type: ['null', 'int'], default: null },
    { name: 'c', type: named('bytes', 'org.apache.kafka.connect.data.Decimal', { scale: 2, precision: 9 }) },
    { name: 'd', type: named('long', 'io.debezium.time.MicroTimestamp') },
    { name: 'e', type: 'bytes' },
    { name: 'f', type: named('bytes', 'io.debezium.data.Bits') },
    { name: 'g', type: [named('boolean', ''), 'null'], default: false },
    { name: 'h*/', type: named('string', 'io.debezium.data.Enum', { 'connect.parameters': { allowed: "x*/,it's" } }) },
    { name: 'i', type: named('record', 'io.debezium.data.geometry.Point', { fields: [] }) },
    { name: 'j', type: named('int', 'io.debezium.time.Date') },
  ];
  const text = rowsText(new Map([['p.db.some_table-value', value(fields)]]), subjects);
  const lines = [
    'a: bigint;',
    'b: number | null;',
    'c: string;',
    'd: string;',
    'e: Uint8Array;',
    'f: Uint8Array;',
    'g: boolean | null;',
    "'h*/': string;",
    'i: unknown;',
    'j: string;',
  ];
  for (const line of lines) expect(text).toContain(`  readonly ${line}\n`);
  expect(text).toContain('export type DbSomeTableRow = {');
  expect(text).toContain("topic: 'p.db.some_table'");
  expect(text).not.toContain('absent');
  expect(() => stripTypeScriptTypes(text)).not.toThrow();
});

it('refuses two tables that would have one name', () => {
  const subjects = subjectsOf('p', ['db.a_b', 'db.a-b']);
  const contract = new Map([...subjects.tables].map(([, { value: subject }]) => [subject, value([])]));
  expect(() => rowsText(contract, subjects)).toThrow(/both be called DbAB/);
});

it('names topics in the letters that Kafka allows', () => {
  expect(subjectsOf('bank', ['bank.größe', 'bank.a']).all).toEqual([
    'bank.bank.a-key',
    'bank.bank.a-value',
    'bank.bank.gr__e-key',
    'bank.bank.gr__e-value',
    'bank.transaction-key',
    'bank.transaction-value',
  ]);
});
