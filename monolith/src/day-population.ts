import { type Queryable, select } from './database.ts';
import { TooFewAccounts } from './traffic-plan.ts';

/** Who and what takes part in a day of business, in the order of their ids. */
export interface Population {
  readonly accounts: readonly { readonly id: bigint; readonly currency: string; readonly customerId: bigint }[];
  readonly customers: readonly bigint[];
  readonly cards: readonly bigint[];
  readonly logins: readonly { readonly name: string; readonly customerId: bigint }[];
  readonly merchants: readonly bigint[];
  readonly branches: readonly string[];
  readonly standingOrders: readonly bigint[];
}

/** Reads who takes part: the bank's own accounts and what is closed do not. Throws TooFewAccounts. */
export async function readPopulation(db: Queryable): Promise<Population> {
  const ids = async (sql: string) => (await select<{ id: string }>(db, sql)).map((row) => BigInt(row.id));
  const accounts = await select<{ id: string; currency: string; customer_id: string }>(
    db,
    'SELECT id, currency, customer_id FROM accounts WHERE id > 0 AND customer_id > 0 AND closed_at IS NULL ORDER BY id',
  );
  const logins = await select<{ login_name: string; customer_id: string }>(
    db,
    'SELECT login_name, customer_id FROM web_logins ORDER BY id',
  );
  // By name, because a branch may change its code in the course of the day.
  const branches = await select<{ name: string }>(db, 'SELECT name FROM branches ORDER BY name');
  const population = {
    accounts: accounts.map((row) => ({
      id: BigInt(row.id),
      currency: row.currency,
      customerId: BigInt(row.customer_id),
    })),
    customers: await ids("SELECT customer_id AS id FROM customer_profiles WHERE status = 'active' ORDER BY 1"),
    cards: await ids("SELECT id FROM cards WHERE status = 'active' ORDER BY 1"),
    logins: logins.map((row) => ({ name: row.login_name, customerId: BigInt(row.customer_id) })),
    merchants: await ids('SELECT id FROM merchants ORDER BY 1'),
    branches: branches.map(({ name }) => name),
    standingOrders: await ids('SELECT id FROM standing_orders WHERE active = 1 ORDER BY 1'),
  };
  const empty = Object.entries(population).find(([, list]) => list.length === 0);
  if (empty === undefined && new Set(accounts.map(({ currency }) => currency)).size < accounts.length)
    return population;
  throw new TooFewAccounts(`the bank has too few ${empty?.[0] ?? 'accounts'}; fill it first: node src/main.ts seed`);
}
