import { KitError } from '../errors.ts';
import { copyVerdicts, type DatabaseAccess, errnoOf, quoted, Session } from '../read-store/index.ts';
import type { FoldingAgain } from './fold-again.ts';

/** The database beside a read model in which its folds are folded again: the read model's account needs all rights on it. */
export const scratchOf = (database: DatabaseAccess): DatabaseAccess => ({
  ...database,
  database: `${database.database}__proof`,
});

/**
 * Makes it, with the verdicts that hold for the read model, and drops it when it is disposed of; what a proof that was killed has left
 * in it is dropped before. Throws KitError `not-held` while another proof has it, `config` with the GRANT that is missing, and
 * `database-unreachable`.
 */
export async function foldingBeside(
  database: DatabaseAccess,
  stream: Omit<FoldingAgain, 'scratch'>,
): Promise<FoldingAgain & AsyncDisposable> {
  const scratch = scratchOf(database);
  const name = quoted(scratch.database);
  const lock = await Session.open({ ...scratch, database: '' });
  try {
    await takeLock(lock, scratch.database);
    for (const sql of [`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name}`]) await lock.run(sql);
    await copyVerdicts(database, database.database, scratch.database, { parkRefused: true });
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw errnoOf(error) === accessDenied ? mayNot(scratch, error) : error;
  }
  const drop = async () => {
    await using _lock = lock;
    await using session = await Session.open({ ...scratch, database: '' });
    await session.run(`DROP DATABASE IF EXISTS ${name}`);
  };
  return { ...stream, scratch, [Symbol.asyncDispose]: drop };
}

/** For as long as the connection lives: a proof begun by hand would drop what the scheduled one folds into. One that has just ended may hold it yet. */
async function takeLock(session: Session, database: string): Promise<void> {
  await session.run('SET SESSION wait_timeout = 86400');
  const [row] = await session.rows<{ taken: number }>('SELECT GET_LOCK(?, 5) AS taken', [database]);
  if (Number(row?.taken) === 1) return;
  throw new KitError('not-held', `another proof folds again in ${database}`, { remedy: 'wait until that has ended' });
}

const accessDenied = 1044;

function mayNot({ database, user }: DatabaseAccess, cause: unknown): KitError {
  const pattern = database.replaceAll('_', '\\_');
  const text = `read-model database: the account '${user}' may not make ${database}, in which folds are folded again`;
  return new KitError('config', text, { cause, remedy: `GRANT ALL ON \`${pattern}\`.* TO '${user}'` });
}
