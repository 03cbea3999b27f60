import fc from 'fast-check';
import type { Row, SourceValue } from '../change-event/index.ts';
import type { Column, MirrorTable, Projection } from '../projection/index.ts';
import type { Story } from './scenario.ts';
import { type Change, SourceTables, type TableRows, type Transaction } from './source-tables.ts';

/** Of a column in the monolith: `database.table`, and its name there. */
export type Nullable = (source: string, column: string) => boolean;

/** Rows and transactions made up from the declaration: few keys and few values, so that what happens happens to the same rows. */
export function stories(projection: Projection, isNullable: Nullable): fc.Arbitrary<Story> {
  const putInto = (one: MirrorTable): fc.Arbitrary<Change> =>
    rowOf(one, isNullable).map((row) => ({ put: { [one.name]: [row] } }));
  const table = fc.constantFrom(...projection.tables);
  const given = fc.array(table.chain(putInto), { maxLength: 6 });
  const change: fc.Arbitrary<Change> = fc.oneof(
    { weight: 6, arbitrary: table.chain(putInto) },
    { weight: 2, arbitrary: table.chain((one) => keyOf(one).map((key) => ({ remove: { [one.name]: [key] } }))) },
    {
      weight: 1,
      arbitrary: table.chain((one) =>
        fc.tuple(keyOf(one), keyOf(one)).map(([from, to]) => ({ rekey: one.name, from, to })),
      ),
    },
  );
  const transaction: fc.Arbitrary<Transaction> = fc.oneof(
    { weight: 9, arbitrary: fc.array(change, { maxLength: 6 }) },
    { weight: 1, arbitrary: table.map(({ name }) => [{ truncate: name }]) },
  );
  return fc
    .record({ given, when: fc.array(transaction, { maxLength: 6 }) })
    .map(({ given, when }) => possible(projection, given, when));
}

/** Without what a database would refuse: a row removed that is not there, a key that is taken. */
function possible(projection: Projection, given: readonly Change[], when: readonly Transaction[]): Story {
  const source = new SourceTables(projection);
  const isPossible = (change: Change) => {
    try {
      source.change([change], { sequence: 0, gtid: null });
      return true;
    } catch {
      return false;
    }
  };
  for (const change of given) isPossible(change);
  const rows: TableRows = Object.fromEntries(
    projection.tables
      .map((table) => [table.name, [...source.rows(table)]] as const)
      .filter(([, { length }]) => length > 0),
  );
  return { given: rows, when: when.map((changes) => changes.filter(isPossible)) };
}

const keyOf = ({ key }: MirrorTable): fc.Arbitrary<Row> =>
  fc.record(Object.fromEntries(key.map((column) => [column.from, valueFor(column)])));

function rowOf({ source, columns, key }: MirrorTable, isNullable: Nullable): fc.Arbitrary<Row> {
  const isRequired = (column: Column) => key.includes(column) || !isNullable(source, column.from);
  const values = columns.map((column) => [
    column.from,
    isRequired(column) ? valueFor(column) : fc.option(valueFor(column)),
  ]);
  return fc.record(Object.fromEntries(values), { requiredKeys: columns.filter(isRequired).map(({ from }) => from) });
}

function valueFor({ type: { base, family, sql } }: Column): fc.Arbitrary<SourceValue> {
  const [, first = '0', second = '0'] = /\( *(\d+) *(?:, *(\d+))? *\)/.exec(sql) ?? [];
  const fraction = (digits: string) => (digits === '0' ? '' : `.${'5'.padEnd(Number(digits), '0')}`);
  if (base === 'year') return fc.constantFrom(1999, 2012);
  if (base === 'bit') return fc.constantFrom(0, 1).map((bit) => bytes(Math.ceil(Number(first) / 8) || 1, bit));
  if (base === 'binary') return fc.constantFrom(0, 1).map((byte) => bytes(Number(first) || 1, byte));
  if (base === 'enum' || base === 'set') return fc.constantFrom(...membersOf(sql));
  if (base === 'json') return fc.constantFrom('{}', '[1]');
  if (base === 'date') return fc.constantFrom('2012-08-31', '2012-09-01');
  if (base === 'time') return fc.constantFrom('00:00:00', '12:30:00').map((time) => time + fraction(first));
  if (family === 'temporal')
    return fc.constantFrom('2012-08-31 23:59:59', '2012-09-01 00:00:00').map((time) => time + fraction(first));
  if (family === 'integer') return fc.nat({ max: 3 });
  if (family === 'bigint') return fc.nat({ max: 3 }).map(BigInt);
  if (family === 'float') return fc.constantFrom(0, 1.5);
  if (family === 'decimal') return fc.constantFrom('0', '1', '2').map((whole) => whole + fraction(second));
  if (family === 'binary') return fc.constantFrom('', 'a', 'b').map((text) => Buffer.from(text));
  return fc.constantFrom('a', 'A', 'b', 'é', 'a ', '').filter((text) => base !== 'char' || text.trim() === text);
}

const bytes = (length: number, last: number): Buffer => Buffer.from([...new Array(length - 1).fill(0), last]);

const membersOf = (sql: string): string[] =>
  [...sql.matchAll(/'((?:[^']|'')*)'/g)].map(([, member]) => member!.replaceAll("''", "'"));
