import { services } from '@banyan/cli';
import type { Projection } from '@banyan/kit';
import { createQueryApi, onDatabase, schemathesisFindings, schemathesisMissing } from '@banyan/kit/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runDay, runNightly, runPurge } from 'bank-monolith';
import type { Connection } from 'mysql2/promise';
import { openBank, type RunningBank } from './bank.ts';
import { atLeast, type Bridge, openBridge, position } from './bridge.ts';
import { one, open, rows } from './database.ts';
import { eventually } from './eventually.ts';
import { night } from './projections/ledger.ts';
import { ServiceProcess } from './service-process.ts';

const name = 'full_mix';
/** The books are read in the tests' own read model, which has the night's rows too. */
const all = [night, ...(await services()).map(({ projection }) => projection)];
const projections = all.map((projection) => onDatabase(projection, name));
/** FULL_MIX_MS=300000 make test ONLY=full-mix: the five minutes of the promise; in every run, some seconds. */
const forMs = Number(process.env.FULL_MIX_MS ?? 20_000);

/** In one transaction. */
const nightRows = 100_000;
/** Small heaps: what goes through them must not be held. */
const limits = { NODE_OPTIONS: '--max-old-space-size=256', LEASE_MS: '3000' };

/** What must hold in every read, by ONE SELECT; `broken` is 0 when it does. Opening balances are lines too. */
const brokenBooks = `
  SELECT (SELECT COUNT(*) FROM accounts a
            LEFT JOIN (SELECT account_id, MAX(id) AS last, SUM(amount) AS total FROM ledger_lines GROUP BY account_id) m
              ON m.account_id = a.id
            LEFT JOIN ledger_lines l ON l.id = m.last
           WHERE a.balance <> COALESCE(m.total, 0) OR a.balance <> COALESCE(l.balance_after, 0))
       + ((SELECT SUM(balance) FROM accounts) <> (SELECT SUM(amount) FROM ledger_lines)) AS broken,
       (SELECT COUNT(*) FROM interest_accruals) AS accruals`;

const missing = await schemathesisMissing();

