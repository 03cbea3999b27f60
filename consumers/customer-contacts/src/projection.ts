import { mirror } from '@banyan/kit';

/** Where customers can be reached; writes of that can move here. */
export const projection = mirror({
  name: 'customer-contacts',
  tables: {
    customers: {
      source: 'bank.customers',
      key: ['id'],
      path: '/customers',
      owner: 'id',
      owned: ['email', 'city'],
      columns: { id: 'bigint', email: 'varchar(190)', city: 'varchar(80)' },
    },
  },
});
