import { randomUUID } from 'node:crypto';
import { type DatabaseAccess, Session } from '@banyan/kit';
import { facadeSessions } from './kept-session.ts';

/** A database of its own on the real server, gone when it is closed. */
export interface TestingDatabase {
  [Symbol.asyncDispose](): Promise<void>;
  readonly access: DatabaseAccess;
  readonly session: Session;
}

export async function testingDatabase(): Promise<TestingDatabase> {
  const text = process.env.BANYAN_TEST_READ_DB;
  if (!text) throw new Error("these tests want a MariaDB: make test ONLY='strangler'");
  const { host, port, user, password } = JSON.parse(text) as DatabaseAccess;
  const name = `facade_${randomUUID().slice(0, 8)}`;
  const admin = await Session.open({ host, port, user, password, database: 'mysql' }, facadeSessions);
  await admin.run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const access = { host, port, user, password, database: name };
  const session = await Session.open(access, facadeSessions);
  return {
    access,
    session,
    [Symbol.asyncDispose]: async () => {
      await session[Symbol.asyncDispose]();
      await admin.run(`DROP DATABASE IF EXISTS ${name}`);
      await admin[Symbol.asyncDispose]();
    },
  };
}
