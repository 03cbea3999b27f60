import { createBank } from './bank.ts';
import { type BankAnswer, connectBank } from './bank-client.ts';
import { nameTestDatabase, type TestDatabase } from './test-database.ts';

/** An account to start with. */
export interface StartingAccount {
  readonly id: number;
  readonly balance: string;
  readonly currency?: string;
  readonly closed?: boolean;
}

/** A bank in this process on a free port, on a database of its own. */
export interface TestBank {
  readonly database: TestDatabase;
  readonly url: string;
  /** What the bank logged. */
  readonly log: string[];
  get(path: string): Promise<BankAnswer>;
  /** Gets what is no JSON. */
  page(path: string): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>;
  post(body: unknown): Promise<BankAnswer>;
  close(): Promise<void>;
  /** Closes the bank and drops its database. */
  end(): Promise<void>;
}

/** Where the bank of a test listens; a free port when nobody says. */
export const testPort = Number(process.env.BANK_TEST_PORT ?? 0);

/** Where its clients find it: at its own address, or at BANK_TEST_URL when something stands before it that passes on to BANK_TEST_PORT. */
export const clientsUrl = (own: string): string => process.env.BANK_TEST_URL ?? own;

/** The error code of an answer, undefined when it has none. */
export function codeOf(answer: BankAnswer): string | undefined {
  return (answer.body as { error?: { code?: string } }).error?.code;
}

/** Starts a bank whose accounts all belong to customer 1, each with the ledger line of its opening balance. */
export async function openTestBank(accounts: readonly StartingAccount[], lockWaitSeconds = 1): Promise<TestBank> {
  const database = nameTestDatabase();
  const log: string[] = [];
  const bank = createBank({
    port: testPort,
    database: database.settings,
    lockWaitSeconds,
    log: (line) => log.push(line),
  });
  const own = (await bank.listen()).url;
  const url = clientsUrl(own);
  await database.query(
    "INSERT INTO customers VALUES (1, 'Zoë 🌻 Öztürk', 'zoe@example.org', 'Köln', '2012-01-02 10:00:00.5')",
  );
  for (const { id, balance, currency, closed } of accounts) {
    const closedAt = closed === true ? "'2012-06-30 12:00:00.000001'" : 'NULL';
    await database.query(
      `INSERT INTO accounts VALUES (${id}, 1, 'DE${id}', 'current', '${currency ?? 'EUR'}', ${balance},
        '2012-01-02 10:00:01.000002', ${closedAt})`,
    );
    await database.query(
      `INSERT INTO ledger_lines (account_id, amount, balance_after, purpose, booked_at)
       VALUES (${id}, ${balance}, ${balance}, 'Opening balance', '2012-01-02 10:00:01.000002')`,
    );
  }
  const cookies = new Map<string, string>();
  const client = connectBank(url, 64, cookies);
  let isWritten = true;
  // Nobody before the bank can know what a test writes into the database. An order, here one that is refused, is what makes
  // a client's next reads show him what is written.
  const tell = async () => {
    const isToTell = isWritten && url !== own;
    isWritten = false;
    if (isToTell) await client.post('/transfers', {});
  };
  return {
    database: {
      ...database,
      query: (sql) => {
        isWritten = true;
        return database.query(sql);
      },
    },
    url,
    log,
    get: async (path) => {
      await tell();
      return client.get(path);
    },
    page: async (path) => {
      await tell();
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url + path, { headers: { cookie } });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    post: (body) => client.post('/transfers', body),
    close: () => bank.close(),
    async end() {
      client.close();
      await bank.close();
      await database.drop();
    },
  };
}

/** Accounts whose balance is not the balance_after of their last ledger line, or whose lines do not add up. */
export async function unbalancedAccounts(database: TestDatabase): Promise<unknown[]> {
  return database.query(
    `SELECT a.id, a.balance, l.balance_after, s.total FROM accounts a
       LEFT JOIN (SELECT account_id, MAX(id) AS last_id, SUM(amount) AS total FROM ledger_lines GROUP BY account_id) s
         ON s.account_id = a.id
       LEFT JOIN ledger_lines l ON l.id = s.last_id
      WHERE NOT (a.balance <=> l.balance_after) OR NOT (a.balance <=> s.total)`,
  );
}

/** Asks every `pollMs` until the answer is yes; throws after 20 s. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, pollMs = 5): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited 20 s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
