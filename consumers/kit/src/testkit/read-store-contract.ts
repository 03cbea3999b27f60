import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReadStore } from '../apply/index.ts';
import type { Row, SourceValue } from '../change-event/index.ts';
import { type MirrorTable, mirror, type Projection } from '../projection/index.ts';
import type { StoredCheckpoint } from '../read-store/index.ts';
import type { Held, ReadModel } from './read-model.ts';

const ci = 'varchar(10) collate utf8mb4_general_ci';
const projection = mirror({
  name: 'contract',
  tables: {
    left: { source: 's.left', key: ['id'], columns: { id: 'int', text: { type: 'varchar(20)', from: 'words' } } },
    right: { source: 's.right', key: ['id'], columns: { id: 'int', parent: 'int', part: ci } },
    words: { source: 's.words', key: ['word'], columns: { word: ci, n: 'int' } },
    exact: { source: 's.exact', key: ['word'], columns: { word: 'varchar(10) collate utf8mb4_bin', n: 'int' } },
    pairs: { source: 's.pairs', key: ['a', 'b'], columns: { a: 'int', b: 'varchar(5) collate utf8mb4_bin', n: 'int' } },
  },
});
const [left, right, words, exact, pairs] = projection.tables as [
  MirrorTable,
  MirrorTable,
  MirrorTable,
  MirrorTable,
  MirrorTable,
];

const at = (sequence: bigint): StoredCheckpoint => ({
  position: new Map([[0, { domain: 0, server: 1, sequence }]]),
  committedAtMs: Number(sequence),
  offsets: new Map([['t/0', sequence]]),
  anchors: new Map([['t/0', { offset: sequence - 1n, timestampMs: 5, crc32: 6 }]]),
  filled: true,
});
const upserts = (...rows: SourceValue[][]) => ({ truncate: false, deletes: [], upserts: rows });
const deletes = (...keys: SourceValue[][]) => ({ truncate: false, deletes: keys, upserts: [] });

