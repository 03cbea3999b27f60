import { mirror } from '@banyan/kit';

/** Cards with all that may be known of them outside the bank's database. */
export const cards = mirror({
  name: 'card-list',
  tables: {
    customers: { source: 'bank.customers', key: ['id'], columns: { id: 'bigint' } },
    cards: {
      source: 'bank.cards',
      key: ['id'],
      path: '/cards',
      owner: 'customer_id',
      columns: {
        id: 'bigint',
        customer_id: 'bigint',
        account_id: 'bigint',
        pan_last4: 'char(4)',
        holder_name: 'varchar(40)',
        status: "enum('active','blocked','returned')",
      },
    },
  },
});
