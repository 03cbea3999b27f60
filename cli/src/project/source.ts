import { readFile, writeFile } from 'node:fs/promises';
import { type PartName, partNames, type Stack } from '@banyan/stack';
import mysql from 'mysql2/promise';
import { CliError } from '../errors.ts';
import { passwordFile } from '../parts/node-part.ts';
import { type OwnServer, project } from './project.ts';

/** Where the source is, and who captures there. The password is in the data folder, as that of `capture`, whatever the account's name. */
export const sourceOf = ({ ports }: Pick<Stack, 'ports'>): OwnServer =>
  project().server ?? { host: '127.0.0.1', port: ports['source-db'], user: 'capture' };

/** The parts that the stack runs for this project. */
export const partsHere = (): PartName[] =>
  partNames.filter((name) => name !== 'source-db' || project().server === null);

/** Keeps the password of one's own server where Connect and the services read it. Throws CliError `config` when there is none. */
export async function keepSourcePassword(stack: Stack, given: string | null): Promise<void> {
  const file = passwordFile(stack, 'capture');
  const password = given ?? (await readFile(file, 'utf8').catch(() => null));
  const { host, port, user } = sourceOf(stack);
  if (password === null)
    throw new CliError('config', `the password of ${user} on ${host}:${port} is not known`, {
      remedy: 'set SOURCE_DB_PASSWORD_FILE, the name of a file, or SOURCE_DB_PASSWORD',
    });
  await stack.credentials.keep('capture', password);
  await writeFile(file, password, { mode: 0o600 });
  await tried(sourceOf(stack), password);
}

/** Throws CliError `source-unreachable` or `source-refuses`. */
async function tried({ host, port, user }: OwnServer, password: string): Promise<void> {
  try {
    const connection = await mysql.createConnection({ host, port, user, password, connectTimeout: 10_000 });
    await connection.end();
  } catch (error) {
    const { errno = 0, message } = error as { errno?: number; message: string };
    // From 1000 on they are the server's own; source: MariaDB error codes.
    const code = errno >= 1000 ? 'source-refuses' : 'source-unreachable';
    const remedy = `look at database in banyan.json, and at the password: SOURCE_DB_PASSWORD_FILE or SOURCE_DB_PASSWORD`;
    throw new CliError(code, `the source ${host}:${port} as ${user}: ${message || (error as { code?: string }).code}`, {
      remedy,
    });
  }
}

const ofTheServer = ['information_schema', 'mysql', 'performance_schema', 'sys'];

/** Fills the stack's own source from the project's file while it has no database; tells whether it did. Throws CliError `load-failed`. */
export async function loadSource(stack: Stack): Promise<boolean> {
  const { load } = project();
  if (load === null) return false;
  const connection = await mysql.createConnection({
    ...(await stack.rootAccess('source-db')),
    multipleStatements: true,
  });
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>('SHOW DATABASES WHERE `Database` NOT IN (?)', [
      ofTheServer,
    ]);
    if (rows.length > 0) return false;
    await connection.query(await readFile(load, 'utf8'));
    return true;
  } catch (error) {
    const remedy =
      'mend the file; end what runs: banyan down; remove the data folder, which it has filled in part; banyan up';
    throw new CliError('load-failed', `${load}: ${(error as Error).message}`, { remedy, cause: error });
  } finally {
    await connection.end();
  }
}
