import { createHash } from 'node:crypto';
import type { Pool } from 'mysql2/promise';
import { change, type Queryable } from './database.ts';
import { Rejection } from './rejection.ts';
import { inTransaction } from './transaction.ts';

type Log = (line: string) => void;

/** Where someone lives, works or wants post. */
export interface Address {
  readonly kind: 'home' | 'post' | 'work';
  readonly street: string;
  readonly postcode: string;
  readonly city: string;
  readonly country: string;
}

/** Someone who might become a customer. */
export interface Prospect {
  readonly name: string;
  readonly email: string;
  /** The branch's name. */
  readonly branch: string;
  readonly home: Omit<Address, 'kind'>;
}

/** Writes a customer down with a profile and an address, not yet with an account. Returns the id. */
export function enrol(pool: Pool, { name, email, branch, home }: Prospect, log: Log): Promise<bigint> {
  return inTransaction(
    pool,
    async (db) => {
      const { insertId } = await change(
        db,
        'INSERT INTO customers (name, email, city, created_at) VALUES (?, ?, ?, UTC_TIMESTAMP(6))',
        [name, email, home.city],
      );
      await change(
        db,
        `INSERT INTO customer_profiles (customer_id, status, salutation, branch_code, language, marketing, risk)
         SELECT ?, 'prospect', '', code, 'de', 1, 0 FROM branches WHERE name = ?`,
        [insertId, branch],
      );
      await setAddress(db, insertId, { kind: 'home', ...home });
      return insertId;
    },
    log,
  );
}

/** Changes mail address and marketing consent. Throws Rejection 404 `unknown_customer`. */
export function changeProfile(pool: Pool, id: bigint, email: string, marketing: boolean, log: Log): Promise<void> {
  return inTransaction(
    pool,
    async (db) => {
      const { matchedRows } = await change(db, 'UPDATE customers SET email = ? WHERE id = ? AND id > 0', [email, id]);
      if (matchedRows === 0)
        throw new Rejection(404, 'unknown_customer', `there is no customer ${id}; check the number`);
      const sql = 'UPDATE customer_profiles SET marketing = ?, revision = revision + 1 WHERE customer_id = ?';
      await change(db, sql, [marketing ? 1n : 0n, id]);
    },
    log,
  );
}

/** Several people move into one flat: the home address of each, in the order given, in one transaction. */
export function moveTogether(pool: Pool, ids: readonly bigint[], home: Omit<Address, 'kind'>, log: Log): Promise<void> {
  return inTransaction(
    pool,
    async (db) => {
      for (const id of ids) {
        await change(db, 'UPDATE customers SET city = ? WHERE id = ?', [home.city, id]);
        await setAddress(db, id, { kind: 'home', ...home });
      }
    },
    log,
  );
}

/** Writes an address, in place of the one of that kind. */
export async function setAddress(db: Queryable, customerId: bigint, address: Address): Promise<void> {
  await change(
    db,
    `INSERT INTO addresses (customer_id, kind, street, postcode, city, country_code, since) VALUES (?, ?, ?, ?, ?, ?, UTC_DATE())
     ON DUPLICATE KEY UPDATE street = VALUES(street), postcode = VALUES(postcode), city = VALUES(city),
       country_code = VALUES(country_code), since = VALUES(since)`,
    [customerId, address.kind, address.street, address.postcode, address.city, address.country],
  );
}

/** Takes back the address for post or for work; the one at home stays. */
export async function dropAddress(db: Queryable, customerId: bigint, kind: 'post' | 'work'): Promise<void> {
  await change(db, 'DELETE FROM addresses WHERE customer_id = ? AND kind = ?', [customerId, kind]);
}

/** Allows or forbids a way to be told of some topics, "statements,offers". */
export async function setPreference(
  db: Queryable,
  customerId: bigint,
  channel: string,
  allowed: boolean,
  topics: string,
) {
  await change(
    db,
    `REPLACE INTO contact_preferences (customer_id, channel, allowed, topics, quiet_from, quiet_until)
     VALUES (?, ?, ?, ?, IF(? = 'phone', '20:00', NULL), IF(? = 'phone', '08:00', NULL))`,
    [customerId, channel, allowed ? 1n : 0n, topics, channel, channel],
  );
}

/** Files what an employee noted. */
export async function addNote(
  db: Queryable,
  customerId: bigint,
  employeeId: bigint | null,
  text: string,
): Promise<void> {
  const sql =
    'INSERT INTO customer_notes (customer_id, employee_id, text, written_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))';
  await change(db, sql, [customerId, employeeId, text]);
}

/** Files a document with its SHA-256. */
export async function addDocument(db: Queryable, customerId: bigint, title: string, content: Buffer): Promise<void> {
  await change(
    db,
    "INSERT INTO documents (customer_id, kind, title, sha256, content, received_at) VALUES (?, 'letter', ?, ?, ?, UTC_TIMESTAMP())",
    [customerId, title, createHash('sha256').update(content).digest(), content],
  );
}

/** Deletes someone who never had an account, with all that hangs on it. Throws Rejection 409 `has_accounts`. */
export async function forgetProspect(db: Queryable, id: bigint): Promise<void> {
  const sql =
    "DELETE FROM customers WHERE id = ? AND id IN (SELECT customer_id FROM customer_profiles WHERE status = 'prospect')";
  const { matchedRows } = await change(db, sql, [id]);
  if (matchedRows === 0)
    throw new Rejection(409, 'has_accounts', `customer ${id} is no prospect; close the accounts instead`);
}
