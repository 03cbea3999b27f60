import type { Pool } from 'mysql2/promise';
import { change, type DatabaseSettings, openPool, select } from './database.ts';
import { BANK_CUSTOMER } from './seed-internal.ts';
import { inTransaction } from './transaction.ts';

/** A purge, and in which bank. */
export interface PurgeOptions {
  readonly database: DatabaseSettings;
  /** What has been over for more days than that goes; 0 for all that is over. */
  readonly olderThanDays: number;
  readonly log?: (line: string) => void;
}

/** How many rows were deleted, without those that went with them by a cascade. */
export interface PurgeReport {
  readonly sessions: number;
  readonly pageActions: number;
  readonly loginAttempts: number;
  readonly accruals: number;
  readonly customers: number;
}

const ROWS_AT_ONCE = 2_000;

const OLD = {
  // With them go their page actions.
  sessions:
    'DELETE FROM web_sessions WHERE expires_at < UTC_TIMESTAMP() - INTERVAL ? DAY OR ended_at < UTC_TIMESTAMP() - INTERVAL ? DAY',
  pageActions: 'DELETE FROM page_actions WHERE at < UTC_TIMESTAMP() - INTERVAL ? DAY',
  loginAttempts: 'DELETE FROM login_attempts WHERE at < UTC_TIMESTAMP() - INTERVAL ? DAY',
  accruals: `DELETE FROM interest_accruals
              WHERE accrued_on < (SELECT value FROM bank_settings WHERE name = 'business_day') - INTERVAL ? DAY`,
} as const;

/**
 * Deletes what is no longer needed: sessions that are over with their page actions, old page actions and login attempts,
 * interest that was paid, and customers who left, with profile, addresses, notes, documents, logins, cards and card
 * operations. The books keep every line: the accounts of such a customer go to the bank itself. Many short transactions;
 * one that fails leaves what those before it did, and the next purge goes on.
 */
export async function runPurge(options: PurgeOptions): Promise<PurgeReport> {
  const pool = openPool(options.database, { connectionLimit: 1, lockWaitSeconds: 30 });
  const log = options.log ?? (() => {});
  try {
    const days = BigInt(options.olderThanDays);
    const report = {
      sessions: await deleteAll(pool, OLD.sessions, [days, days], log),
      pageActions: await deleteAll(pool, OLD.pageActions, [days], log),
      loginAttempts: await deleteAll(pool, OLD.loginAttempts, [days], log),
      accruals: await deleteAll(pool, OLD.accruals, [days], log),
      customers: await deleteCustomers(pool, days, log),
    };
    await change(
      pool,
      `INSERT INTO batch_runs (kind, business_day, row_count, report)
       SELECT 'purge', value, ?, ? FROM bank_settings WHERE name = 'business_day'`,
      [BigInt(Object.values(report).reduce((sum, count) => sum + count, 0)), JSON.stringify(report)],
    );
    return report;
  } finally {
    await pool.end();
  }
}

async function deleteAll(pool: Pool, sql: string, values: readonly bigint[], log: (line: string) => void) {
  for (let total = 0; ; ) {
    const once = (db: Pick<Pool, 'query'>) => change(db, `${sql} LIMIT ${ROWS_AT_ONCE}`, values);
    const { matchedRows } = await inTransaction(pool, once, log);
    total += matchedRows;
    if (matchedRows < ROWS_AT_ONCE) return total;
  }
}

async function deleteCustomers(pool: Pool, days: bigint, log: (line: string) => void): Promise<number> {
  const left = "status = 'closed' AND closed_on <= UTC_DATE() - INTERVAL ? DAY";
  const list = await select<{ id: string }>(
    pool,
    `SELECT customer_id AS id FROM customer_profiles WHERE ${left} AND customer_id > 0 ORDER BY customer_id`,
    [days],
  );
  let deleted = 0;
  for (const { id } of list) {
    deleted += await inTransaction(
      pool,
      async (db) => {
        // Asked again under lock: someone may have come back.
        const sql = `SELECT customer_id FROM customer_profiles WHERE customer_id = ? AND ${left} FOR UPDATE`;
        if ((await select(db, sql, [id, days])).length === 0) return 0;
        await change(db, 'UPDATE accounts SET customer_id = ? WHERE customer_id = ?', [BANK_CUSTOMER, id]);
        return (await change(db, 'DELETE FROM customers WHERE id = ?', [id])).matchedRows;
      },
      log,
    );
  }
  return deleted;
}
