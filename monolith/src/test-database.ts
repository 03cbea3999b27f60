import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { connectionOptions, type DatabaseSettings, quoteIdentifier } from './database.ts';

// For every test file that has a database: a slow machine is not a wrong bank.
jest.setTimeout(60_000);

const HOW_TO_RUN = `These tests need a MariaDB (or MySQL) server on which they may create and drop databases, and they never
skip. Start one on a port of its own, then name it:
  BANK_TEST_DB_HOST=127.0.0.1 BANK_TEST_DB_PORT=3306 BANK_TEST_DB_USER=root BANK_TEST_DB_PASSWORD= \\
    NODE_OPTIONS=--experimental-vm-modules npx jest --selectProjects int -- monolith
(an empty password must still be set)`;

/** A database that only one test file knows. */
export interface TestDatabase {
  readonly settings: DatabaseSettings;
  /** Runs any SQL and returns its rows, BIGINT, DECIMAL and DATETIME as text. */
  query(sql: string): Promise<Record<string, string | null>[]>;
  /** A second connection, to stand in the way of the bank's. */
  connect(): Promise<Awaited<ReturnType<typeof createConnection>>>;
  drop(): Promise<void>;
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set. ${HOW_TO_RUN}`);
  return value;
}

/**
 * The server from BANK_TEST_DB_HOST, _PORT, _USER, _PASSWORD with a database name of its own; nothing is created. With BANK_TEST_DB_NAME
 * all tests have that one, in turn: it is emptied instead of dropped.
 */
export function nameTestDatabase(suffix = ''): TestDatabase {
  const settings: DatabaseSettings = {
    host: readVariable('BANK_TEST_DB_HOST'),
    port: Number(readVariable('BANK_TEST_DB_PORT')),
    user: readVariable('BANK_TEST_DB_USER'),
    password: readVariable('BANK_TEST_DB_PASSWORD'),
    name: process.env.BANK_TEST_DB_NAME ?? `bank_test_${randomBytes(6).toString('hex')}${suffix}`,
  };
  const connect = () => createConnection({ ...connectionOptions(settings), database: settings.name });
  return {
    settings,
    connect,
    async query(sql) {
      const connection = await connect();
      try {
        const [rows] = await connection.query(sql);
        return rows as Record<string, string | null>[];
      } finally {
        await connection.end();
      }
    },
    async drop() {
      if (process.env.BANK_TEST_DB_NAME !== undefined) return empty(await connect());
      const connection = await createConnection(connectionOptions(settings));
      await connection.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(settings.name)}`);
      await connection.end();
    },
  };
}

async function empty(connection: Awaited<ReturnType<TestDatabase['connect']>>): Promise<void> {
  try {
    await connection.query('SET FOREIGN_KEY_CHECKS = 0');
    const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES');
    for (const table of tables) await connection.query('DELETE FROM ??', Object.values(table));
  } finally {
    await connection.end();
  }
}
