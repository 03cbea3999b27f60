import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureUserStatements } from '@banyan/connectors';
import type { Stack } from '@banyan/stack';
import mysql from 'mysql2/promise';

/** Makes the demo's database users, each with a password of this stack and the rights it needs. */
export async function makeUsers(stack: Stack): Promise<void> {
  const [bank, accounts, capture] = await Promise.all(
    ['bank', 'accounts', 'capture'].map((name) => stack.credentials.password(name)),
  );
  await run(stack, 'source-db', [
    'SET SESSION sql_log_bin = 0',
    ...user('bank', bank!, 'bank'),
    'SET SESSION sql_log_bin = 1',
    ...captureUserStatements({ name: 'capture', host: '127.0.0.1', password: capture! }),
  ]);
  await run(stack, 'read-db', ['CREATE DATABASE IF NOT EXISTS accounts', ...user('accounts', accounts!, 'accounts')]);
  await writeFile(join(stack.credentials.folder, 'accounts.password'), accounts!, { mode: 0o600 });
}

/** Passwords are base64url: nothing in them needs quoting. */
const user = (name: string, password: string, database: string): string[] => [
  `CREATE USER IF NOT EXISTS ${name}@'127.0.0.1' IDENTIFIED BY '${password}'`,
  `GRANT ALL ON ${database}.* TO ${name}@'127.0.0.1'`,
];

async function run(stack: Stack, server: 'source-db' | 'read-db', statements: readonly string[]): Promise<void> {
  const connection = await mysql.createConnection(await stack.rootAccess(server));
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}
