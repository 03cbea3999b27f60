import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolConnection } from 'mysql2/promise';
import { isConflict, isUnreachable } from './database-error.ts';
import { Rejection } from './rejection.ts';

/** Where connections are borrowed: a pool. */
export type ConnectionSource = Pick<Pool, 'getConnection'>;

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 10;

/**
 * Runs `work` in one database transaction: everything it wrote is committed, or nothing is. When another transaction
 * was in the way (deadlock, lock wait timeout) the whole of `work` is run again, four times in all, then the answer is
 * a Rejection 503 `busy`. `work` must therefore touch nothing but its connection.
 * A connection lost during COMMIT is a Rejection 503 `outcome_unknown`: it is never run again.
 */
export async function inTransaction<T>(
  pool: ConnectionSource,
  work: (connection: PoolConnection) => Promise<T>,
  log: (line: string) => void,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(pool, work);
    } catch (error) {
      if (!isConflict(error)) throw error;
      const reason = (error as Error).message;
      if (attempt === ATTEMPTS) {
        log(`transaction given up after ${ATTEMPTS} attempts: ${reason}`);
        throw new Rejection(503, 'busy', 'other transfers are holding these accounts; nothing was booked, try again');
      }
      log(`transaction attempt ${attempt} rolled back and run again: ${reason}`);
      // A random share of a growing pause, so that two that collided do not meet again.
      await pause(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
    }
  }
}

async function runOnce<T>(pool: ConnectionSource, work: (connection: PoolConnection) => Promise<T>): Promise<T> {
  const connection = await pool.getConnection();
  let usable = true;
  try {
    await connection.beginTransaction();
    const result = await work(connection);
    await commit(connection);
    return result;
  } catch (error) {
    usable = await rollBack(connection);
    throw error;
  } finally {
    if (usable) connection.release();
    else connection.destroy();
  }
}

async function commit(connection: PoolConnection): Promise<void> {
  try {
    await connection.commit();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    throw new Rejection(
      503,
      'outcome_unknown',
      'the connection to the database was lost while booking, so the transfer may or may not be booked; ' +
        'repeat the request with the same reference to learn which (if you gave none, read the ledger)',
    );
  }
}

/** Whether the connection can still be used: one that cannot even roll back is thrown away, which rolls back too. */
async function rollBack(connection: PoolConnection): Promise<boolean> {
  try {
    await connection.rollback();
    return true;
  } catch {
    return false;
  }
}
