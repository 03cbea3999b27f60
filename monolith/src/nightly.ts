import type { Pool } from 'mysql2/promise';
import { change, type DatabaseSettings, openPool, type Queryable, select } from './database.ts';
import { Rejection } from './rejection.ts';
import { runStandingOrder } from './standing-orders.ts';
import { inTransaction } from './transaction.ts';

/** A nightly run, and in which bank. */
export interface NightlyOptions {
  readonly database: DatabaseSettings;
  /** How many rows of daily interest to write at least; as many days are caught up as that takes, one at least. */
  readonly rows: number;
  readonly log?: (line: string) => void;
}

/** What a night did. All but the standing orders was one transaction. */
export interface NightlyReport {
  /** The business day after it, "2012-09-08". */
  readonly businessDay: string;
  readonly days: number;
  readonly accruals: number;
  readonly interestPaid: number;
  readonly feesCharged: number;
  /** All rows inserted or changed in the one transaction. */
  readonly rows: number;
  readonly standingOrders: Readonly<Record<string, number>>;
}

/**
 * Ends business days: pays the standing orders that are due by the new day, each in a transaction of its own; then in ONE
 * transaction writes interest for each day and open account, pays it, charges the account fee where the money is there, and
 * moves the business day on. Every account is locked while that runs; when it fails nothing of it remains. What interest is
 * below a ten-thousandth is not paid. Throws Rejection 503 `busy`, 422 `not_seeded`.
 */
export async function runNightly(options: NightlyOptions): Promise<NightlyReport> {
  const pool = openPool(options.database, { connectionLimit: 2, lockWaitSeconds: 60 });
  const log = options.log ?? (() => {});
  try {
    const { from, days, to } = await planNight(pool, options.rows);
    const standingOrders = await payStandingOrders(pool, to, log);
    return await inTransaction(
      pool,
      async (db) => {
        const done = await endDays(db, from, to);
        const report = { businessDay: to, days, ...done, standingOrders };
        await change(db, "INSERT INTO batch_runs (kind, business_day, row_count, report) VALUES ('nightly', ?, ?, ?)", [
          to,
          BigInt(done.rows),
          JSON.stringify(report),
        ]);
        return report;
      },
      log,
    );
  } finally {
    await pool.end();
  }
}

