import { describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/index.ts';
import { statements } from './statements.ts';

const table = mirror({
  name: 'test',
  tables: { 'the `rows`': { source: 'b.r', key: ['id'], columns: { id: 'int', 'a`b': 'longblob' } } },
}).tables[0]!;
const nothing = { truncate: false, deletes: [], upserts: [] };
const rows = (count: number, bytes = 1) => Array.from({ length: count }, (_, id) => [id, Buffer.alloc(bytes)]);
const sizes = (all: Iterable<{ values: readonly unknown[] }>) =>
  [...all].map(({ values }) => (values[0] as unknown[]).length);

describe('statements', () => {
  it('are none for no effect', () => expect([...statements(table, nothing)]).toEqual([]));

  it('empty, then delete, then upsert by the primary key, never by DDL', () => {
    const all = [...statements(table, { truncate: true, deletes: [[1]], upserts: [[2, null]] })];
    expect(all).toEqual([
      { sql: 'DELETE FROM `the ``rows```', values: [] },
      { sql: 'DELETE FROM `the ``rows``` WHERE (`id`) IN (?)', values: [[[1]]] },
      {
        sql: 'INSERT INTO `the ``rows``` (`id`, `a``b`) VALUES ? ON DUPLICATE KEY UPDATE `id` = VALUES(`id`), `a``b` = VALUES(`a``b`)',
        values: [[[2, null]]],
      },
    ]);
  });

  it('take at most 1000 rows each, in order and none left out', () => {
    const all = [...statements(table, { ...nothing, upserts: rows(2001) })];
    expect(sizes(all)).toEqual([1000, 1000, 1]);
    expect(all.flatMap(({ values }) => (values[0] as unknown[][]).map(([id]) => id))).toEqual(
      rows(2001).map(([id]) => id),
    );
    expect(sizes(statements(table, { ...nothing, deletes: rows(1001).map(([id]) => [id!]) }))).toEqual([1000, 1]);
  });

  it('stay small with large rows; one that is larger than that goes alone', () => {
    const mebibyte = 1_048_576;
    expect(sizes(statements(table, { ...nothing, upserts: rows(9, mebibyte / 4) }))).toEqual([3, 3, 3]);
    expect(sizes(statements(table, { ...nothing, upserts: rows(3, 5 * mebibyte) }))).toEqual([1, 1, 1]);
    const texts = Array.from({ length: 5 }, (_, id) => [id, 'x'.repeat(mebibyte)]);
    expect(Math.max(...sizes(statements(table, { ...nothing, upserts: texts })))).toBe(1);
  });

  it('give bytes as Buffers, whatever they were', () => {
    const bytes = new Uint8Array(Buffer.from('0001ff', 'hex')).subarray(1);
    const [one] = statements(table, { ...nothing, upserts: [[1, bytes]] });
    const given = (one!.values[0] as unknown[][])[0]![1];
    expect(Buffer.isBuffer(given) && given.toString('hex')).toBe('01ff');
  });
});
