import { crc32 } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { type FoldChange, fold } from '../projection/index.ts';
import { explore, put, replay, scenario, truncate, tx } from './index.ts';

/** Every change leaves its trace, and the order of changes too: one more, one less or one too early is another state. */
const trails = (isBlind = false) =>
  fold({
    name: 'trails',
    from: {
      letters: { source: 'bank.letters', key: ['id'], columns: { id: 'bigint', batch: 'int', words: 'varchar(40)' } },
      stamps: { source: 'bank.stamps', key: ['id'], columns: { id: 'bigint', batch: 'int' } },
    },
    tables: {
      batches: {
        version: 1,
        key: ['batch'],
        columns: { batch: 'int', changes: 'int', trail: 'bigint' },
        keys: ({ batch }) => (batch === null ? [] : [[batch!]]),
        step: (state, change) => ({
          changes: Number(state?.changes ?? 0) + 1,
          trail: crc32(isBlind ? String(Math.random()) : traceOf(change), Number(state?.trail ?? 0)),
        }),
      },
    },
  });

const traceOf = ({ table, operation, before, after }: FoldChange): string =>
  [table, operation, ...[before, after].flatMap((row) => (row ? Object.values(row) : ['none']))].join();

it('folds made-up changes the same under any schedule', () => explore(trails(), { runs: 400 }), 60_000);

it('finds a fold that is not the same twice', async () => {
  await expect(explore(trails(true), { runs: 50 })).rejects.toThrow('batches is not what its history makes it');
});

it('tells what was there, then each change: a TRUNCATE row by row, and rows of many tables in the order of the binlog', async () => {
  const letter = (id: bigint, batch: number) => ({ id, batch, words: 'a' });
  const story = scenario(trails(), {
    given: { letters: [letter(2n, 1), letter(1n, 1)], stamps: [{ id: 1n, batch: 1 }] },
    when: [
      tx(
        put({ stamps: [{ id: 2n, batch: 1 }] }),
        put({ letters: [letter(3n, 1), letter(4n, 2)] }),
        put({ stamps: [{ id: 1n, batch: 2 }] }),
      ),
      truncate('letters'),
    ],
    readModel: {
      batches: [
        { batch: 1, changes: 9 },
        { batch: 2, changes: 3 },
      ],
    },
  });
  for (const maxRows of [1, 2, 5000]) await replay(story, { maxRows });
});
