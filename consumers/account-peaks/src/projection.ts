import { type FoldRow, fold } from '@banyan/kit';

/** Of a decimal(19,4), in ten-thousandths. */
const exact = (balance: unknown): bigint => BigInt(String(balance).replace('.', ''));

const higher = (a: FoldRow, b: FoldRow, column: string) =>
  exact(a[column]) > exact(b.balance) ? a[column]! : b.balance!;
const lower = (a: FoldRow, b: FoldRow, column: string) =>
  exact(a[column]) < exact(b.balance) ? a[column]! : b.balance!;
const isOverdrawn = (row: FoldRow | null): boolean => row !== null && exact(row.balance) < 0n;

/** How far each account's balance ever went and how often it went below zero, since capture began: the bank keeps only what it is now. */
export const projection = fold({
  name: 'account-peaks',
  from: {
    customers: { source: 'bank.customers', key: ['id'], columns: { id: 'bigint' } },
    accounts: {
      source: 'bank.accounts',
      key: ['id'],
      columns: { id: 'bigint', customer_id: 'bigint', balance: 'decimal(19,4)' },
    },
  },
  tables: {
    account_peaks: {
      version: 1,
      path: '/account-peaks',
      owner: 'customer_id',
      filters: ['customer_id'],
      key: ['account_id'],
      columns: {
        account_id: 'bigint',
        customer_id: 'bigint',
        highest: 'decimal(19,4)',
        lowest: 'decimal(19,4)',
        times_overdrawn: 'int',
        balance_changes: 'bigint',
        changed_at: 'datetime',
      },
      keys: ({ id }, table) => (table === 'accounts' ? [[id!]] : []),
      step: (state, { before, after, committedAtMs }) => {
        if (after === null) return null;
        const at = committedAtMs === null ? null : new Date(committedAtMs).toISOString().slice(0, 19).replace('T', ' ');
        const known = state ?? {
          ...{
            highest: after.balance!,
            lowest: after.balance!,
            times_overdrawn: 0,
            balance_changes: 0n,
            changed_at: null,
          },
        };
        const isMoved = before !== null && before.balance !== after.balance;
        return {
          customer_id: after.customer_id!,
          highest: higher(known, after, 'highest'),
          lowest: lower(known, after, 'lowest'),
          times_overdrawn: Number(known.times_overdrawn) + (isOverdrawn(after) && !isOverdrawn(before) ? 1 : 0),
          balance_changes: BigInt(known.balance_changes as bigint) + (isMoved ? 1n : 0n),
          changed_at: isMoved ? at : known.changed_at!,
        };
      },
    },
  },
});
