import type { Pool } from 'mysql2/promise';
import { bookMovement, lockAccounts } from './booking.ts';
import { change, type Queryable, select } from './database.ts';
import { formatMoney, readMoney } from './money.ts';
import { Rejection } from './rejection.ts';
import { inTransaction } from './transaction.ts';

/** A payment to be made again and again; the amount in ten-thousandths. */
export interface StandingOrder {
  readonly from: bigint;
  readonly to: bigint;
  readonly amount: bigint;
  readonly purpose: string | null;
  readonly every: 'week' | 'month' | 'quarter';
  /** The day of the first payment, "2012-07-15". */
  readonly nextOn: string;
}

/** Notes a standing order for every weekday. Returns its id. */
export async function placeStandingOrder(db: Queryable, order: StandingOrder): Promise<bigint> {
  const { insertId } = await change(
    db,
    `INSERT INTO standing_orders (from_account_id, to_account_id, amount, purpose, every, weekdays, next_on, active)
     VALUES (?, ?, ?, ?, ?, 127, ?, 1)`,
    [order.from, order.to, formatMoney(order.amount), order.purpose, order.every, order.nextOn],
  );
  return insertId;
}

/** Changes the amount. Throws Rejection 404 `unknown_standing_order`. */
export async function changeStandingOrder(db: Queryable, id: bigint, amount: bigint): Promise<void> {
  const sql = 'UPDATE standing_orders SET amount = ? WHERE id = ?';
  if ((await change(db, sql, [formatMoney(amount), id])).matchedRows === 0) throw unknownOrder(id);
}

/** Deletes an order, and with it the record of its runs; what was paid stays in the books. Throws Rejection 404. */
export async function cancelStandingOrder(db: Queryable, id: bigint): Promise<void> {
  if ((await change(db, 'DELETE FROM standing_orders WHERE id = ?', [id])).matchedRows === 0) throw unknownOrder(id);
}

const unknownOrder = (id: bigint) => new Rejection(404, 'unknown_standing_order', `there is no standing order ${id}`);

interface OrderRow {
  readonly from_account_id: string;
  readonly to_account_id: string;
  readonly amount: string;
  readonly purpose: string | null;
  readonly next_on: string;
}

/**
 * Makes the payment that is due next, or notes why it could not be made, and sets the next day: one transaction, in which
 * a savepoint takes back the payment alone. Throws Rejection 404 `unknown_standing_order` for one that is not active.
 */
export function runStandingOrder(pool: Pool, id: bigint, log: (line: string) => void) {
  return inTransaction(
    pool,
    async (db) => {
      const [order] = await select<OrderRow>(
        db,
        'SELECT from_account_id, to_account_id, amount, purpose, next_on FROM standing_orders WHERE id = ? AND active = 1 FOR UPDATE',
        [id],
      );
      if (order === undefined) throw unknownOrder(id);
      const [from, to] = [BigInt(order.from_account_id), BigInt(order.to_account_id)];
      const locked = await lockAccounts(db, [from, to]);
      await db.query('SAVEPOINT payment');
      let [outcome, transferId]: [string, bigint | null] = ['booked', null];
      try {
        const movement = { from, to, amount: readMoney(order.amount), purpose: order.purpose };
        transferId = (await bookMovement(db, locked, movement)).id;
      } catch (error) {
        if (!(error instanceof Rejection)) throw error;
        await db.query('ROLLBACK TO SAVEPOINT payment');
        outcome = error.code === 'insufficient_funds' ? 'no funds' : 'refused';
      }
      const run =
        'INSERT INTO standing_order_runs (standing_order_id, due_on, outcome, transfer_id) VALUES (?, ?, ?, ?)';
      await change(db, run, [id, order.next_on, outcome, transferId]);
      await change(
        db,
        `UPDATE standing_orders SET next_on = CASE every WHEN 'week' THEN next_on + INTERVAL 1 WEEK
           WHEN 'month' THEN next_on + INTERVAL 1 MONTH ELSE next_on + INTERVAL 3 MONTH END WHERE id = ?`,
        [id],
      );
      return outcome;
    },
    log,
  );
}
