import { createHash, randomBytes } from 'node:crypto';
import type { Pool } from 'mysql2/promise';
import { change, type Queryable, select } from './database.ts';
import { isPassword, keepPassword } from './passwords.ts';
import { Rejection } from './rejection.ts';
import { inTransaction } from './transaction.ts';

type Log = (line: string) => void;

/** A session that someone is logged in with. */
export interface WebSession {
  readonly id: bigint;
  readonly customerId: bigint;
  readonly loginName: string;
  /** What a form must bring along, so that no other site can send it. */
  readonly formToken: string;
}

const MAX_FAILURES = 5;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** How long a session lasts from its last login, in minutes; how long a login is locked after too many failures. */
export const SESSION_MINUTES = 30;
const LOCK_MINUTES = 15;
const NOBODY = await keepPassword('', { salt: Buffer.alloc(16), cost: 8 });

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

interface LoginRow {
  readonly id: string;
  readonly salt: Buffer;
  readonly cost: string;
  readonly password_key: Buffer;
  readonly locked: string;
}

/**
 * Starts a session; the token is for the browser alone, here only its hash is kept. Throws Rejection 401 `login_refused`,
 * for an unknown name as for a wrong password; after five failures the login is locked for a quarter of an hour.
 */
export async function logIn(pool: Pool, name: string, password: string, address: Buffer, log: Log) {
  const [login] = await select<LoginRow>(
    pool,
    `SELECT id, salt, cost, password_key, COALESCE(locked_until > UTC_TIMESTAMP(), 0) AS locked FROM web_logins
      WHERE login_name = ?`,
    [name.slice(0, 60)],
  );
  const kept = login === undefined ? NOBODY : { salt: login.salt, cost: Number(login.cost), key: login.password_key };
  const right = (await isPassword(password, kept)) && login !== undefined && Number(login.locked) === 0;
  const token = randomBytes(32).toString('base64url');
  await inTransaction(
    pool,
    async (db) => {
      const attempt =
        'INSERT INTO login_attempts (login_name, succeeded, address, at) VALUES (?, ?, ?, UTC_TIMESTAMP(6))';
      await change(db, attempt, [name.slice(0, 60), right ? 1n : 0n, address]);
      if (login === undefined) return;
      const counted = right
        ? 'failures = 0, locked_until = NULL, last_login_at = UTC_TIMESTAMP()'
        : `locked_until = IF(failures + 1 >= ${MAX_FAILURES}, UTC_TIMESTAMP() + INTERVAL ${LOCK_MINUTES} MINUTE, locked_until),
           failures = IF(failures + 1 >= ${MAX_FAILURES}, 0, failures + 1)`;
      await change(db, `UPDATE web_logins SET ${counted} WHERE id = ?`, [login.id]);
      if (right) {
        await change(
          db,
          `INSERT INTO web_sessions (web_login_id, token_hash, form_token, address, started_at, expires_at)
           VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(3) + INTERVAL ${SESSION_MINUTES} MINUTE)`,
          [login.id, hashOf(token), randomBytes(32).toString('base64url'), address],
        );
      }
    },
    log,
  );
  if (right) return token;
  throw new Rejection(
    401,
    'login_refused',
    'name or password is wrong, or the login is locked; try again in 15 minutes',
  );
}

/** The session of a token, undefined when it is over or never was. */
export async function findSession(db: Queryable, token: string | undefined): Promise<WebSession | undefined> {
  if (token === undefined || !TOKEN.test(token)) return undefined;
  const [row] = await select<{ id: string; customer_id: string; login_name: string; form_token: string }>(
    db,
    `SELECT s.id, l.customer_id, l.login_name, s.form_token FROM web_sessions s JOIN web_logins l ON l.id = s.web_login_id
      WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > UTC_TIMESTAMP(3)`,
    [hashOf(token)],
  );
  if (row === undefined) return undefined;
  return {
    id: BigInt(row.id),
    customerId: BigInt(row.customer_id),
    loginName: row.login_name,
    formToken: row.form_token,
  };
}

/** Ends a session; what was done in it stays on record until it is purged. */
export async function logOut(db: Queryable, sessionId: bigint): Promise<void> {
  await change(db, 'UPDATE web_sessions SET ended_at = UTC_TIMESTAMP(3) WHERE id = ?', [sessionId]);
}

/** Notes what someone did on a page, never a secret. */
export async function noteAction(db: Queryable, sessionId: bigint, action: string, detail?: Record<string, unknown>) {
  await change(db, 'INSERT INTO page_actions (web_session_id, action, detail, at) VALUES (?, ?, ?, UTC_TIMESTAMP(6))', [
    sessionId,
    action.slice(0, 40),
    detail === undefined ? null : JSON.stringify(detail),
  ]);
}

/** Gives a customer a login with a password of their own. Throws the driver's error for a name that is taken. */
export async function makeLogin(db: Queryable, customerId: bigint, name: string, password: string, cost?: number) {
  const kept = await keepPassword(password, cost === undefined ? {} : { cost });
  const sql = 'INSERT INTO web_logins (customer_id, login_name, salt, cost, password_key) VALUES (?, ?, ?, ?, ?)';
  await change(db, sql, [customerId, name, kept.salt, BigInt(kept.cost), kept.key]);
}
