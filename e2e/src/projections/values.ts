import { mirror } from '@banyan/kit';

export const values = mirror({
  name: 'values',
  tables: {
    edges: {
      source: 'bank.edges',
      key: ['id'],
      path: '/edges',
      columns: { id: 'bigint', amount: 'decimal(38,10)', nothing: 'int', words: 'varchar(100)', at: 'datetime(6)' },
    },
  },
});
