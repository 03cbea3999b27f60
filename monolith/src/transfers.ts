import { randomUUID } from 'node:crypto';
import type { Pool } from 'mysql2/promise';
import { unknownAccount } from './accounts.ts';
import { showId, showTime } from './answers.ts';
import { findByReference, repeat, type TransferResult } from './booked-transfers.ts';
import { change, type Queryable, select } from './database.ts';
import { isDuplicate } from './database-error.ts';
import { formatMoney, MAX_MONEY, readMoney } from './money.ts';
import { Rejection } from './rejection.ts';
import type { TransferOrder } from './requests.ts';
import { inTransaction } from './transaction.ts';

interface LockedAccount {
  readonly id: bigint;
  readonly currency: string;
  readonly balance: bigint;
  readonly closed: boolean;
}

interface LockedRow {
  readonly id: string;
  readonly currency: string;
  readonly balance: string;
  readonly closed_at: string | null;
  readonly now: string;
}

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
  const { from, to, now } = await lockBoth(db, order);
  if (order.reference !== undefined) {
    // After the locks, so that a repeat that waited for its original sees it before it looks at the funds.
    const first = await findByReference(db, order.reference);
    if (first !== undefined) return repeat(first, order);
  }
  check(from, to, order.amount);
  const reference = order.reference ?? randomUUID();
  const amount = formatMoney(order.amount);
  const balances = { from: formatMoney(from.balance - order.amount), to: formatMoney(to.balance + order.amount) };
  const { insertId } = await change(
    db,
    `INSERT INTO transfers (reference, from_account_id, to_account_id, amount, purpose, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [reference, from.id, to.id, amount, order.purpose, now],
  );
  await change(db, 'UPDATE accounts FORCE INDEX (PRIMARY) SET balance = IF(id = ?, ?, ?) WHERE id IN (?, ?)', [
    from.id,
    balances.from,
    balances.to,
    from.id,
    to.id,
  ]);
  await change(
    db,
    'INSERT INTO ledger_lines (account_id, transfer_id, amount, balance_after, purpose, booked_at) VALUES ?',
    [
      [
        [from.id, insertId, formatMoney(-order.amount), balances.from, order.purpose, now],
        [to.id, insertId, amount, balances.to, order.purpose, now],
      ],
    ],
  );
  return {
    transfer: {
      id: showId(insertId),
      reference,
      from: showId(from.id),
      to: showId(to.id),
      amount,
      purpose: order.purpose,
      createdAt: showTime(now),
      balances,
    },
    repeated: false,
  };
}

/**
 * Locks both accounts in one walk along the primary key, so the lower id first, whoever pays: two opposite transfers
 * then queue up instead of blocking each other. The index is forced so that no other row is locked on the way, however
 * small the bank. SYSDATE is read row by row: that of the last row is from after both locks were had, and so the times
 * on one account rise with its ledger lines.
 */
async function lockBoth(db: Queryable, order: TransferOrder) {
  const rows = await select<LockedRow>(
    db,
    `SELECT id, currency, balance, closed_at, SYSDATE(6) AS now FROM accounts FORCE INDEX (PRIMARY)
      WHERE id IN (?, ?) ORDER BY id FOR UPDATE`,
    [order.from, order.to],
  );
  return { from: pickLocked(rows, order.from), to: pickLocked(rows, order.to), now: rows.at(-1)!.now };
}

function pickLocked(rows: readonly LockedRow[], id: bigint): LockedAccount {
  const row = rows.find((candidate) => BigInt(candidate.id) === id);
  if (row === undefined) throw unknownAccount(id);
  return { id, currency: row.currency, balance: readMoney(row.balance), closed: row.closed_at !== null };
}

function check(from: LockedAccount, to: LockedAccount, amount: bigint): void {
  const closed = [from, to].find((account) => account.closed);
  if (closed !== undefined) {
    throw new Rejection(422, 'account_closed', `account ${closed.id} is closed; it can neither pay nor be paid`);
  }
  if (from.currency !== to.currency) {
    const currencies = `account ${from.id} is in ${from.currency}, account ${to.id} in ${to.currency}`;
    throw new Rejection(422, 'currency_mismatch', `${currencies}; money moves within one currency only`);
  }
  if (from.balance < amount) {
    const short = `account ${from.id} has ${formatMoney(from.balance)}, the transfer needs ${formatMoney(amount)}`;
    throw new Rejection(422, 'insufficient_funds', `${short}; there is no overdraft`);
  }
  if (to.balance + amount > MAX_MONEY) {
    throw new Rejection(422, 'balance_limit', `account ${to.id} cannot hold more than ${formatMoney(MAX_MONEY)}`);
  }
}
