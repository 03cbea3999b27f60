import { readFile } from 'node:fs/promises';
import { createConnection } from 'mysql2/promise';
import { connectionOptions, type DatabaseSettings, quoteIdentifier } from './database.ts';
import { isUnknownDatabase } from './database-error.ts';
import { errorText } from './error-text.ts';

/** The database cannot be opened: not there, not answering, or not for this account; `cause` is the driver's error. */
export class DatabaseClosed extends Error {
  constructor(settings: DatabaseSettings, cause: unknown) {
    super(
      `the database at ${settings.host}:${settings.port} cannot be opened by ${settings.user}: ${errorText(cause)}; ` +
        'check that it runs there, and the account, its password and its rights',
      { cause },
    );
    this.name = 'DatabaseClosed';
  }
}

// In this order: a table is there before the one that refers to it.
const SCHEMA = ['schema', 'schema-reference', 'schema-customers', 'schema-business'];

/**
 * Creates the database and its tables where they are absent; what is there is left as it is, so it can be run at every
 * start. Throws DatabaseClosed.
 */
export async function applySchema(settings: DatabaseSettings): Promise<void> {
  const texts = SCHEMA.map((file) => readFile(new URL(`./${file}.sql`, import.meta.url), 'utf8'));
  const sql = (await Promise.all(texts)).join('\n');
  try {
    const connection = await connectOrCreate(settings);
    try {
      await connection.query(sql);
    } finally {
      await connection.end();
    }
  } catch (error) {
    throw new DatabaseClosed(settings, error);
  }
}

async function connectOrCreate(settings: DatabaseSettings) {
  // Several statements in one query: on this connection only, and only for the text of these files.
  const options = { ...connectionOptions(settings), database: settings.name, multipleStatements: true };
  try {
    return await createConnection(options);
  } catch (error) {
    if (!isUnknownDatabase(error)) throw error;
  }
  // Only now: an account that owns just this database may not be allowed to say CREATE DATABASE at all.
  await createDatabase(settings);
  return await createConnection(options);
}

async function createDatabase(settings: DatabaseSettings): Promise<void> {
  const connection = await createConnection(connectionOptions(settings));
  try {
    await connection.query(
      `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(settings.name)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
    );
  } finally {
    await connection.end();
  }
}
