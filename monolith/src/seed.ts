import type { Pool, PoolConnection } from 'mysql2/promise';
import { change, type DatabaseSettings, openPool, select, type Value } from './database.ts';
import { applySchema } from './schema.ts';
import { type PlannedAccount, planSeed, type SeedPlan } from './seed-plan.ts';
import { inTransaction } from './transaction.ts';

/** What to fill the bank with. */
export interface SeedOptions {
  readonly database: DatabaseSettings;
  /** 0 to 2^32-1. */
  readonly seed: number;
  /** From 1. */
  readonly customers: number;
}

/** `already`: this very seed was there before and nothing was written. */
export interface SeedReport {
  readonly outcome: 'seeded' | 'already';
  readonly customers: number;
  readonly accounts: number;
}

/** The bank has customers that this seed does not make; nothing was written. */
export class BankNotEmpty extends Error {
  constructor(name: string, customers: number, options: SeedOptions) {
    super(
      `database ${name} already has ${customers} customers and they are not those of seed ${options.seed} with ` +
        `${options.customers} customers; nothing was written. Name another database in BANK_DB_NAME, or drop this one`,
    );
    this.name = 'BankNotEmpty';
  }
}

const BATCH_ROWS = 500;
const OPENING_PURPOSE = 'Opening balance';

/**
 * Fills an empty bank in one transaction (database and tables are created where absent). The same options give the
 * same rows, ids included. A bank that holds exactly these customers and accounts is left alone, whatever was
 * transferred since; any other that is not empty is a BankNotEmpty.
 */
export async function seed(options: SeedOptions): Promise<SeedReport> {
  const plan = planSeed(options.seed, options.customers);
  await applySchema(options.database);
  const pool = openPool(options.database, { connectionLimit: 1, lockWaitSeconds: 30 });
  try {
    const outcome = await fill(pool, plan, options);
    return { outcome, customers: plan.customers.length, accounts: plan.accounts.length };
  } finally {
    await pool.end();
  }
}

async function fill(pool: Pool, plan: SeedPlan, options: SeedOptions): Promise<SeedReport['outcome']> {
  const found = await countCustomers(pool);
  if (found > 0) {
    if (found === plan.customers.length && (await holds(pool, plan))) return 'already';
    throw new BankNotEmpty(options.database.name, found, options);
  }
  await inTransaction(
    pool,
    (connection) => writeAll(connection, plan),
    () => {},
  );
  return 'seeded';
}

async function countCustomers(pool: Pool): Promise<number> {
  const [row] = await select<{ n: string }>(pool, 'SELECT COUNT(*) AS n FROM customers');
  return Number(row!.n);
}

/** Compares what never changes after the opening: every customer, every account but for balance and closing. */
async function holds(pool: Pool, plan: SeedPlan): Promise<boolean> {
  const customers = await select<Record<string, string>>(
    pool,
    'SELECT id, name, email, city, created_at FROM customers ORDER BY id',
  );
  const accounts = await select<Record<string, string>>(
    pool,
    'SELECT id, customer_id, iban, kind, currency, opened_at FROM accounts ORDER BY id',
  );
  return (
    sameRows(
      customers,
      plan.customers.map((c) => [c.id, c.name, c.email, c.city, c.createdAt]),
    ) &&
    sameRows(
      accounts,
      plan.accounts.map((a) => [a.id, a.customerId, a.iban, a.kind, a.currency, a.openedAt]),
    )
  );
}

function sameRows(
  found: readonly Record<string, string>[],
  planned: readonly (readonly (string | bigint)[])[],
): boolean {
  return (
    found.length === planned.length &&
    found.every((row, index) => Object.values(row).join('\n') === planned[index]!.join('\n'))
  );
}

async function writeAll(connection: PoolConnection, plan: SeedPlan): Promise<void> {
  await writeRows(
    connection,
    'customers (id, name, email, city, created_at)',
    plan.customers.map((c) => [c.id, c.name, c.email, c.city, c.createdAt]),
  );
  await writeRows(
    connection,
    'accounts (id, customer_id, iban, kind, currency, balance, opened_at, closed_at)',
    plan.accounts.map((a) => [a.id, a.customerId, a.iban, a.kind, a.currency, a.balance, a.openedAt, a.closedAt]),
  );
  await writeRows(
    connection,
    'ledger_lines (id, account_id, transfer_id, amount, balance_after, purpose, booked_at)',
    plan.accounts.map((account: PlannedAccount) => [
      account.id,
      account.id,
      null,
      account.balance,
      account.balance,
      OPENING_PURPOSE,
      account.openedAt,
    ]),
  );
}

async function writeRows(connection: PoolConnection, into: string, rows: readonly Value[][]): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH_ROWS) {
    await change(connection, `INSERT INTO ${into} VALUES ?`, [rows.slice(start, start + BATCH_ROWS)]);
  }
}
