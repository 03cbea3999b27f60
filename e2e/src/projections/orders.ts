import { mirror } from '@banyan/kit';

export const projectionOf = (database: string) =>
  mirror({
    name: 'orders',
    tables: {
      orders: {
        source: `${database}.orders`,
        key: ['id'],
        columns: { id: 'bigint', batch: 'int', customer: 'varchar(40)' },
      },
      order_lines: {
        source: `${database}.order_lines`,
        key: ['id'],
        columns: { id: 'bigint', batch: 'int', order_id: 'bigint', quantity: 'int' },
      },
      regions: { source: `${database}.regions`, key: ['id'], columns: { id: 'bigint', name: 'varchar(40)' } },
    },
  });
