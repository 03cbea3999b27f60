import { type Account, accountsOf } from './accounts.ts';
import { type JsonId, pageEnd, showId, showTime } from './answers.ts';
import { change, type Queryable, select } from './database.ts';
import { Rejection } from './rejection.ts';
import type { Contact } from './requests.ts';

/** A customer as GET /customers/:id shows one, with all accounts, closed ones too. */
export interface Customer {
  readonly id: JsonId;
  readonly name: string;
  readonly email: string;
  readonly city: string;
  readonly createdAt: string;
  readonly accounts: readonly Account[];
}

interface CustomerRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly city: string;
  readonly created_at: string;
}

/** One customer. Throws Rejection 404. */
export async function findCustomer(db: Queryable, id: bigint): Promise<Customer> {
  const [row] = await select<CustomerRow>(db, 'SELECT id, name, email, city, created_at FROM customers WHERE id = ?', [
    id,
  ]);
  if (row === undefined) throw new Rejection(404, 'unknown_customer', `there is no customer ${id}; check the number`);
  return {
    id: showId(row.id),
    name: row.name,
    email: row.email,
    city: row.city,
    createdAt: showTime(row.created_at),
    accounts: await accountsOf(db, id),
  };
}

/**
 * A page in id order of customers whose names begin so: by as many characters, as the database compares texts, so whatever
 * their case and accents. `%` and `_` mean themselves.
 */
export async function searchCustomers(db: Queryable, beginning: string, after: bigint, limit: number) {
  const characters = BigInt([...beginning].length);
  const rows = await select<Omit<CustomerRow, 'created_at'>>(
    db,
    `SELECT id, name, email, city FROM customers
      WHERE id > ? AND CHAR_LENGTH(name) >= ? AND LEFT(name, ?) = ? ORDER BY id LIMIT ${limit}`,
    [after, characters, characters, beginning],
  );
  return {
    customers: rows.map(({ id, name, email, city }) => ({ id: showId(id), name, email, city })),
    next: pageEnd(
      rows.map((row) => row.id),
      limit,
    ),
  };
}

/** Changes where a customer can be reached, and gives it as it stands then. Throws Rejection 404. */
export async function changeContact(db: Queryable, id: bigint, { email, city }: Contact) {
  const { matchedRows } = await change(db, 'UPDATE customers SET email = ?, city = ? WHERE id = ? AND id > 0', [
    email,
    city,
    id,
  ]);
  if (matchedRows === 0) throw new Rejection(404, 'unknown_customer', `there is no customer ${id}; check the number`);
  return { customerId: showId(String(id)), email, city };
}
