import { mirror } from '@banyan/kit';

/** The lines of an account, each with the balance after it, by account and in the order in which they were booked. */
export const projection = mirror({
  name: 'account-statements',
  tables: {
    statement_lines: {
      source: 'bank.ledger_lines',
      key: ['id'],
      path: '/statement-lines',
      filters: ['account_id'],
      columns: {
        id: 'bigint',
        account_id: 'bigint',
        amount: 'decimal(19,4)',
        balance_after: 'decimal(19,4)',
        purpose: 'varchar(140)',
        booked_at: 'datetime(6)',
      },
    },
  },
});
