import { mirror } from '@banyan/kit';

/** One of the two alone. */
export const stamps = mirror({
  name: 'stamps',
  tables: { stamps: { source: 'bank.stamps', key: ['id'], columns: { id: 'bigint', batch: 'int' } } },
});

/** Rows that need space, in two tables that change together. */
export const letters = mirror({
  name: 'letters',
  tables: {
    letters: {
      source: 'bank.letters',
      key: ['id'],
      columns: { id: 'bigint', batch: 'int', words: 'varchar(4000)' },
    },
    stamps: { source: 'bank.stamps', key: ['id'], columns: { id: 'bigint', batch: 'int' } },
  },
});
