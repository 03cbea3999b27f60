import { randomUUID } from 'node:crypto';
import type { Pool } from 'mysql2/promise';
import { bookMovement, heldOn, internalAccount, lockAccounts } from './booking.ts';
import { change, select } from './database.ts';
import { ibanOf } from './iban.ts';
import type { Country } from './people.ts';
import { Rejection } from './rejection.ts';
import { inTransaction } from './transaction.ts';

type Log = (line: string) => void;

/** An account to be opened; `deposit` in ten-thousandths is paid in as cash, 0 for none. */
export interface NewAccount {
  readonly customerId: bigint;
  readonly kind: 'current' | 'savings';
  readonly currency: string;
  readonly deposit: bigint;
}

/** Opens an account, with a first ledger line of 0. Returns its id. Throws Rejection 404 `unknown_customer`. */
export function openAccount(pool: Pool, wish: NewAccount, log: Log): Promise<bigint> {
  return inTransaction(
    pool,
    async (db) => {
      const [home] = await select<{ country_code: Country }>(
        db,
        `SELECT country_code FROM addresses WHERE customer_id = ? AND kind = 'home' LOCK IN SHARE MODE`,
        [wish.customerId],
      );
      if (home === undefined) {
        throw new Rejection(
          404,
          'unknown_customer',
          `there is no customer ${wish.customerId} with an address; enrol first`,
        );
      }
      // The number follows from the id, which is known only after the row is there.
      const { insertId } = await change(
        db,
        `INSERT INTO accounts (customer_id, iban, kind, currency, balance, opened_at) VALUES (?, ?, ?, ?, 0, UTC_TIMESTAMP(6))`,
        [wish.customerId, randomUUID().slice(0, 34), wish.kind, wish.currency],
      );
      await change(db, 'UPDATE accounts SET iban = ? WHERE id = ?', [
        ibanOf(home.country_code, Number(insertId)),
        insertId,
      ]);
      await change(
        db,
        `INSERT INTO ledger_lines (account_id, transfer_id, amount, balance_after, purpose, booked_at)
         SELECT id, NULL, 0, 0, 'Opening balance', opened_at FROM accounts WHERE id = ?`,
        [insertId],
      );
      const holder = `INSERT INTO account_holders (account_id, customer_id, role, since) VALUES (?, ?, 'owner', UTC_DATE())`;
      await change(db, holder, [insertId, wish.customerId]);
      await change(db, "UPDATE customer_profiles SET status = 'active' WHERE customer_id = ?", [wish.customerId]);
      if (wish.deposit > 0n) {
        const till = await internalAccount(db, 'cash', wish.currency, insertId);
        const locked = await lockAccounts(db, [till, insertId]);
        await bookMovement(db, locked, { from: till, to: insertId, amount: wish.deposit, purpose: 'Einzahlung' });
      }
      return insertId;
    },
    log,
  );
}

/**
 * Closes an account: what is left goes to `payTo`, standing orders from it and to it end, its cards are returned. A
 * customer without an open account is closed too. Throws Rejection 422 `account_closed`, `money_is_held`,
 * `currency_mismatch`; 404 `unknown_account`.
 */
export function closeAccount(pool: Pool, accountId: bigint, payTo: bigint, log: Log): Promise<void> {
  return inTransaction(
    pool,
    async (db) => {
      const locked = await lockAccounts(db, [accountId, payTo]);
      const account = locked.of(accountId);
      if (account.closed)
        throw new Rejection(422, 'account_closed', `account ${accountId} was closed before; nothing is left`);
      if ((await heldOn(db, accountId)) > 0n) {
        throw new Rejection(
          422,
          'money_is_held',
          `account ${accountId} has open card payments; wait until they are settled`,
        );
      }
      if (account.balance > 0n) {
        await bookMovement(db, locked, {
          from: accountId,
          to: payTo,
          amount: account.balance,
          purpose: 'Kontoauflösung',
        });
      }
      await change(db, 'UPDATE accounts SET closed_at = ? WHERE id = ?', [locked.now, accountId]);
      await change(db, 'DELETE FROM standing_orders WHERE from_account_id = ?', [accountId]);
      await change(db, 'UPDATE standing_orders SET active = 0 WHERE to_account_id = ?', [accountId]);
      await change(db, "UPDATE cards SET status = 'returned' WHERE account_id = ?", [accountId]);
      await change(
        db,
        `UPDATE customer_profiles p JOIN accounts a ON a.customer_id = p.customer_id
            SET p.status = 'closed', p.closed_on = UTC_DATE()
          WHERE a.id = ? AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.customer_id = p.customer_id AND o.closed_at IS NULL)`,
        [accountId],
      );
    },
    log,
  );
}