/** What every read store must do, and what anybody sees of it meanwhile. */
export function readStoreContract(name: string, open: (projection: Projection) => Promise<ReadModel>): void {
  describe(`read store contract: ${name}`, () => {
    let model: ReadModel;
    let one: Held;
    beforeAll(async () => {
      model = await open(projection);
    });
    afterAll(() => model[Symbol.asyncDispose]());
    beforeEach(async () => {
      await model.reset();
      one = (await model.takeOver())!;
    });

    const seen = async (table: MirrorTable) => {
      const rows = (await model.rows(table))!;
      return rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    };
    const move = ({ store, lease }: Held, sequence: bigint) => store.moveCheckpoint(lease, at(sequence), null);
    const apply = async (...writes: [MirrorTable, Parameters<ReadStore['write']>[1]][]) => {
      await one.store.begin();
      for (const [table, effect] of writes) await one.store.write(table, effect);
      expect(await move(one, 1n)).toBe(true);
      await one.store.commit();
    };

    describe('a transaction', () => {
      it('is seen by nobody before its commit, and as a whole after it: rows of all tables and the checkpoint', async () => {
        const empty = await model.checkpoint();
        expect(empty).toMatchObject({ position: null, filled: false });
        await one.store.begin();
        await one.store.write(left, upserts([1, 'a']));
        await one.store.write(right, upserts([2, 1, 'x']));
        expect(await move(one, 7n)).toBe(true);
        expect([await seen(left), await seen(right), await model.checkpoint()]).toEqual([[], [], empty]);
        await one.store.commit();
        expect([await seen(left), await seen(right)]).toEqual([
          [{ id: 1, words: 'a' }],
          [{ id: 2, parent: 1, part: 'x' }],
        ]);
        expect(await model.checkpoint()).toEqual(at(7n));
      });

      it('sees what it has written itself', async () => {
        await apply([left, upserts([1, 'a'])]);
        await one.store.begin();
        await one.store.write(left, upserts([2, 'b']));
        await one.store.write(left, deletes([1]));
        const both = { columns: left.key, values: [[1], [2]] };
        expect(await one.store.find(left, both, 9)).toEqual([{ id: 2, words: 'b' }]);
        expect(await seen(left)).toEqual([{ id: 1, words: 'a' }]);
      });

      it.each(['rolled back', 'killed'] as const)('that is %s leaves nothing', async (how) => {
        await apply([left, upserts([1, 'a'])]);
        await one.store.begin();
        await one.store.write(left, upserts([1, 'b'], [2, 'b']));
        await one.store.write(left, deletes([1]));
        await move(one, 8n);
        if (how === 'killed') await model.kill(one.store);
        else await one.store.rollback();
        expect([await seen(left), await model.checkpoint()]).toEqual([[{ id: 1, words: 'a' }], at(1n)]);
      });

      it('of a connection that is gone cannot go on', async () => {
        await one.store.begin();
        await model.kill(one.store);
        const gone = { code: 'database-unreachable', retriable: true };
        await expect(one.store.write(left, upserts([1, 'a']))).rejects.toMatchObject(gone);
        await expect(move(one, 8n)).rejects.toMatchObject(gone);
        await expect(one.store.commit()).rejects.toMatchObject(gone);
        expect([await seen(left), (await model.checkpoint()).position]).toEqual([[], null]);
      });

      it('may be kept open', async () => {
        await one.store.begin();
        await one.store.write(left, upserts([1, 'a']));
        await one.store.keepOpen();
        await move(one, 2n);
        await one.store.commit();
        expect(await seen(left)).toHaveLength(1);
      });
    });

    describe('the lease', () => {
      it('is compared when the checkpoint moves: a stale owner changes nothing', async () => {
        await one.store.begin();
        const two = (await model.takeOver())!;
        expect(await move(one, 9n)).toBe(false);
        await one.store.rollback();
        await two.store.begin();
        await two.store.write(left, upserts([2, 'two']));
        expect(await move(two, 3n)).toBe(true);
        await two.store.commit();
        await one.store.begin();
        await one.store.write(left, upserts([1, 'one']));
        expect(await move(one, 9n)).toBe(false);
        await one.store.rollback();
        expect([await seen(left), await model.checkpoint()]).toEqual([[{ id: 2, words: 'two' }], at(3n)]);
      });

      it('is nobody else’s between checkpoint and commit, and anybody’s when that connection is gone', async () => {
        await one.store.begin();
        await move(one, 4n);
        expect(await model.takeOver()).toBeNull();
        await one.store.commit();
        const two = (await model.takeOver())!;
        await two.store.begin();
        await move(two, 5n);
        expect(await model.takeOver()).toBeNull();
        await model.kill(two.store);
        expect(await model.takeOver()).not.toBeNull();
        expect(await model.checkpoint()).toEqual(at(4n));
      });
    });

    describe('rows', () => {
      it('are put, changed, and deleted by their key, deletes first', async () => {
        await apply([left, upserts([1, 'a'], [2, 'b'], [3, null])]);
        await apply([
          left,
          {
            truncate: false,
            deletes: [[1], [9]],
            upserts: [
              [2, 'B'],
              [4, 'd'],
              [1, 'again'],
            ],
          },
        ]);
        expect(await seen(left)).toEqual([
          { id: 1, words: 'again' },
          { id: 2, words: 'B' },
          { id: 3, words: null },
          { id: 4, words: 'd' },
        ]);
      });

      it('go all at once with a TRUNCATE, which is part of the transaction', async () => {
        await apply([left, upserts([1, 'a'], [2, 'b'])]);
        await one.store.begin();
        await one.store.write(left, { truncate: true, deletes: [], upserts: [[3, 'c']] });
        expect(await seen(left)).toHaveLength(2);
        await move(one, 5n);
        await one.store.commit();
        expect(await seen(left)).toEqual([{ id: 3, words: 'c' }]);
      });

      it('of a key of two columns are told apart by both', async () => {
        await apply([pairs, upserts([1, 'a', 1], [1, 'b', 2], [2, 'a', 3])]);
        await apply([pairs, { truncate: false, deletes: [[1, 'b']], upserts: [[2, 'a', 4]] }]);
        expect(await seen(pairs)).toEqual([
          { a: 1, b: 'a', n: 1 },
          { a: 2, b: 'a', n: 4 },
        ]);
      });

      it.each([
        ['a', 'A'],
        ['e', 'É'],
        ['a', 'a  '],
      ])('have one key %j or %j where the collation takes them for one, as it is written last', async (a, b) => {
        await apply([words, upserts([a, 1])], [words, upserts([b, 2])]);
        expect(await seen(words)).toEqual([{ word: b, n: 2 }]);
        await apply([words, deletes([a])]);
        expect(await seen(words)).toEqual([]);
      });

      it('have two keys where it does not, but for blanks at the end', async () => {
        await apply([exact, upserts(['a', 1], ['A', 2])], [exact, upserts(['a  ', 3])]);
        expect((await seen(exact)).map(({ n }) => n).sort()).toEqual([2, 3]);
      });

      it('that would lose something are refused', async () => {
        await one.store.begin();
        const refused = one.store.write(left, upserts([1, `${'a'.repeat(20)}  `]));
        await expect(refused).rejects.toMatchObject({ code: 'row-refused', retriable: false });
      });
    });

    describe('children', () => {
      const children: SourceValue[][] = [
        [1, 7, 'a'],
        [2, 7, 'A'],
        [3, 8, 'b'],
        [4, null, null],
      ];
      const named = (...from: string[]) => from.map((one) => right.columns.find((column) => column.from === one)!);

      it('are found by any columns, as many as wanted; NULL is nobody’s child', async () => {
        await apply([right, upserts(...children)]);
        await one.store.begin();
        const find = (columns: string[], values: SourceValue[][], limit = 9): Promise<Row[]> =>
          one.store.find(right, { columns: named(...columns), values }, limit);
        expect((await find(['parent'], [[7], [9]])).map(({ id }) => id).sort()).toEqual([1, 2]);
        expect((await find(['part'], [['a']])).map(({ id }) => id).sort()).toEqual([1, 2]);
        expect(
          (
            await find(
              ['parent', 'part'],
              [
                [8, 'b'],
                [7, 'b'],
              ],
            )
          ).map(({ id }) => id),
        ).toEqual([3]);
        expect(await find(['parent'], [[7]], 1)).toHaveLength(1);
        expect(await find(['parent'], [[null]])).toEqual([]);
      });

      it('get other values, also such as are found the same way', async () => {
        await apply([right, upserts(...children)]);
        await one.store.begin();
        await one.store.set(right, { columns: named('part'), values: [['a']] }, ['A']);
        await one.store.set(right, { columns: named('parent'), values: [[8]] }, [null]);
        await move(one, 3n);
        await one.store.commit();
        const rows = (await seen(right)).map(({ id, parent, part }) => [id, parent, part]);
        expect(rows).toEqual([
          [1, 7, 'A'],
          [2, 7, 'A'],
          [3, null, 'b'],
          [4, null, null],
        ]);
      });

      it('get another key of their own with it', async () => {
        await apply([pairs, upserts([1, 'a', 1], [1, 'b', 2], [2, 'c', 3])]);
        await one.store.begin();
        const [a] = pairs.key;
        await one.store.set(pairs, { columns: [a!], values: [[1]] }, [5]);
        await move(one, 3n);
        await one.store.commit();
        expect((await seen(pairs)).map(({ a, b }) => `${a}${b}`)).toEqual(['2c', '5a', '5b']);
      });
    });
  });
}
