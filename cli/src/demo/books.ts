import type { Stack } from '@banyan/stack';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';

/** What must hold in every read of the service `accounts`, as ONE SELECT saw it. */
export interface BooksSeen {
  readonly accounts: number;
  /** Σ balances, and Σ ledger lines; the opening balances are lines too. */
  readonly balances: string;
  readonly lines: string;
  /** Accounts whose balance is not their last line's `balance_after`. */
  readonly broken: number;
}

const select = `
  SELECT COUNT(*) AS accounts, SUM(a.balance) AS balances, (SELECT SUM(amount) FROM ledger_lines) AS \`lines\`,
         SUM(a.balance <> COALESCE(l.balance_after, 0)) AS broken
  FROM accounts a
  LEFT JOIN (SELECT account_id, MAX(id) AS last FROM ledger_lines GROUP BY account_id) m ON m.account_id = a.id
  LEFT JOIN ledger_lines l ON l.id = m.last`;

/** Reads the invariants of the bank in the read model, and keeps count. */
export class Books {
  reads = 0;
  wrong = 0;
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async open(stack: Stack): Promise<Books> {
    const access = { ...(await stack.rootAccess('read-db')), database: 'accounts' };
    return new Books(await mysql.createConnection({ ...access, supportBigNumbers: true, bigNumberStrings: true }));
  }

  async look(): Promise<BooksSeen> {
    const [[row]] = await this.#connection.query<RowDataPacket[]>(select);
    const seen = {
      accounts: Number(row!.accounts),
      balances: String(row!.balances),
      lines: String(row!.lines),
      broken: Number(row!.broken),
    };
    this.reads++;
    if (seen.broken > 0 || seen.balances !== seen.lines) this.wrong++;
    return seen;
  }

  close(): void {
    this.#connection.destroy();
  }
}