describe('the services beside a bank at its full business', () => {
  let bridge: Bridge;
  let bank: RunningBank;
  const services: ServiceProcess[] = [];
  const standbys: ServiceProcess[] = [];
  const seen = { reads: 0, broken: 0, accruals: new Set<number>(), stop: false };
  let reading = Promise.resolve();
  const reads = new Map<string, Connection>();
  const environments: Record<string, string>[] = [];
  const widest = [...projections].sort(
    (a, b) => b.queries.length * b.tables.length - a.queries.length * a.tables.length,
  )[0]!;

  beforeAll(async () => {
    bridge = await openBridge(name);
    bank = await openBank(bridge);
    const tables = new Set(projections.flatMap((one) => one.tables.map(({ source }) => source.slice(name.length + 1))));
    await bridge.capture([...tables]);
    for (const projection of projections) {
      const database = databaseOf(projection);
      await bridge.read.query('CREATE DATABASE ??', [database]);
      reads.set(projection.name, await open({ ...(await bridge.stack.rootAccess('read-db')), database }));
      const environment = { ...bridge.environment, READ_DB_NAME: database, PROJECTION: projection.name, ...limits };
      services.push(await ServiceProcess.start('project', environment));
      environments.push(environment);
    }
    for (const service of services) await service.state('streaming');
    // Beside the mirrors of the night, and beside the query over the most tables.
    for (const index of [0, projections.indexOf(widest)])
      standbys.push(await ServiceProcess.start('project', environments[index]!));
    for (const standby of standbys) await standby.state('standby');
  }, 180_000);
  afterAll(async () => {
    seen.stop = true;
    await reading.catch(() => {});
    for (const service of [...services, ...standbys]) await service.kill();
    for (const [projection, read] of reads) {
      await read.query('DROP DATABASE ??', [`${name}_${projection}`]).catch(() => {});
      read.destroy();
    }
    await bank?.close();
    await bridge?.close();
  });

  const databaseOf = (projection: Projection) => `${name}_${projection.name}`;
  const epoch = async (read: Connection) =>
    (await one<{ epoch: string }>(read, 'SELECT epoch FROM banyan_checkpoint')).epoch;
  const textOf = (row: object) => JSON.stringify(Object.entries(row).sort());
  const sorted = async (connection: Connection, sql: string) => (await rows(connection, sql)).map(textOf).sort();

  /** Rows that one side has and the other has not, by table of the read model; none when it is what the source says. */
  const differences = async ({ name: projection, tables, queries }: Projection) => {
    const read = reads.get(projection)!;
    const found: Record<string, number> = {};
    const compare = async (table: string, sql: string) => {
      const [there, here] = [await sorted(bridge.source, sql), await sorted(read, `SELECT * FROM \`${table}\``)];
      const [inSource, inRead] = [new Set(there), new Set(here)];
      const count = there.filter((row) => !inRead.has(row)).length + here.filter((row) => !inSource.has(row)).length;
      if (count > 0 || there.length !== here.length) found[table] = count;
      expect(there.length).toBeGreaterThan(50);
    };
    for (const { name: table, source, columns } of tables) {
      const list = columns.map((column) => `\`${column.from}\` AS \`${column.name}\``).join(', ');
      await compare(table, `SELECT ${list} FROM ${source}`);
    }
    for (const { name: table, select } of queries) await compare(table, select);
    return found;
  };

  const reached = async (target: string) => {
    for (const [index, projection] of projections.entries()) {
      const isThere = async () => {
        const at = await position(reads.get(projection.name)!);
        if (at !== null && atLeast(at, target)) return true;
        const { tasks } = await bridge.connect.status(bridge.name);
        throw new Error(JSON.stringify([(await services[index]!.get('/ready')).body, tasks]));
      };
      await eventually(`${projection.name} reaches ${target}`, isThere, 180_000);
    }
  };

  /** Each service's API, over what it has then. */
  const apisAreTrue = async () => {
    if (missing !== null) return console.warn(`the APIs are not tried: ${missing}`);
    const root = await bridge.stack.rootAccess('read-db');
    for (const projection of projections.slice(1)) {
      const database = { ...root, database: databaseOf(projection) };
      // What is made up waits for positions that never come.
      const rest = { auth: 'off', freshWithinMs: 86_400_000, maxWaitMs: 20 } as const;
      const api = createQueryApi({ projection, database, ...rest });
      const url = await api.listen({ port: 0 });
      const findings = await schemathesisFindings({ url, coverage: false, examples: 4 }).finally(() => api.close());
      expect([projection.name, findings]).toEqual([projection.name, '']);
    }
  };

  it('keep the books in every read, and are what the source says at one GTID, with its night and its purge', async () => {
    const root = await bridge.stack.rootAccess('source-db');
    const database = { ...root, name };
    const read = await open({ ...(await bridge.stack.rootAccess('read-db')), database: databaseOf(night) });
    reading = (async () => {
      for (; !seen.stop; seen.reads++) {
        const { broken, accruals } = await one<{ broken: string; accruals: string }>(read, brokenBooks);
        seen.broken += Number(broken);
        seen.accruals.add(Number(accruals));
      }
    })();
    const day = runDay({ database, rate: 160, clients: 4, seed: 3, forMs });
    const { accruals: inTheDay } = await runNightly({ database, rows: 5000, log: () => {} });
    const report = await day;
    const { accruals: large } = await runNightly({ database, rows: nightRows, log: () => {} });
    await reached(await bridge.sourcePosition());
    await eventually('the reader has seen the night', () => seen.accruals.has(inTheDay + large));
    expect([...seen.accruals].filter((count) => ![0, inTheDay, inTheDay + large].includes(count))).toEqual([]);
    expect(large).toBeGreaterThanOrEqual(nightRows);
    await runPurge({ database, olderThanDays: 0, log: () => {} });
    // Whatever came last, even DDL, is closed by a commit.
    await bridge.source.query('INSERT INTO commits VALUES (2)');
    const target = await bridge.sourcePosition();
    await reached(target);
    seen.stop = true;
    await reading;
    await read.end();
    expect(report.failed).toBe(0);
    expect(report.accepted).toBeGreaterThan(50);
    expect(seen).toMatchObject({ broken: 0 });
    expect(seen.reads).toBeGreaterThan(20);
    for (const standby of standbys) expect((await standby.get('/ready')).body.state).toBe('standby');
    const waits = services.flatMap(({ log }) => log.filter(({ state }) => state === 'waiting'));
    const epochs = await Promise.all([...reads.values()].map(epoch));
    expect({ waits, epochs }).toEqual({ waits: [], epochs: projections.map(() => '1') });
    expect(await bridge.sourcePosition()).toBe(target);
    for (const projection of projections)
      expect([projection.name, await differences(projection)]).toEqual([projection.name, {}]);
    await apisAreTrue();
    console.info(
      `${report.accepted} transactions, ${report.achievedRate.toFixed(0)} a second: ${JSON.stringify(report.done)}; ${seen.reads} reads`,
    );
  }, 900_000);
});
