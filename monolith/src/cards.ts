import type { Pool } from 'mysql2/promise';
import { bookMovement, checkFunds, internalAccount, lockAccounts } from './booking.ts';
import { cardNumber } from './card-number.ts';
import { change, type Queryable, select } from './database.ts';
import { isDuplicate } from './database-error.ts';
import { formatMoney, readMoney } from './money.ts';
import { Rejection } from './rejection.ts';
import { cardHolder } from './seed-details.ts';
import { inTransaction } from './transaction.ts';

/** A payment that a merchant asks to have authorised. */
export interface CardPayment {
  readonly cardId: bigint;
  readonly merchantId: bigint;
  readonly channel: 'chip' | 'contactless' | 'online' | 'atm';
  readonly place: string;
  /** In ten-thousandths, more than zero. */
  readonly amount: bigint;
}

type Log = (line: string) => void;

const INSERT = `INSERT INTO card_operations
  (card_id, authorisation_id, kind, merchant_id, channel, place, amount, currency, transfer_id, at) VALUES ?`;

/**
 * Promises money to a merchant: held on the account, not yet moved. Returns the id of the authorisation. Throws Rejection
 * 404 `unknown_card`; 422 `card_not_active`, `account_closed`, `card_limit` (of one day), `insufficient_funds`.
 */
export function authorise(pool: Pool, payment: CardPayment, log: Log): Promise<bigint> {
  return inTransaction(
    pool,
    async (db) => {
      const card = await lockCard(db, payment.cardId);
      const locked = await lockAccounts(db, [BigInt(card.account_id)]);
      const account = locked.of(BigInt(card.account_id));
      if (account.closed) throw new Rejection(422, 'account_closed', `account ${account.id} is closed; it cannot pay`);
      await checkLimit(db, payment, readMoney(`${card.daily_limit}00`), locked.now.slice(0, 10));
      await checkFunds(db, account, payment.amount, 'the payment');
      const amount = formatMoney(payment.amount);
      const { channel, place } = payment;
      const { insertId } = await change(db, INSERT, [
        [
          [
            payment.cardId,
            null,
            'authorise',
            payment.merchantId,
            channel,
            place,
            amount,
            account.currency,
            null,
            locked.now,
          ],
        ],
      ]);
      await change(
        db,
        'INSERT INTO card_holds (authorisation_id, account_id, amount, expires_at) VALUES (?, ?, ?, ? + INTERVAL 7 DAY)',
        [insertId, account.id, amount, locked.now.slice(0, 19)],
      );
      return insertId;
    },
    log,
  );
}

/** Pays what was authorised, and ends the hold. Throws Rejection 409 `not_held` when it was settled or reversed before. */
export function settle(pool: Pool, authorisationId: bigint, log: Log): Promise<void> {
  return inTransaction(
    pool,
    async (db) => {
      const held = await takeHold(db, authorisationId);
      const accountId = BigInt(held.account_id);
      const till = await internalAccount(db, 'cards', held.currency, accountId);
      const locked = await lockAccounts(db, [accountId, till]);
      await change(db, 'DELETE FROM card_holds WHERE authorisation_id = ?', [authorisationId]);
      const movement = { from: accountId, to: till, amount: readMoney(held.amount), purpose: `Card ${held.place}` };
      const { id } = await bookMovement(db, locked, movement);
      await follow(db, held, 'settle', id);
    },
    log,
  );
}

/** Ends the hold without a payment. Throws Rejection 409 `not_held`. */
export function reverse(pool: Pool, authorisationId: bigint, log: Log): Promise<void> {
  return inTransaction(
    pool,
    async (db) => {
      const held = await takeHold(db, authorisationId);
      await change(db, 'DELETE FROM card_holds WHERE authorisation_id = ?', [authorisationId]);
      await follow(db, held, 'reverse', null);
    },
    log,
  );
}

/**
 * Gives back the whole of a settled payment, once. Throws Rejection 409 `not_settled`, `refunded_before`;
 * 422 `account_closed`.
 */
export async function refund(pool: Pool, authorisationId: bigint, log: Log): Promise<void> {
  const work = async (db: Queryable) => {
    const [paid] = await select<FollowedRow>(
      db,
      `SELECT o.id, o.card_id, o.merchant_id, o.channel, o.place, o.amount, o.currency, t.from_account_id AS account_id,
              t.to_account_id AS till FROM card_operations s
         JOIN card_operations o ON o.id = s.authorisation_id JOIN transfers t ON t.id = s.transfer_id
        WHERE s.authorisation_id = ? AND s.kind = 'settle'`,
      [authorisationId],
    );
    if (paid === undefined) {
      throw new Rejection(
        409,
        'not_settled',
        `authorisation ${authorisationId} is not settled; only paid money comes back`,
      );
    }
    const [till, accountId] = [BigInt(paid.till!), BigInt(paid.account_id)];
    const locked = await lockAccounts(db, [till, accountId]);
    const movement = { from: till, to: accountId, amount: readMoney(paid.amount), purpose: `Refund ${paid.place}` };
    const { id } = await bookMovement(db, locked, movement);
    await follow(db, paid, 'refund', id);
  };
  try {
    await inTransaction(pool, work, log);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new Rejection(
      409,
      'refunded_before',
      `authorisation ${authorisationId} was refunded before; nothing was booked`,
    );
  }
}

