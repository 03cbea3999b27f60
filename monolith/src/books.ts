import { type Queryable, select } from './database.ts';

/** What must be true of the books at every commit, each as a SELECT that finds what breaks it. */
const RULES: Readonly<Record<string, string>> = {
  'a balance is the sum of its lines and the balance after the newest of them': `
    SELECT a.id FROM accounts a
      LEFT JOIN (SELECT account_id, MAX(id) AS last_id, SUM(amount) AS total FROM ledger_lines GROUP BY account_id) s
        ON s.account_id = a.id
      LEFT JOIN ledger_lines l ON l.id = s.last_id
     WHERE NOT (a.balance <=> l.balance_after) OR NOT (a.balance <=> s.total)`,
  'a line continues from the line before it, in the order of ids, and not before it in time': `
    SELECT id FROM (SELECT id, amount, balance_after, booked_at, COALESCE(LAG(balance_after) OVER w, 0) AS balance_before,
                           LAG(booked_at) OVER w AS booked_before
                      FROM ledger_lines WINDOW w AS (PARTITION BY account_id ORDER BY id)) l
     WHERE balance_before + amount <> balance_after OR booked_at < booked_before`,
  'a transfer has two lines, what one account pays and the other gets': `
    SELECT t.id FROM transfers t
      LEFT JOIN ledger_lines l ON l.transfer_id = t.id
     GROUP BY t.id, t.amount, t.from_account_id, t.to_account_id
    HAVING COUNT(l.id) <> 2
        OR SUM(l.account_id = t.from_account_id AND l.amount = -t.amount) <> 1
        OR SUM(l.account_id = t.to_account_id AND l.amount = t.amount) <> 1`,
  'all balances of a currency add up to what was there at the opening': `
    SELECT a.currency AS id FROM accounts a
      JOIN (SELECT account_id, SUM(amount) AS opening FROM ledger_lines WHERE transfer_id IS NULL GROUP BY account_id) o
        ON o.account_id = a.id
     GROUP BY a.currency HAVING SUM(a.balance) <> SUM(o.opening)`,
  "a customer's account is never below what is held on it, and a closed one is empty": `
    SELECT a.id FROM accounts a
      LEFT JOIN (SELECT account_id, SUM(amount) AS held FROM card_holds GROUP BY account_id) h ON h.account_id = a.id
     WHERE a.id > 0 AND (a.balance < COALESCE(h.held, 0) OR (a.closed_at IS NOT NULL AND a.balance <> 0))`,
  'a hold is there exactly as long as its authorisation is neither settled nor reversed': `
    SELECT o.id FROM card_operations o
      LEFT JOIN card_holds h ON h.authorisation_id = o.id
      LEFT JOIN card_operations e ON e.authorisation_id = o.id AND e.kind IN ('settle', 'reverse')
     WHERE o.kind = 'authorise' AND (h.authorisation_id IS NULL) = (e.id IS NULL)`,
  'a settlement or refund moved its very amount, an authorisation or reversal nothing': `
    SELECT o.id FROM card_operations o LEFT JOIN transfers t ON t.id = o.transfer_id
     WHERE (o.kind IN ('settle', 'refund')) <> (t.id IS NOT NULL) OR t.amount <> o.amount`,
  'a statement starts where the one before ended, and its lines are the difference': `
    SELECT s.account_id AS id FROM (SELECT *, COALESCE(LAG(closing_balance) OVER w, 0) AS before_it FROM statements
                               WINDOW w AS (PARTITION BY account_id ORDER BY year, number)) s
      LEFT JOIN (SELECT account_id, year, number, SUM(amount) AS total FROM statement_lines
                  GROUP BY account_id, year, number) l USING (account_id, year, number)
     WHERE s.before_it <> s.opening_balance OR s.opening_balance + COALESCE(l.total, 0) <> s.closing_balance`,
};

/**
 * Checks the books as they stand in one instant when `db` is in a transaction with a consistent snapshot, else rule by
 * rule. Returns a line for each rule that is broken, naming the first rows that break it; none when all is well.
 */
export async function checkBooks(db: Queryable): Promise<string[]> {
  const faults: string[] = [];
  for (const [rule, sql] of Object.entries(RULES)) {
    const rows = await select<{ id: string }>(db, sql);
    const first = rows.slice(0, 5).map((row) => row.id);
    if (rows.length > 0) faults.push(`not true that ${rule}: ${rows.length} rows, such as ${first.join(', ')}`);
  }
  return faults;
}
