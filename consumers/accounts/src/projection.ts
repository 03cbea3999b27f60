import { mirror } from '@banyan/kit';

/** Accounts with their ledger and their owners, as they stand in the bank's database: every transfer arrives whole. */
export const projection = mirror({
  name: 'accounts',
  tables: {
    accounts: {
      source: 'bank.accounts',
      key: ['id'],
      path: '/accounts',
      owner: 'customer_id',
      filters: ['customer_id', 'kind'],
      columns: {
        id: 'bigint',
        customer_id: 'bigint',
        iban: 'varchar(34)',
        kind: "enum('current','savings')",
        currency: 'char(3)',
        balance: 'decimal(19,4)',
        opened_at: 'datetime(6)',
        closed_at: 'datetime(6)',
      },
    },
    ledger_lines: {
      source: 'bank.ledger_lines',
      key: ['id'],
      path: '/ledger-lines',
      filters: ['account_id', 'transfer_id'],
      columns: {
        id: 'bigint',
        account_id: 'bigint',
        transfer_id: 'bigint',
        amount: 'decimal(19,4)',
        balance_after: 'decimal(19,4)',
        purpose: 'varchar(140)',
        booked_at: 'datetime(6)',
      },
    },
    customers: {
      source: 'bank.customers',
      key: ['id'],
      path: '/customers',
      owner: 'id',
      filters: ['city'],
      columns: { id: 'bigint', name: 'varchar(120)', city: 'varchar(80)' },
    },
  },
});
