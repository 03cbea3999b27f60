import { randomBytes } from 'node:crypto';
import type { Projection } from '../projection/declaration.ts';
import { type DatabaseAccess, ensureTables, Session } from '../read-store/index.ts';

const howToRun = `These tests want a MariaDB server on which they may create and drop databases. Name it as JSON:
  BANYAN_TEST_READ_DB='{"host":"127.0.0.1","port":3306,"user":"root","password":"..."}' \\
    NODE_OPTIONS=--experimental-vm-modules npx jest --selectProjects int -- consumers/kit`;

export interface TestDatabase extends AsyncDisposable {
  readonly access: DatabaseAccess;
  readonly session: Session;
}

/** A database of its own with the tables of the projections, dropped on disposal. */
export async function testDatabase(...projections: readonly Projection[]): Promise<TestDatabase> {
  const server = serverAccess();
  const admin = await Session.open({ ...server, database: 'mysql' });
  const name = `kit_test_${randomBytes(6).toString('hex')}`;
  await admin.run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const access = { ...server, database: name };
  const session = await Session.open(access);
  for (const projection of projections) await ensureTables(session, projection);
  return {
    access,
    session,
    [Symbol.asyncDispose]: async () => {
      await session[Symbol.asyncDispose]();
      await admin.run(`DROP DATABASE ${name}`);
      await admin[Symbol.asyncDispose]();
    },
  };
}

function serverAccess(): Omit<DatabaseAccess, 'database'> {
  const text = process.env.BANYAN_TEST_READ_DB;
  if (!text) throw new Error(`BANYAN_TEST_READ_DB is not set. ${howToRun}`);
  const { host, port, user, password } = JSON.parse(text) as DatabaseAccess;
  return { host, port, user, password };
}