/** Issues a card for an account of a customer and charges the fee for it. Returns the card's id. */
export function issueCard(pool: Pool, customerId: bigint, accountId: bigint, kind: 'debit' | 'credit', log: Log) {
  return inTransaction(
    pool,
    async (db) => {
      const [holder] = await select<{ name: string; currency: string }>(
        db,
        `SELECT c.name, a.currency FROM accounts a JOIN customers c ON c.id = a.customer_id
          WHERE a.id = ? AND c.id = ? LOCK IN SHARE MODE`,
        [accountId, customerId],
      );
      if (holder === undefined) {
        throw new Rejection(
          404,
          'unknown_account',
          `customer ${customerId} has no account ${accountId}; choose another`,
        );
      }
      const till = await internalAccount(db, 'fees', holder.currency, accountId);
      const locked = await lockAccounts(db, [till, accountId]);
      const [fee] = await select<{ amount: string }>(
        db,
        "SELECT amount FROM fees WHERE code = 'card' AND currency = ?",
        [holder.currency],
      );
      const movement = { from: accountId, to: till, amount: readMoney(fee!.amount), purpose: 'Neue Karte' };
      const { id } = await bookMovement(db, locked, movement);
      const charge =
        'INSERT INTO fees_charged (account_id, fee_code, currency, charged_on, transfer_id) VALUES (?, ?, ?, ?, ?)';
      await change(db, charge, [accountId, 'card', holder.currency, locked.now.slice(0, 10), id]);
      // The number follows from the id, which is known only now.
      const { insertId } = await change(
        db,
        `INSERT INTO cards (customer_id, account_id, pan, pan_last4, holder_name, kind, status, expires_year,
           expires_month, contactless, features, daily_limit, issued_at)
         VALUES (?, ?, LEFT(REPLACE(UUID(), '-', ''), 16), '', ?, ?, 'active', YEAR(?) + 4, MONTH(?), 1, 3, 1000, ?)`,
        [customerId, accountId, cardHolder(holder.name), kind, locked.now, locked.now, locked.now.slice(0, 19)],
      );
      const pan = cardNumber(insertId);
      await change(db, 'UPDATE cards SET pan = ?, pan_last4 = ? WHERE id = ?', [pan, pan.slice(-4), insertId]);
      return insertId;
    },
    log,
  );
}

/** Blocks a card or makes it active again. Throws Rejection 404 `unknown_card` (also for one that was returned). */
export async function setCardStatus(db: Queryable, cardId: bigint, status: 'active' | 'blocked'): Promise<void> {
  const sql = "UPDATE cards SET status = ? WHERE id = ? AND status <> 'returned'";
  if ((await change(db, sql, [status, cardId])).matchedRows === 0) throw unknownCard(cardId);
}

const unknownCard = (id: bigint) =>
  new Rejection(404, 'unknown_card', `there is no card ${id} in use; see the list of cards`);

async function lockCard(db: Queryable, id: bigint) {
  const sql = 'SELECT account_id, status, daily_limit FROM cards WHERE id = ? LOCK IN SHARE MODE';
  const [card] = await select<{ account_id: string; status: string; daily_limit: string }>(db, sql, [id]);
  if (card === undefined) throw unknownCard(id);
  if (card.status !== 'active')
    throw new Rejection(422, 'card_not_active', `card ${id} is ${card.status}; it cannot pay`);
  return card;
}

async function checkLimit(db: Queryable, { cardId, amount }: CardPayment, limit: bigint, day: string): Promise<void> {
  const [row] = await select<{ spent: string }>(
    db,
    `SELECT CAST(COALESCE(SUM(amount), 0) AS DECIMAL(19, 4)) AS spent FROM card_operations
      WHERE card_id = ? AND kind = 'authorise' AND at >= ?`,
    [cardId, day],
  );
  if (readMoney(row!.spent) + amount <= limit) return;
  throw new Rejection(422, 'card_limit', `card ${cardId} may spend ${formatMoney(limit)} a day, this would be more`);
}

interface FollowedRow {
  readonly id: string;
  readonly card_id: string;
  readonly account_id: string;
  readonly merchant_id: string | null;
  readonly channel: string;
  readonly place: string;
  readonly amount: string;
  readonly currency: string;
  readonly till?: string;
}

async function takeHold(db: Queryable, authorisationId: bigint): Promise<FollowedRow> {
  const [row] = await select<FollowedRow>(
    db,
    `SELECT o.id, o.card_id, h.account_id, o.merchant_id, o.channel, o.place, h.amount, o.currency
       FROM card_holds h JOIN card_operations o ON o.id = h.authorisation_id WHERE h.authorisation_id = ? FOR UPDATE`,
    [authorisationId],
  );
  if (row !== undefined) return row;
  throw new Rejection(
    409,
    'not_held',
    `nothing is held for authorisation ${authorisationId}; it was ended or never was`,
  );
}

async function follow(
  db: Queryable,
  first: FollowedRow,
  kind: 'settle' | 'reverse' | 'refund',
  transferId: bigint | null,
) {
  const { card_id, id, merchant_id, channel, place, amount, currency } = first;
  const sql = INSERT.replace(' VALUES ?', ' VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))');
  await change(db, sql, [card_id, id, kind, merchant_id, channel, place, amount, currency, transferId]);
}
