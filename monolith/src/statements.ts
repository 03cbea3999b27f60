import type { Pool } from 'mysql2/promise';
import { unknownAccount } from './accounts.ts';
import { lockAccounts } from './booking.ts';
import { change, select } from './database.ts';
import { formatMoney } from './money.ts';
import { inTransaction } from './transaction.ts';

interface LastRow {
  readonly number: string;
  readonly year: string;
  readonly closing_balance: string;
  readonly last_line_id: string;
}

/**
 * Makes the next statement of an account, of all lines since the last one. Returns its number in the year, or null when
 * there was no line since. Throws Rejection 404 `unknown_account`.
 */
export function makeStatement(pool: Pool, accountId: bigint, sentBy: 'post' | 'web', log: (line: string) => void) {
  return inTransaction(
    pool,
    async (db) => {
      const locked = await lockAccounts(db, [accountId]);
      if (locked.now === '') throw unknownAccount(accountId);
      const [last] = await select<LastRow>(
        db,
        `SELECT number + 0 AS number, year, closing_balance, last_line_id FROM statements WHERE account_id = ?
          ORDER BY year DESC, number DESC LIMIT 1`,
        [accountId],
      );
      const seen = last?.last_line_id ?? String(-(2n ** 63n));
      const [span] = await select<{ newest: string | null }>(
        db,
        'SELECT MAX(id) AS newest FROM ledger_lines WHERE account_id = ? AND id > ?',
        [accountId, seen],
      );
      if (span!.newest === null) return null;
      const year = locked.now.slice(0, 4);
      const number = String(last?.year) === year ? BigInt(last!.number) + 1n : 1n;
      await change(
        db,
        `INSERT INTO statements (account_id, year, number, opening_balance, closing_balance, last_line_id, sent_by, made_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          accountId,
          year,
          number,
          last?.closing_balance ?? '0',
          formatMoney(locked.of(accountId).balance),
          span!.newest,
          sentBy,
          locked.now.slice(0, 19),
        ],
      );
      await change(
        db,
        `INSERT INTO statement_lines (account_id, year, number, position, ledger_line_id, text, amount)
         SELECT account_id, ?, ?, ROW_NUMBER() OVER (ORDER BY id), id, COALESCE(purpose, ''), amount FROM ledger_lines
          WHERE account_id = ? AND id > ?`,
        [year, number, accountId, seen],
      );
      return number;
    },
    log,
  );
}
