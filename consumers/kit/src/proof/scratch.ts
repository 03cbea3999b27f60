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
 * in it is dropped before. Throws KitError `config` with the GRANT that is missing, `database-unreachable`.
 */
export async function foldingBeside(
  database: DatabaseAccess,
  stream: Omit<FoldingAgain, 'scratch'>,
): Promise<FoldingAgain & AsyncDisposable> {
  const scratch = scratchOf(database);
  const drop = () => run(scratch, `DROP DATABASE IF EXISTS ${quoted(scratch.database)}`);
  await drop();
  await run(scratch, `CREATE DATABASE ${quoted(scratch.database)}`);
  await copyVerdicts(database, database.database, scratch.database, { parkRefused: true });
  return { ...stream, scratch, [Symbol.asyncDispose]: drop };
}

async function run(scratch: DatabaseAccess, sql: string): Promise<void> {
  try {
    await using session = await Session.open({ ...scratch, database: '' });
    await session.run(sql);
  } catch (error) {
    throw errnoOf(error) === accessDenied ? mayNot(scratch, error) : error;
  }
}

const accessDenied = 1044;

function mayNot({ database, user }: DatabaseAccess, cause: unknown): KitError {
  const pattern = database.replaceAll('_', '\\_');
  const text = `read-model database: the account '${user}' may not make ${database}, in which folds are folded again`;
  return new KitError('config', text, { cause, remedy: `GRANT ALL ON \`${pattern}\`.* TO '${user}'` });
}
