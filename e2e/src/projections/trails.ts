import { crc32 } from 'node:zlib';
import { type FoldChange, fold } from '@banyan/kit';

/** States in which every change leaves its trace, and the order of changes too: one more, one less or one too early is another state. */
export const trails = fold({
  name: 'trails',
  from: {
    letters: { source: 'bank.letters', key: ['id'], columns: { id: 'bigint', batch: 'int', words: 'varchar(40)' } },
    stamps: { source: 'bank.stamps', key: ['id'], columns: { id: 'bigint', batch: 'int', price: 'decimal(12,4)' } },
  },
  tables: {
    batch_trails: {
      version: 1,
      path: '/trails',
      key: ['batch'],
      columns: { batch: 'int', changes: 'bigint', rows_there: 'int', last_table: 'varchar(10)', trail: 'bigint' },
      keys: ({ batch }) => (batch === null ? [] : [[batch!]]),
      step: (state, change, { batch }) => {
        const isIn = (row: FoldChange['after']) => (row?.batch === batch ? 1 : 0);
        const rows = Number(state?.rows_there ?? 0) - isIn(change.before) + isIn(change.after);
        const trail = crc32(traceOf(change), Number(state?.trail ?? 0));
        const changes = BigInt((state?.changes as bigint | undefined) ?? 0n) + 1n;
        return { changes, rows_there: rows, last_table: change.table, trail };
      },
    },
    /** Gone when the last row is. */
    prices: {
      version: 1,
      key: ['price'],
      columns: { price: 'decimal(12,4)', stamps: 'int' },
      keys: ({ price }) => (price == null ? [] : [[price]]),
      step: (state, { before, after }, { price }) => {
        const stamps = Number(state?.stamps ?? 0) - Number(before?.price === price) + Number(after?.price === price);
        return stamps === 0 ? null : { stamps };
      },
    },
  },
});

const traceOf = ({ table, operation, before, after }: FoldChange): string =>
  JSON.stringify([table, operation, before, after], (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
