import type { Pool } from 'mysql2/promise';
import { type DatabaseSettings, openPool, select } from './database.ts';
import { createPrng } from './prng.ts';
import { applySchema } from './schema.ts';
import { detailRows } from './seed-details.ts';
import { internalRows } from './seed-internal.ts';
import { planSeed, type SeedPlan } from './seed-plan.ts';
import { referenceRows } from './seed-reference.ts';
import { inTransaction } from './transaction.ts';
import { type TableRows, writeRows } from './write-rows.ts';

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

// So that what is around the customers is not drawn from the very numbers that made them.
const DETAILS = 0x5eed;
const OPENING_PURPOSE = 'Opening balance';

/**
 * Fills an empty bank in one transaction (database and tables are created where absent). The same options give the
 * same rows, ids included. A bank that was filled by this very seed is left alone, whatever was done in it since; any
 * other that is not empty is a BankNotEmpty.
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
    if (await wasFilledBy(pool, plan, options)) return 'already';
    throw new BankNotEmpty(options.database.name, found, options);
  }
  const tables = await allRows(plan, options);
  await inTransaction(
    pool,
    async (connection) => {
      for (const table of tables) await writeRows(connection, table);
    },
    () => {},
  );
  return 'seeded';
}

async function countCustomers(pool: Pool): Promise<number> {
  const [row] = await select<{ n: string }>(pool, 'SELECT COUNT(*) AS n FROM customers WHERE id > 0');
  return Number(row!.n);
}

/** The seed writes down which it was; a bank that an older one filled has just its customers and accounts to tell. */
async function wasFilledBy(pool: Pool, plan: SeedPlan, options: SeedOptions): Promise<boolean> {
  const [row] = await select<{ value: string }>(pool, "SELECT value FROM bank_settings WHERE name = 'seed'");
  return row === undefined ? holds(pool, plan) : row.value === seedMark(options);
}

const seedMark = ({ seed, customers }: SeedOptions): string => `${seed} with ${customers} customers`;

/** Compares what never changes after the opening: every customer, every account but for balance and closing. */
async function holds(pool: Pool, plan: SeedPlan): Promise<boolean> {
  const customers = await select<Record<string, string>>(
    pool,
    'SELECT id, name, email, city, created_at FROM customers WHERE id > 0 ORDER BY id',
  );
  const accounts = await select<Record<string, string>>(
    pool,
    'SELECT id, customer_id, iban, kind, currency, opened_at FROM accounts WHERE id > 0 ORDER BY id',
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

async function allRows(plan: SeedPlan, options: SeedOptions): Promise<TableRows[]> {
  const prng = createPrng(options.seed ^ DETAILS);
  return [
    ...referenceRows(prng),
    { into: 'bank_settings (name, value, changed_at)', rows: [['seed', seedMark(options), '2012-07-02 06:00:00']] },
    ...internalRows(),
    {
      into: 'customers (id, name, email, city, created_at)',
      rows: plan.customers.map((c) => [c.id, c.name, c.email, c.city, c.createdAt]),
    },
    {
      into: 'accounts (id, customer_id, iban, kind, currency, balance, opened_at, closed_at)',
      rows: plan.accounts.map((a) => [
        a.id,
        a.customerId,
        a.iban,
        a.kind,
        a.currency,
        a.balance,
        a.openedAt,
        a.closedAt,
      ]),
    },
    {
      into: 'ledger_lines (id, account_id, transfer_id, amount, balance_after, purpose, booked_at)',
      rows: plan.accounts.map((a) => [a.id, a.id, null, a.balance, a.balance, OPENING_PURPOSE, a.openedAt]),
    },
    ...(await detailRows(prng, plan)),
  ];
}
