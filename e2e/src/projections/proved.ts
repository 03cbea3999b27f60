import { mirror } from '@banyan/kit';

/** Tables of the tests' own, with a foreign key that takes children along. */
export const proved = mirror({
  name: 'proved',
  tables: {
    entries: {
      source: 'bank.entries',
      key: ['id'],
      path: '/entries',
      columns: { id: 'bigint', amount: 'decimal(19,4)', note: 'varchar(60)', turn: 'int' },
    },
    parents: { source: 'bank.parents', key: ['id'], columns: { id: 'int' } },
    children: { source: 'bank.children', key: ['id'], columns: { id: 'int', parent_id: 'int' } },
  },
});
