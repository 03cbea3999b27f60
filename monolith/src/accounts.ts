import { type JsonId, pageEnd, showId, showTime } from './answers.ts';
import { type Queryable, select } from './database.ts';
import { Rejection } from './rejection.ts';

/** An account as GET /accounts/:id shows it. Money is decimal text, times are RFC 3339 in UTC. */
export interface Account {
  readonly id: JsonId;
  readonly customerId: JsonId;
  readonly iban: string;
  readonly kind: 'current' | 'savings';
  readonly currency: string;
  readonly balance: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
}

/** One line of an account's ledger; `transferId` is null for the opening balance. */
export interface LedgerLine {
  readonly id: JsonId;
  readonly transferId: JsonId | null;
  readonly amount: string;
  readonly balanceAfter: string;
  readonly purpose: string | null;
  readonly bookedAt: string;
}

interface AccountRow {
  readonly id: string;
  readonly customer_id: string;
  readonly iban: string;
  readonly kind: 'current' | 'savings';
  readonly currency: string;
  readonly balance: string;
  readonly opened_at: string;
  readonly closed_at: string | null;
}

interface LedgerRow {
  readonly id: string;
  readonly transfer_id: string | null;
  readonly amount: string;
  readonly balance_after: string;
  readonly purpose: string | null;
  readonly booked_at: string;
}

const ACCOUNT = 'SELECT id, customer_id, iban, kind, currency, balance, opened_at, closed_at FROM accounts';

function showAccount(row: AccountRow): Account {
  return {
    id: showId(row.id),
    customerId: showId(row.customer_id),
    iban: row.iban,
    kind: row.kind,
    currency: row.currency,
    balance: row.balance,
    openedAt: showTime(row.opened_at),
    closedAt: row.closed_at === null ? null : showTime(row.closed_at),
  };
}

/** What to answer for an account that is not there. */
export function unknownAccount(id: bigint): Rejection {
  return new Rejection(404, 'unknown_account', `there is no account ${id}; GET /accounts lists them`);
}

/** One account. Throws Rejection 404. */
export async function findAccount(db: Queryable, id: bigint): Promise<Account> {
  const [row] = await select<AccountRow>(db, `${ACCOUNT} WHERE id = ?`, [id]);
  if (row === undefined) throw unknownAccount(id);
  return showAccount(row);
}

/** A page of all accounts in id order, those with an id above `after`. */
export async function listAccounts(db: Queryable, after: bigint, limit: number) {
  const rows = await select<AccountRow>(db, `${ACCOUNT} WHERE id > ? ORDER BY id LIMIT ${limit}`, [after]);
  return {
    accounts: rows.map(showAccount),
    next: pageEnd(
      rows.map((row) => row.id),
      limit,
    ),
  };
}

/** The accounts of one customer in id order. */
export async function accountsOf(db: Queryable, customerId: bigint): Promise<Account[]> {
  const rows = await select<AccountRow>(db, `${ACCOUNT} WHERE customer_id = ? ORDER BY id`, [customerId]);
  return rows.map(showAccount);
}

/** A page of an account's ledger in booking order, the lines with an id above `after`. Throws Rejection 404. */
export async function readLedger(db: Queryable, accountId: bigint, after: bigint, limit: number) {
  const rows = await select<LedgerRow>(
    db,
    `SELECT id, transfer_id, amount, balance_after, purpose, booked_at FROM ledger_lines
      WHERE account_id = ? AND id > ? ORDER BY id LIMIT ${limit}`,
    [accountId, after],
  );
  if (rows.length === 0) await findAccount(db, accountId);
  return {
    account: showId(accountId),
    lines: rows.map(showLine),
    next: pageEnd(
      rows.map((row) => row.id),
      limit,
    ),
  };
}

function showLine(row: LedgerRow): LedgerLine {
  return {
    id: showId(row.id),
    transferId: row.transfer_id === null ? null : showId(row.transfer_id),
    amount: row.amount,
    balanceAfter: row.balance_after,
    purpose: row.purpose,
    bookedAt: showTime(row.booked_at),
  };
}
