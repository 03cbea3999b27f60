import type { Pool } from 'mysql2/promise';
import { bookMovement, internalAccount, lockAccounts } from './booking.ts';
import { Rejection } from './rejection.ts';
import { inTransaction } from './transaction.ts';

type Log = (line: string) => void;

/** One account pays several, as a payroll does; amounts in ten-thousandths. */
export interface Payroll {
  readonly from: bigint;
  readonly to: readonly { readonly account: bigint; readonly amount: bigint }[];
}

/**
 * Pays all that can be paid, in one transaction with a savepoint before each: one that is refused is taken back alone.
 * Returns how many were paid. The accounts are locked in the order of the list, so two lists may block each other; the
 * database ends one of them, which is run again.
 */
export function payAll(pool: Pool, payroll: Payroll, log: Log): Promise<number> {
  return inTransaction(
    pool,
    async (db) => {
      let paid = 0;
      for (const { account, amount } of payroll.to) {
        await db.query('SAVEPOINT one');
        try {
          const locked = await lockAccounts(db, [payroll.from, account]);
          await bookMovement(db, locked, { from: payroll.from, to: account, amount, purpose: 'Gehalt' });
          paid += 1;
        } catch (error) {
          if (!(error instanceof Rejection)) throw error;
          await db.query('ROLLBACK TO SAVEPOINT one');
        }
      }
      return paid;
    },
    log,
  );
}

class Cancelled extends Error {}

/** Books a transfer and takes it back before it is committed: someone pressed "cancel". Nothing remains of it. */
export async function changeOnesMind(pool: Pool, from: bigint, to: bigint, amount: bigint, log: Log): Promise<void> {
  try {
    await inTransaction(
      pool,
      async (db) => {
        await bookMovement(db, await lockAccounts(db, [from, to]), { from, to, amount, purpose: 'Doch nicht' });
        throw new Cancelled();
      },
      log,
    );
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
  }
}

/** Pays cash in, or wages from another bank: money from the bank's own account. Returns the transfer's id. */
export function payIn(pool: Pool, account: bigint, currency: string, amount: bigint, log: Log): Promise<bigint> {
  return inTransaction(
    pool,
    async (db) => {
      const till = await internalAccount(db, 'cash', currency, account);
      const locked = await lockAccounts(db, [till, account]);
      return (await bookMovement(db, locked, { from: till, to: account, amount, purpose: 'Einzahlung' })).id;
    },
    log,
  );
}
