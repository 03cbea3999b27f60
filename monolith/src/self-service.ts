import type { Pool } from 'mysql2/promise';
import type { TransferResult } from './booked-transfers.ts';
import { setCardStatus } from './cards.ts';
import { type Queryable, select } from './database.ts';
import { changeProfile, setAddress } from './profiles.ts';
import { Rejection } from './rejection.ts';
import { parseId, parseOrder } from './requests.ts';
import { inTransaction } from './transaction.ts';
import { transfer } from './transfers.ts';

type Log = (line: string) => void;

/** An account as one of its holders sees it. */
export interface OwnAccount {
  readonly id: string;
  readonly iban: string;
  readonly kind: string;
  readonly currency: string;
  readonly balance: string;
  /** What is promised to merchants and cannot be spent otherwise. */
  readonly held: string;
  readonly role: string;
  readonly closedAt: string | null;
}

/** A card as its holder sees it: of the number only the last four digits. */
export interface OwnCard {
  readonly id: string;
  readonly last4: string;
  readonly kind: string;
  readonly status: string;
  readonly expires: string;
  readonly dailyLimit: string;
  readonly accountId: string;
}

/** What a customer may see and change about themselves. */
export interface OwnProfile {
  readonly name: string;
  readonly email: string;
  readonly marketing: boolean;
  readonly street: string;
  readonly postcode: string;
  readonly city: string;
  readonly country: string;
}

const ACCOUNTS = `
  SELECT CAST(a.id AS CHAR) AS id, a.iban, a.kind, a.currency, a.balance, h.role, a.closed_at AS closedAt,
         CAST(COALESCE((SELECT SUM(amount) FROM card_holds c WHERE c.account_id = a.id), 0) AS DECIMAL(19, 4)) AS held
    FROM account_holders h JOIN accounts a ON a.id = h.account_id WHERE h.customer_id = ?`;

/** The accounts a customer holds, alone or with others. */
export const ownAccounts = (db: Queryable, customerId: bigint): Promise<OwnAccount[]> =>
  select<OwnAccount>(db, `${ACCOUNTS} ORDER BY a.id`, [customerId]);

/** One of them. Throws Rejection 404, for another's account as for none. */
export async function ownAccount(db: Queryable, customerId: bigint, id: unknown): Promise<OwnAccount> {
  const accountId = parseId(id, 'the account');
  const [account] = await select<OwnAccount>(db, `${ACCOUNTS} AND a.id = ?`, [customerId, accountId]);
  if (account === undefined)
    throw new Rejection(404, 'unknown_account', `you have no account ${accountId}; see the list`);
  return account;
}

/** The newest lines of an account, at most 100, newest first. */
export function newestLines(db: Queryable, accountId: string) {
  return select<{ bookedAt: string; purpose: string | null; amount: string; balanceAfter: string }>(
    db,
    `SELECT booked_at AS bookedAt, purpose, amount, balance_after AS balanceAfter FROM ledger_lines
      WHERE account_id = ? ORDER BY id DESC LIMIT 100`,
    [accountId],
  );
}

/**
 * Pays from an own account to an IBAN of this bank: `fields` are from, iban, amount, purpose and reference as text.
 * Throws Rejection as `transfer` does, 404 `unknown_iban`, and 400 for fields that are wrong.
 */
export async function payFromOwn(
  pool: Pool,
  customerId: bigint,
  fields: Readonly<Record<string, unknown>>,
  log: Log,
): Promise<TransferResult> {
  const from = await ownAccount(pool, customerId, fields.from);
  const iban = typeof fields.iban === 'string' ? fields.iban.replaceAll(' ', '').toUpperCase().slice(0, 34) : '';
  const [to] = await select<{ id: string }>(pool, 'SELECT id FROM accounts WHERE iban = ? AND id > 0', [iban]);
  if (to === undefined)
    throw new Rejection(404, 'unknown_iban', 'no account of this bank has this IBAN; check its digits');
  const { amount, purpose, reference } = fields;
  const order = { from: from.id, to: String(to.id), amount, purpose: purpose === '' ? null : purpose, reference };
  return transfer(pool, parseOrder(order, undefined), log);
}

/** The cards of a customer. */
export function ownCards(db: Queryable, customerId: bigint): Promise<OwnCard[]> {
  return select<OwnCard>(
    db,
    `SELECT CAST(id AS CHAR) AS id, pan_last4 AS last4, kind, status, CAST(account_id AS CHAR) AS accountId,
            CONCAT(LPAD(expires_month, 2, '0'), '/', expires_year) AS expires, daily_limit AS dailyLimit
       FROM cards WHERE customer_id = ? ORDER BY cards.id`,
    [customerId],
  );
}

/** Blocks an own card or makes it active. Throws Rejection 404 `unknown_card`, 400 for another status. */
export function setOwnCard(pool: Pool, customerId: bigint, id: unknown, status: unknown, log: Log): Promise<void> {
  const cardId = parseId(id, 'the card');
  if (status !== 'active' && status !== 'blocked') {
    throw new Rejection(400, 'bad_request', 'the status of a card must be active or blocked; choose one of them');
  }
  return inTransaction(
    pool,
    async (db) => {
      const mine = await select(db, 'SELECT id FROM cards WHERE id = ? AND customer_id = ? FOR UPDATE', [
        cardId,
        customerId,
      ]);
      if (mine.length === 0)
        throw new Rejection(404, 'unknown_card', `you have no card ${cardId}; see the list of cards`);
      await setCardStatus(db, cardId, status);
    },
    log,
  );
}

/** Who the customer is. Throws Rejection 404 `unknown_customer`. */
export async function ownProfile(db: Queryable, customerId: bigint): Promise<OwnProfile> {
  const [row] = await select<Omit<OwnProfile, 'marketing'> & { marketing: string }>(
    db,
    `SELECT c.name, c.email, p.marketing, a.street, a.postcode, a.city, a.country_code AS country
       FROM customers c JOIN customer_profiles p ON p.customer_id = c.id
       LEFT JOIN addresses a ON a.customer_id = c.id AND a.kind = 'home' WHERE c.id = ?`,
    [customerId],
  );
  if (row === undefined)
    throw new Rejection(404, 'unknown_customer', `there is no customer ${customerId}; log in again`);
  return { ...row, marketing: Number(row.marketing) === 1 };
}

/** Changes mail address, consent, and the home address within its country. Throws Rejection 400 naming a wrong field. */
export async function changeOwnProfile(
  pool: Pool,
  customerId: bigint,
  fields: Readonly<Record<string, unknown>>,
  log: Log,
) {
  const email = readText(fields, 'email', /^[^\s@]+@[^\s@]+$/, 190);
  const [street, postcode, city] = [
    readText(fields, 'street', /\S/, 120),
    readText(fields, 'postcode', /^[A-Za-z0-9 -]+$/, 10),
    readText(fields, 'city', /\S/, 80),
  ];
  const { country } = await ownProfile(pool, customerId);
  await changeProfile(pool, customerId, email, fields.marketing === true || fields.marketing === 'on', log);
  await inTransaction(pool, (db) => setAddress(db, customerId, { kind: 'home', street, postcode, city, country }), log);
}

function readText(fields: Readonly<Record<string, unknown>>, name: string, form: RegExp, most: number): string {
  const value = fields[name];
  const fits = typeof value === 'string' && value.isWellFormed() && !/\p{Cc}/u.test(value) && [...value].length <= most;
  if (fits && form.test(value)) return value;
  throw new Rejection(400, 'bad_request', `${name} must be text of 1 to ${most} characters in its usual form`);
}
