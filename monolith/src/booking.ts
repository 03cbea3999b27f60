import { randomUUID } from 'node:crypto';
import { unknownAccount } from './accounts.ts';
import { change, type Queryable, select } from './database.ts';
import { formatMoney, MAX_MONEY, readMoney } from './money.ts';
import { Rejection } from './rejection.ts';
import { type InternalPurpose, LANES } from './seed-internal.ts';

/** An account whose row this transaction holds; `balance` follows what the transaction books. */
export interface LockedAccount {
  readonly id: bigint;
  readonly currency: string;
  balance: bigint;
  readonly closed: boolean;
}

/** Accounts under lock, and a time that is later than that of every line on them. */
export interface LockedAccounts {
  of(id: bigint): LockedAccount;
  readonly now: string;
}

interface LockedRow {
  readonly id: string;
  readonly currency: string;
  readonly balance: string;
  readonly closed_at: string | null;
  readonly now: string;
}

/** Money to move between two accounts under lock. */
export interface Movement {
  readonly from: bigint;
  readonly to: bigint;
  /** In ten-thousandths, more than zero. */
  readonly amount: bigint;
  readonly purpose: string | null;
  readonly reference?: string;
}

/**
 * Locks accounts in one walk along the primary key, so the lowest id first, whoever pays: two opposite transfers then
 * queue up instead of blocking each other. The index is forced so that no other row is locked on the way, however small
 * the bank. SYSDATE is read row by row: that of the last row is from after all locks were had, and so the times on one
 * account rise with its ledger lines. `of` throws Rejection 404 for an account that is not there.
 */
export async function lockAccounts(db: Queryable, ids: readonly bigint[]): Promise<LockedAccounts> {
  const rows = await select<LockedRow>(
    db,
    `SELECT id, currency, balance, closed_at, SYSDATE(6) AS now FROM accounts FORCE INDEX (PRIMARY)
      WHERE id IN (${ids.map(() => '?').join(', ')}) ORDER BY id FOR UPDATE`,
    ids,
  );
  const accounts = new Map(
    rows.map((row) => [
      BigInt(row.id),
      { id: BigInt(row.id), currency: row.currency, balance: readMoney(row.balance), closed: row.closed_at !== null },
    ]),
  );
  return {
    of(id) {
      const account = accounts.get(id);
      if (account === undefined) throw unknownAccount(id);
      return account;
    },
    now: rows.at(-1)?.now ?? '',
  };
}

/**
 * Books a movement between accounts that are locked: the transfer, both balances and both ledger lines. Throws
 * Rejection 422 `account_closed`, `currency_mismatch`, `insufficient_funds`, `balance_limit`, with nothing written.
 * The bank's own accounts, below zero in number, may go below zero in balance.
 */
export async function bookMovement(db: Queryable, locked: LockedAccounts, movement: Movement) {
  const [from, to] = [locked.of(movement.from), locked.of(movement.to)];
  await check(db, from, to, movement.amount);
  const reference = movement.reference ?? randomUUID();
  const amount = formatMoney(movement.amount);
  const balances = { from: formatMoney(from.balance - movement.amount), to: formatMoney(to.balance + movement.amount) };
  const { purpose } = movement;
  const { insertId } = await change(
    db,
    `INSERT INTO transfers (reference, from_account_id, to_account_id, amount, purpose, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [reference, from.id, to.id, amount, purpose, locked.now],
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
        [from.id, insertId, formatMoney(-movement.amount), balances.from, purpose, locked.now],
        [to.id, insertId, amount, balances.to, purpose, locked.now],
      ],
    ],
  );
  from.balance -= movement.amount;
  to.balance += movement.amount;
  return { id: insertId, reference, amount, balances, createdAt: locked.now };
}

/** The bank's own account for a purpose; which of its lanes follows from the account on the other side. */
export async function internalAccount(
  db: Queryable,
  purpose: InternalPurpose,
  currency: string,
  otherId: bigint,
): Promise<bigint> {
  const lane = otherId % BigInt(LANES[purpose]);
  // A shared lock, because a plain read would fix what this transaction sees before it has the accounts.
  const [row] = await select<{ account_id: string }>(
    db,
    'SELECT account_id FROM internal_accounts WHERE purpose = ? AND currency = ? AND lane = ? LOCK IN SHARE MODE',
    [purpose, currency, lane],
  );
  if (row !== undefined) return BigInt(row.account_id);
  const missing = `the bank has no account of its own for ${purpose} in ${currency}`;
  throw new Rejection(422, 'no_internal_account', `${missing}; fill it first: node src/main.ts seed`);
}

/** What is promised to merchants from an account; its row must be locked. */
export async function heldOn(db: Queryable, accountId: bigint): Promise<bigint> {
  const [row] = await select<{ held: string }>(
    db,
    'SELECT CAST(COALESCE(SUM(amount), 0) AS DECIMAL(19, 4)) AS held FROM card_holds WHERE account_id = ?',
    [accountId],
  );
  return readMoney(row!.held);
}

async function check(db: Queryable, from: LockedAccount, to: LockedAccount, amount: bigint): Promise<void> {
  const closed = [from, to].find((account) => account.closed);
  if (closed !== undefined) {
    throw new Rejection(422, 'account_closed', `account ${closed.id} is closed; it can neither pay nor be paid`);
  }
  if (from.currency !== to.currency) {
    const currencies = `account ${from.id} is in ${from.currency}, account ${to.id} in ${to.currency}`;
    throw new Rejection(422, 'currency_mismatch', `${currencies}; money moves within one currency only`);
  }
  if (from.id > 0n) await checkFunds(db, from, amount, 'the transfer');
  if (to.balance + amount > MAX_MONEY) {
    throw new Rejection(422, 'balance_limit', `account ${to.id} cannot hold more than ${formatMoney(MAX_MONEY)}`);
  }
}

/** Throws Rejection 422 `insufficient_funds` when a locked account cannot give so much beside what is held on it. */
export async function checkFunds(db: Queryable, account: LockedAccount, amount: bigint, what: string): Promise<void> {
  const held = await heldOn(db, account.id);
  if (account.balance - held >= amount) return;
  const holding = held > 0n ? ` of which ${formatMoney(held)} is held for card payments` : '';
  const short = `account ${account.id} has ${formatMoney(account.balance)}${holding}, ${what} needs ${formatMoney(amount)}`;
  throw new Rejection(422, 'insufficient_funds', `${short}; there is no overdraft`);
}
