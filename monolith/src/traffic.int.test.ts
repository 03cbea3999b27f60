import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bank, createBank } from './bank.ts';
import { seed } from './seed.ts';
import { unbalancedAccounts, until } from './test-bank.ts';
import { nameTestDatabase, type TestDatabase } from './test-database.ts';
import { runTraffic } from './traffic.ts';
import { TooFewAccounts } from './traffic-plan.ts';

const RUN = { rate: 100_000, clients: 8, forMs: 60_000, seed: 7 };

async function openSeededBank(customers: number) {
  const database = nameTestDatabase();
  if (customers > 0) await seed({ database: database.settings, seed: 3, customers });
  const bank = createBank({ port: 0, database: database.settings });
  const { url } = await bank.listen();
  return { database, bank, url };
}

async function count(database: TestDatabase): Promise<number> {
  const [row] = await database.query('SELECT COUNT(*) AS n FROM transfers');
  return Number(row!.n);
}

const money = (database: TestDatabase) =>
  database.query('SELECT currency, SUM(balance) AS total FROM accounts GROUP BY currency ORDER BY currency');

let one: { database: TestDatabase; bank: Bank; url: string };
let two: typeof one;
beforeAll(async () => {
  one = await openSeededBank(60);
  two = await openSeededBank(60);
});
afterAll(async () => {
  for (const opened of [one, two]) {
    await opened?.bank.close();
    await opened?.database.drop();
  }
});

describe('traffic', () => {
  it('sends the same orders in the same sequence for the same seed', async () => {
    const run = { ...RUN, clients: 1, orders: 100 };
    const reports = [await runTraffic({ ...run, url: one.url }), await runTraffic({ ...run, url: two.url })];
    const content = 'SELECT id, from_account_id, to_account_id, amount, purpose FROM transfers ORDER BY id';
    const booked = await one.database.query(content);
    expect(booked).toHaveLength(reports[0]!.accepted);
    expect(await two.database.query(content)).toEqual(booked);
    expect(reports[1]!.refusals).toEqual(reports[0]!.refusals);
  });

  it('with many clients: every order is booked or refused, and the books balance', async () => {
    const [before, moneyBefore] = [await count(one.database), await money(one.database)];
    const report = await runTraffic({ ...RUN, url: one.url, orders: 400 });
    expect(report).toMatchObject({ sent: 400, failed: 0, firstFailure: undefined });
    expect(report.accepted + report.refused).toBe(400);
    expect(report.refusals).toEqual({ insufficient_funds: report.refused });
    expect(report.refused).toBeGreaterThan(0);
    expect((await count(one.database)) - before).toBe(report.accepted);
    expect(await money(one.database)).toEqual(moneyBefore);
    expect(await unbalancedAccounts(one.database)).toEqual([]);
  });

  it('sends no more than the rate allows for the time', async () => {
    const report = await runTraffic({ ...RUN, url: one.url, rate: 50, forMs: 200 });
    expect(report.sent).toBeGreaterThan(0);
    expect(report.sent).toBeLessThanOrEqual(10);
  });

  it('stops when told to and still reports what it did', async () => {
    const before = await count(one.database);
    const stop = new AbortController();
    const run = runTraffic({ ...RUN, url: one.url, rate: 50, signal: stop.signal });
    await until('something is booked', async () => (await count(one.database)) > before);
    stop.abort();
    const report = await run;
    expect(report.failed).toBe(0);
    expect((await count(one.database)) - before).toBe(report.accepted);
  });

  it('tells booked, refused and failed apart', async () => {
    const account = { currency: 'EUR', closedAt: null };
    const replies = [201, 422, 503, 'hang up', 'no JSON'] as const;
    let posts = 0;
    const server = createServer((request, response) => {
      request.resume();
      const reply = request.method === 'GET' ? 200 : replies[posts++ % replies.length]!;
      if (reply === 'hang up') return void response.destroy();
      if (reply === 'no JSON') return void response.end('<html>');
      const page = { accounts: [1, 2].map((id) => ({ id, ...account })), next: null };
      const body = reply === 200 ? page : { error: { code: `code_${reply}`, message: 'why' } };
      response.writeHead(reply).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const report = await runTraffic({ ...RUN, url, clients: 1, orders: 10 });
    expect(report).toMatchObject({ sent: 10, accepted: 2, refused: 2, failed: 6, refusals: { code_422: 2 } });
    expect(report.firstFailure).toBe('503 code_503: why');
    await new Promise((resolve) => server.close(resolve));
  });

  it('does not begin when the bank does not answer', async () => {
    await two.bank.close();
    await expect(runTraffic({ ...RUN, url: two.url, orders: 1 })).rejects.toThrow('ECONNREFUSED');
  });

  it('needs accounts', async () => {
    const empty = await openSeededBank(0);
    await expect(runTraffic({ ...RUN, url: empty.url })).rejects.toThrow(TooFewAccounts);
    await empty.bank.close();
    await empty.database.drop();
  });
});
