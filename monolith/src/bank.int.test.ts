import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createApp } from './app.ts';
import { createBank } from './bank.ts';
import { connectBank } from './bank-client.ts';
import { openPool, select } from './database.ts';
import { applySchema } from './schema.ts';
import { codeOf, openTestBank, until } from './test-bank.ts';
import { nameTestDatabase } from './test-database.ts';

const database = nameTestDatabase('-with`tick');
afterAll(() => database.drop());

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the schema', () => {
  it('is created where absent, whatever the database is called, and kept where present', async () => {
    await applySchema(database.settings);
    await database.query("INSERT INTO customers (name, email, city, created_at) VALUES ('A', 'a', 'a', NOW())");
    await applySchema(database.settings);
    expect(await database.query('SELECT COUNT(*) AS n FROM customers')).toEqual([{ n: '1' }]);
    const tables = await database.query(
      'SELECT table_name AS name, engine, table_collation AS collation FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    expect(tables).toHaveLength(35);
    const kept = { engine: 'InnoDB', collation: 'utf8mb4_unicode_ci' };
    for (const name of ['accounts', 'customers', 'ledger_lines', 'transfers'])
      expect(tables).toContainEqual({ name, ...kept });
  });

  it('does not delete what is referred to', async () => {
    await database.query("INSERT INTO accounts VALUES (1, 1, 'DE1', 'current', 'EUR', 0, NOW(), NULL)");
    await expect(database.query('DELETE FROM customers')).rejects.toThrow(/foreign key/i);
  });

  it('is reached by sessions in UTC that refuse what does not fit', async () => {
    const pool = openPool(database.settings, { connectionLimit: 1, lockWaitSeconds: 7 });
    const sql =
      'SELECT @@time_zone AS zone, @@sql_mode AS mode, @@innodb_lock_wait_timeout AS wait, CAST(1.5 AS DECIMAL(19,4)) AS money';
    expect(await select(pool, sql)).toEqual([
      { zone: '+00:00', mode: 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', wait: '7', money: '1.5000' },
    ]);
    await pool.end();
  });
});

describe('a bank', () => {
  it('answers the requests it has when it is closed, and then no more', async () => {
    const bank = await openTestBank(
      [
        { id: 1, balance: '100.0000' },
        { id: 2, balance: '0.0000' },
      ],
      20,
    );
    const other = await bank.database.connect();
    await other.beginTransaction();
    await other.query('SELECT id FROM accounts WHERE id = 1 FOR UPDATE');
    const answers = Promise.all(Array.from({ length: 10 }, () => bank.post({ from: 1, to: 2, amount: '1' })));
    await until('all ten are in', async () => {
      const waiting = await bank.database.query(
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'SELECT id, currency%'",
      );
      return waiting.length === 10;
    });
    const closed = bank.close();
    await other.rollback();
    await other.end();
    expect((await answers).map((answer) => answer.status)).toEqual(Array(10).fill(201));
    await closed;
    const late = connectBank(bank.url, 1);
    await expect(late.get('/health')).rejects.toThrow('ECONNREFUSED');
    late.close();
    await bank.end();
  });

  it('says that its port is taken', async () => {
    const one = createBank({ port: 0, database: database.settings });
    const { port } = await one.listen();
    const two = createBank({ port, database: database.settings });
    await expect(two.listen()).rejects.toThrow(`EADDRINUSE: address already in use 127.0.0.1:${port}`);
    await two.close();
    await one.close();
  });

  it('does not start without its database', async () => {
    const bank = createBank({ port: 0, database: { ...database.settings, port: await freePort() } });
    await expect(bank.listen()).rejects.toThrow('ECONNREFUSED');
    await bank.close();
  });

  it('says so when it loses its database', async () => {
    const log: string[] = [];
    const pool = openPool({ ...database.settings, port: await freePort() }, { connectionLimit: 1, lockWaitSeconds: 1 });
    const server = createServer(createApp(pool, (line) => log.push(line)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = connectBank(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 1);
    const answer = await client.get('/health');
    expect([answer.status, codeOf(answer)]).toEqual([503, 'database_unavailable']);
    expect(log).toEqual([expect.stringMatching(/^GET \/health answered 503: .*ECONNREFUSED/)]);
    client.close();
    await new Promise((resolve) => server.close(resolve));
    await pool.end();
  });
});
