import { createBank, runTraffic, seed, type TrafficReport } from 'bank-monolith';
import type { Connection } from 'mysql2/promise';
import type { Bridge } from './bridge.ts';
import { one, rows } from './database.ts';

export interface RunningBank {
  readonly url: string;
  /** Transfers at a steady rate until stopped; the report says how many there were. */
  traffic(rate: number): { stop(): Promise<TrafficReport> };
  close(): Promise<void>;
}

/** The monolith on the bridge's source database, with some customers. */
export async function openBank(bridge: Bridge, customers = 200): Promise<RunningBank> {
  const root = await bridge.stack.rootAccess('source-db');
  const database = { ...root, name: bridge.name };
  const bank = createBank({ port: 0, database, log: () => {} });
  const { url } = await bank.listen();
  await seed({ database, seed: 7, customers });
  const ended = new AbortController();
  return {
    url,
    traffic: (rate) => {
      const stop = new AbortController();
      ended.signal.addEventListener('abort', () => stop.abort());
      const run = runTraffic({ url, rate, clients: 8, forMs: 600_000, seed: 11, signal: stop.signal });
      return {
        stop: () => {
          stop.abort();
          return run;
        },
      };
    },
    close: () => {
      ended.abort();
      return bank.close();
    },
  };
}

export const bankTables = ['accounts', 'ledger_lines', 'customers'];

/** What every reader must always see, taken by ONE SELECT: the sum of all balances, and no balance that is not its last line's. */
export async function invariants(read: Connection): Promise<{ total: string; broken: number }> {
  const { total, broken } = await one<{ total: string; broken: number }>(
    read,
    `SELECT (SELECT SUM(balance) FROM accounts) AS total,
            (SELECT COUNT(*) FROM accounts a
               LEFT JOIN (SELECT account_id, MAX(id) AS last FROM ledger_lines GROUP BY account_id) m ON m.account_id = a.id
               LEFT JOIN ledger_lines l ON l.id = m.last
              WHERE l.balance_after IS NULL OR l.balance_after <> a.balance) AS broken`,
  );
  return { total, broken: Number(broken) };
}

/** Every difference between source and read model, row for row, in the columns that the read model has. */
export async function differences(bridge: Bridge, tables: readonly string[] = bankTables): Promise<string[]> {
  const found: string[] = [];
  for (const table of tables) {
    const columns = (await rows<{ Field: string }>(bridge.read, `SHOW COLUMNS FROM ${table}`)).map(
      ({ Field }) => `\`${Field}\``,
    );
    const all = `SELECT ${columns.join(', ')} FROM ${table} ORDER BY id`;
    const [source, read] = [await rows(bridge.source, all), await rows(bridge.read, all)];
    const [there, here] = [source, read].map((list) => new Set(list.map((row) => JSON.stringify(row))));
    for (const row of there!) if (!here!.has(row)) found.push(`${table}: missing in the read model: ${row}`);
    for (const row of here!) if (!there!.has(row)) found.push(`${table}: not in the source: ${row}`);
    if (source.length !== read.length)
      found.push(`${table}: ${source.length} rows in the source, ${read.length} in the read model`);
  }
  return found;
}
