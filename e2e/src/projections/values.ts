import { mirror } from '@banyan/kit';

export const projectionOf = (database: string) =>
  mirror({
    name: 'values',
    tables: {
      edges: {
        source: `${database}.edges`,
        key: ['id'],
        path: '/edges',
        columns: { id: 'bigint', amount: 'decimal(38,10)', nothing: 'int', words: 'varchar(100)', at: 'datetime(6)' },
      },
    },
  });