async function planNight(pool: Pool, rows: number) {
  const [now] = await select<{ day: string | null; accounts: string }>(
    pool,
    `SELECT (SELECT value FROM bank_settings WHERE name = 'business_day') AS day,
            (SELECT COUNT(*) FROM accounts WHERE id > 0 AND closed_at IS NULL) AS accounts`,
  );
  if (now!.day === null || Number(now!.accounts) === 0) {
    throw new Rejection(
      422,
      'not_seeded',
      'the bank has no business day or no open account; fill it first: node src/main.ts seed',
    );
  }
  const days = Math.max(1, Math.ceil(rows / Number(now!.accounts)));
  const to = new Date(Date.parse(`${now!.day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  return { from: now!.day, days, to };
}

async function payStandingOrders(pool: Pool, to: string, log: (line: string) => void): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  const due = 'SELECT id FROM standing_orders WHERE active = 1 AND next_on <= ? ORDER BY next_on, id';
  for (const { id } of await select<{ id: string }>(pool, due, [to])) {
    const outcome = await runStandingOrder(pool, BigInt(id), log).catch((error: unknown) => {
      // Cancelled since the list was read.
      if (error instanceof Rejection && error.code === 'unknown_standing_order') return 'cancelled';
      throw error;
    });
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

async function endDays(db: Queryable, from: string, to: string) {
  await select(db, 'SELECT id FROM accounts FORCE INDEX (PRIMARY) ORDER BY id FOR UPDATE');
  // Only now, so that this night's lines are later than all there are.
  const [time] = await select<{ now: string }>(db, 'SELECT SYSDATE(6) AS now');
  let rows = 0;
  const run = async (sql: string, values: readonly string[]) => {
    const { matchedRows } = await change(db, sql, values);
    rows += matchedRows;
    return matchedRows;
  };
  const accruals = await run(ACCRUE, [from, to]);
  const interestPaid = await run(OWE_INTEREST, [to, time!.now, from, to]);
  await post(run, `interest:${to}:`, time!.now);
  const feesCharged = await run(OWE_FEES, [to, time!.now]);
  await post(run, `fee:${to}:`, time!.now);
  await run(NOTE_FEES, [to, `fee:${to}:%`]);
  await run("UPDATE bank_settings SET value = ? WHERE name = 'business_day'", [to]);
  return { accruals, interestPaid, feesCharged, rows };
}

/** Lines and balances for transfers that are there without them, in the order of the transfers. */
async function post(run: (sql: string, values: readonly string[]) => Promise<number>, references: string, now: string) {
  await run(POST_LINES, [now, `${references}%`, `${references}%`]);
  await run(POST_BALANCES, [`${references}%`]);
}

const ACCRUE = `
  INSERT INTO interest_accruals (account_id, accrued_on, balance, rate, amount)
  WITH RECURSIVE days (day) AS (
    SELECT CAST(? AS DATE) + INTERVAL 1 DAY UNION ALL SELECT day + INTERVAL 1 DAY FROM days WHERE day < ?
  ), rates AS (
    SELECT r.kind, r.currency, r.rate FROM interest_rates r
     WHERE r.valid_from = (SELECT MAX(valid_from) FROM interest_rates n WHERE n.kind = r.kind AND n.currency = r.currency)
  )
  SELECT a.id, d.day, a.balance, r.rate, ROUND(a.balance * r.rate / 36500, 6)
    FROM accounts a JOIN rates r ON r.kind = a.kind AND r.currency = a.currency CROSS JOIN days d
   WHERE a.id > 0 AND a.closed_at IS NULL ORDER BY a.id, d.day`;

// A colon is in no reference that a client may choose.
const OWE_INTEREST = `
  INSERT INTO transfers (reference, from_account_id, to_account_id, amount, purpose, created_at)
  SELECT CONCAT('interest:', ?, ':', a.id), i.account_id, a.id, due.amount, 'Zinsen', ?
    FROM (SELECT account_id, TRUNCATE(SUM(amount), 4) AS amount FROM interest_accruals
           WHERE accrued_on > ? AND accrued_on <= ? GROUP BY account_id) due
    JOIN accounts a ON a.id = due.account_id
    JOIN internal_accounts i ON i.purpose = 'interest' AND i.currency = a.currency AND i.lane = 0
   WHERE due.amount > 0 ORDER BY a.id`;

const OWE_FEES = `
  INSERT INTO transfers (reference, from_account_id, to_account_id, amount, purpose, created_at)
  SELECT CONCAT('fee:', ?, ':', a.id), a.id, i.account_id, f.amount, f.name, ?
    FROM accounts a
    JOIN fees f ON f.code = 'account' AND f.currency = a.currency
    JOIN internal_accounts i ON i.purpose = 'fees' AND i.currency = a.currency AND i.lane = 0
    LEFT JOIN (SELECT account_id, SUM(amount) AS held FROM card_holds GROUP BY account_id) h ON h.account_id = a.id
   WHERE a.id > 0 AND a.closed_at IS NULL AND a.kind = 'current' AND a.balance - COALESCE(h.held, 0) >= f.amount
   ORDER BY a.id`;

const NOTE_FEES = `
  INSERT INTO fees_charged (account_id, fee_code, currency, charged_on, transfer_id)
  SELECT t.from_account_id, 'account', a.currency, ?, t.id FROM transfers t JOIN accounts a ON a.id = t.from_account_id
   WHERE t.reference LIKE ? ORDER BY t.id`;

const POST_LINES = `
  INSERT INTO ledger_lines (account_id, transfer_id, amount, balance_after, purpose, booked_at)
  SELECT m.account_id, m.transfer_id, m.amount,
         a.balance + SUM(m.amount) OVER (PARTITION BY m.account_id ORDER BY m.transfer_id), m.purpose, ?
    FROM (SELECT from_account_id AS account_id, id AS transfer_id, -amount AS amount, purpose FROM transfers WHERE reference LIKE ?
          UNION ALL
          SELECT to_account_id, id, amount, purpose FROM transfers WHERE reference LIKE ?) m
    JOIN accounts a ON a.id = m.account_id
   ORDER BY m.transfer_id, m.account_id`;

const POST_BALANCES = `
  UPDATE accounts a
    JOIN (SELECT l.account_id, SUM(l.amount) AS amount FROM transfers t JOIN ledger_lines l ON l.transfer_id = t.id
           WHERE t.reference LIKE ? GROUP BY l.account_id) s ON s.account_id = a.id
     SET a.balance = a.balance + s.amount`;
