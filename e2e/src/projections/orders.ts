import { mirror } from '@banyan/kit';

export const orders = mirror({
  name: 'orders',
  tables: {
    orders: {
      source: 'bank.orders',
      key: ['id'],
      columns: { id: 'bigint', batch: 'int', customer: 'varchar(40)' },
    },
    order_lines: {
      source: 'bank.order_lines',
      key: ['id'],
      columns: { id: 'bigint', batch: 'int', order_id: 'bigint', quantity: 'int' },
    },
    regions: { source: 'bank.regions', key: ['id'], columns: { id: 'bigint', name: 'varchar(40)' } },
  },
});
