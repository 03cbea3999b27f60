import { mirror } from '@banyan/kit';

const tables = {
  accounts: {
    source: 'bank.accounts',
    key: ['id'],
    path: '/accounts',
    owner: 'customer_id',
    columns: { id: 'bigint', customer_id: 'bigint', currency: 'char(3)', balance: 'decimal(19,4)' },
  },
  ledger_lines: {
    source: 'bank.ledger_lines',
    key: ['id'],
    path: '/ledger-lines',
    columns: {
      id: 'bigint',
      account_id: 'bigint',
      transfer_id: 'bigint',
      amount: 'decimal(19,4)',
      balance_after: 'decimal(19,4)',
      booked_at: 'datetime(6)',
    },
  },
  customers: { source: 'bank.customers', key: ['id'], columns: { id: 'bigint', name: 'varchar(120)' } },
};

/** Three tables of the bank that a transfer changes at once, or that lose rows together. */
export const ledger = mirror({ name: 'ledger', tables });

/** With the one that a night fills. */
export const night = mirror({
  name: 'night',
  tables: {
    ...tables,
    interest_accruals: {
      source: 'bank.interest_accruals',
      key: ['account_id', 'accrued_on'],
      columns: { account_id: 'bigint', accrued_on: 'date', rate: 'decimal(7,4)', amount: 'decimal(19,6)' },
    },
  },
});
