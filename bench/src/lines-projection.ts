import { mirror } from '@banyan/kit';
import { tableNames } from './table-names.ts';

const table = (name: string) => ({
  source: `${process.env.SOURCE_DATABASE}.${name}`,
  key: ['id'],
  path: `/${name.replaceAll('_', '-')}`,
  filters: ['account_id'],
  columns: {
    id: 'bigint',
    account_id: 'bigint',
    transfer_id: 'bigint',
    amount: 'decimal(19,4)',
    balance_after: 'decimal(19,4)',
    purpose: 'varchar(140)',
    booked_at: 'datetime(6)',
  } as const,
});
const names = tableNames(Number(process.env.BENCH_TABLES ?? 1));
/** A mirror of the large table, or of BENCH_TABLES alike. */
export const linesProjection = mirror({
  name: 'bench-lines',
  tables: Object.fromEntries(names.map((name) => [name, table(name)])),
});
