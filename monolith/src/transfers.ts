import type { Pool } from 'mysql2/promise';
import { showId, showTime } from './answers.ts';
import { findByReference, repeat, type TransferResult } from './booked-transfers.ts';
import { bookMovement, lockAccounts } from './booking.ts';
import type { Queryable } from './database.ts';
import { isDuplicate } from './database-error.ts';
import type { TransferOrder } from './requests.ts';
import { inTransaction } from './transaction.ts';

/**
 * Books a transfer in one database transaction, or books nothing. An order whose reference was already used for the
 * same accounts, amount and purpose gets the first transfer back.
 * Throws Rejection: 404 `unknown_account`; 409 `reference_in_use` when the reference belongs to a different order;
 * 422 `account_closed`, `currency_mismatch`, `insufficient_funds`, `balance_limit`; 503 `busy`, `outcome_unknown`.
 */
export async function transfer(pool: Pool, order: TransferOrder, log: (line: string) => void): Promise<TransferResult> {
  try {
    return await inTransaction(pool, (connection) => book(connection, order), log);
  } catch (error) {
    // Two orders between different accounts came with one reference at one time: the unique key let one through.
    if (order.reference === undefined || !isDuplicate(error)) throw error;
    const first = await findByReference(pool, order.reference);
    if (first === undefined) throw error;
    return repeat(first, order);
  }
}

async function book(db: Queryable, order: TransferOrder): Promise<TransferResult> {
  const locked = await lockAccounts(db, [order.from, order.to]);
  const [from, to] = [locked.of(order.from).id, locked.of(order.to).id];
  if (order.reference !== undefined) {
    // After the locks, so that a repeat that waited for its original sees it before it looks at the funds.
    const first = await findByReference(db, order.reference);
    if (first !== undefined) return repeat(first, order);
  }
  const { reference, ...rest } = order;
  const booked = await bookMovement(db, locked, reference === undefined ? rest : { ...rest, reference });
  return {
    transfer: {
      id: showId(booked.id),
      reference: booked.reference,
      from: showId(from),
      to: showId(to),
      amount: booked.amount,
      purpose: order.purpose,
      createdAt: showTime(booked.createdAt),
      balances: booked.balances,
    },
    repeated: false,
  };
}
