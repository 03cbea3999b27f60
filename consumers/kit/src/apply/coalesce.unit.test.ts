import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeEvent, Operation, Row } from '../change-event/index.ts';
import { mirror } from '../projection/index.ts';
import { coalesce } from './coalesce.ts';

const table = mirror({
  name: 'test',
  tables: {
    rows: {
      source: 'bank.rows',
      key: ['k', 'n'],
      columns: { k: 'varchar(20) collate utf8mb4_general_ci', n: 'int', value: { type: 'varchar(20)', from: 'v' } },
    },
  },
}).tables[0]!;

const source = { binlogFile: 'binlog.000001', binlogPosition: 4, rowNumber: 0, timestampMs: 0 };
const change = (operation: Operation, before: Row | null, after: Row | null): ChangeEvent => ({
  operation,
  table: 'bank.rows',
  before,
  after,
  source,
  transaction: null,
});
const row = (k: string, n: number, v: string | null = null): Row => ({ k, n, v, more: 'not declared' });

describe('coalesce', () => {
  it('leaves the last state of each key, columns in the order of the declaration', () => {
    const changes = [
      change('create', null, row('a', 1, 'first')),
      change('update', row('a', 1, 'first'), row('a', 1, 'second')),
      change('read', null, row('b', 1)),
      change('delete', row('b', 1), null),
      change('delete', row('c', 1), null),
      change('create', null, row('c', 1, 'again')),
    ];
    expect(coalesce(table, changes)).toEqual({
      truncate: false,
      deletes: [['b', 1]],
      upserts: [
        ['a', 1, 'second'],
        ['c', 1, 'again'],
      ],
    });
  });

  it('forgets what a TRUNCATE has swept away, and keeps what came after it', () => {
    const changes = [
      change('create', null, row('a', 1)),
      change('delete', row('b', 1), null),
      change('truncate', null, null),
      change('create', null, row('c', 1)),
    ];
    expect(coalesce(table, changes)).toEqual({ truncate: true, deletes: [], upserts: [['c', 1, null]] });
  });

  it('takes a changed key as a delete and a create, whether the connector splits it or not', () => {
    const whole = [change('update', row('a', 1), row('A', 1, 'x'))];
    const split = [change('delete', row('a', 1), null), change('create', null, row('A', 1, 'x'))];
    for (const changes of [whole, split])
      expect(coalesce(table, changes)).toEqual({ truncate: false, deletes: [['a', 1]], upserts: [['A', 1, 'x']] });
  });

  // Composite keys as one text: with a separator that a text may contain, two keys would be one, and one row would be lost.
  it('never takes two keys for one, whatever their texts are', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\u0000', ',', ':', '1', 'string', '|'), maxLength: 4 });
    const keyed = mirror({
      name: 'test',
      tables: {
        rows: {
          source: 'bank.rows',
          key: ['a', 'b'],
          columns: { a: 'varchar(20) collate utf8mb4_bin', b: 'varchar(20) collate utf8mb4_bin' },
        },
      },
    }).tables[0]!;
    const key = fc.record({ a: text, b: text });
    const keys = fc.uniqueArray(key, { selector: (one) => JSON.stringify(one), minLength: 2, maxLength: 60 });
    const rowsOf = (all: readonly Row[]) =>
      coalesce(
        keyed,
        all.map((one) => change('create', null, one)),
      ).upserts;
    for (const separator of [',', '\u0000', '\u0000string:', '|', ':']) {
      const pair = [
        { a: `x${separator}y`, b: 'z' },
        { a: 'x', b: `y${separator}z` },
      ];
      expect(rowsOf(pair)).toHaveLength(2);
    }
    fc.assert(fc.property(keys, (all) => expect(rowsOf(all)).toHaveLength(all.length)));
  });

  it.each([
    ['has no row image', change('create', null, null), 'the create event has no row image'],
    ['has no before image', change('delete', null, null), 'the delete event has no row image'],
    ['lacks a column', change('create', null, { k: 'a', n: 1 }), "column 'v' is not in the create event"],
    [
      'has a structure',
      change('create', null, { k: 'a', n: 1, v: { wkb: '' } as never }),
      "column 'v' comes as a structure",
    ],
    ['lacks a key column', change('delete', { k: 'a' }, null), "column 'n' is not in the delete event"],
  ])('refuses a change that %s', (_, bad, message) => {
    expect(() => coalesce(table, [bad])).toThrow(
      expect.objectContaining({ code: 'row-refused', message: expect.stringContaining(message) }),
    );
    expect(() => coalesce(table, [bad])).toThrow(/bank\.rows, binlog\.000001:4/);
  });

  it('finds columns under the names that the connector gives them, and nothing that a row merely inherits', () => {
    const names = ['a b', 'a`c', '1st', 'ünï', 'constructor', 'toString'];
    const odd = mirror({
      name: 'test',
      tables: {
        odd: {
          source: 'bank.odd',
          key: ['id'],
          columns: Object.fromEntries([['id', 'int'], ...names.map((name) => [name, 'varchar(20)'])]),
        },
      },
    }).tables[0]!;
    const whole = { id: 1, a_b: '1', a_c: '2', _1st: '3', _n_: '4', constructor: '5', toString: '6' };
    expect(coalesce(odd, [change('create', null, whole as unknown as Row)]).upserts).toEqual([
      [1, '1', '2', '3', '4', '5', '6'],
    ]);
    const { toString: _, ...lacking } = whole;
    expect(() => coalesce(odd, [change('create', null, lacking)])).toThrow("column 'toString' is not in the create");
  });
});
