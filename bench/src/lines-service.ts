// A mirror of the large table as a service of its own: project | serve
import { mirror, runService } from '@banyan/kit';

const projection = mirror({
  name: 'bench-lines',
  tables: {
    ledger_lines: {
      source: `${process.env.SOURCE_DATABASE}.ledger_lines`,
      key: ['id'],
      path: '/ledger-lines',
      filters: ['account_id'],
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
  },
});
process.exitCode = await runService(projection, process.argv.slice(2), process.env);
