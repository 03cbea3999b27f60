import { writeFile } from 'node:fs/promises';
import { captureUserStatements } from '@banyan/connectors';
import { writeBackGrants } from '@banyan/kit';
import type { Stack } from '@banyan/stack';
import mysql from 'mysql2/promise';
import { CliError } from './errors.ts';
import { passwordFile } from './parts/node-part.ts';
import { readModelUser, writeBackUser } from './parts/service-parts.ts';
import { project } from './project/project.ts';
import type { Service } from './services.ts';

/** Makes the accounts of the bank, where there is one, and of the capture, each with a password of this stack and the rights it needs. */
export async function makeSourceUsers(stack: Stack): Promise<void> {
  const [bank, capture] = await Promise.all(['bank', 'capture'].map((name) => stack.credentials.password(name)));
  await run(stack, 'source-db', [
    'SET SESSION sql_log_bin = 0',
    ...(project().hasBank ? user('bank', bank!, 'bank') : []),
    'SET SESSION sql_log_bin = 1',
    ...captureUserStatements({ name: 'capture', host: '127.0.0.1', password: capture! }),
  ]);
  await writeFile(passwordFile(stack, 'capture'), capture!, { mode: 0o600 });
}

/** Makes a service's own database, and an account that reaches nothing else. */
export async function makeReadModel(stack: Stack, service: string): Promise<void> {
  const name = readModelUser(service);
  const password = await stack.credentials.password(name);
  await run(stack, 'read-db', [`CREATE DATABASE IF NOT EXISTS \`${service}\``, ...user(name, password, service)]);
  await writeFile(passwordFile(stack, name), password, { mode: 0o600 });
}

/** Makes the facade's own database, and an account that may ask the source how far its log is, for which no rights are needed. */
export async function makeFacade(stack: Stack): Promise<void> {
  await makeReadModel(stack, 'facade');
  const password = await stack.credentials.password('facade');
  await run(stack, 'source-db', [
    'SET SESSION sql_log_bin = 0',
    `CREATE USER IF NOT EXISTS facade@'127.0.0.1' IDENTIFIED BY '${password}'`,
  ]);
  await writeFile(passwordFile(stack, 'facade'), password, { mode: 0o600 });
}

/** An account that carries what a service writes back to the bank's tables, where it owns columns of them. */
export async function makeWriteBack(stack: Stack, { name, projection }: Service): Promise<void> {
  const grants = writeBackGrants(projection);
  if (grants.length === 0) return;
  if (project().server !== null)
    throw new CliError('config', `${name} owns columns, and their carrier has no account on the project's own server`, {
      remedy: 'run that service yourself, with WRITE_BACK_DB_USER',
    });
  const user = writeBackUser(name);
  const password = await stack.credentials.password(user);
  await run(stack, 'source-db', [
    'SET SESSION sql_log_bin = 0',
    `CREATE USER IF NOT EXISTS \`${user}\`@'127.0.0.1' IDENTIFIED BY '${password}'`,
    ...grants.map((what) => `GRANT ${what} TO \`${user}\`@'127.0.0.1'`),
  ]);
  await writeFile(passwordFile(stack, user), password, { mode: 0o600 });
}

/** One more database of a service's own, for another version of what it knows. */
export async function makeVersion(stack: Stack, service: string, database: string): Promise<void> {
  const name = readModelUser(service);
  await run(stack, 'read-db', [
    `CREATE DATABASE IF NOT EXISTS \`${database}\``,
    `GRANT ALL ON \`${database}\`.* TO \`${name}\`@'127.0.0.1'`,
  ]);
}

/** Forgets what a service knows: when it is started again, it fills anew. */
export const dropReadModel = (stack: Stack, service: string): Promise<void> =>
  run(stack, 'read-db', [`DROP DATABASE IF EXISTS \`${service}\``]);

/** Passwords are base64url: nothing in them needs quoting. */
const user = (name: string, password: string, database: string): string[] => [
  `CREATE USER IF NOT EXISTS \`${name}\`@'127.0.0.1' IDENTIFIED BY '${password}'`,
  `GRANT ALL ON \`${database}\`.* TO \`${name}\`@'127.0.0.1'`,
];

async function run(stack: Stack, server: 'source-db' | 'read-db', statements: readonly string[]): Promise<void> {
  const connection = await mysql.createConnection(await stack.rootAccess(server));
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}
