import { services } from '@banyan/cli';
import { describe, expect, it } from '@jest/globals';
import type { Connection } from 'mysql2/promise';
import { position } from './bridge.ts';
import { one, open, rows } from './database.ts';
import { bankScenario } from './scenario.ts';

const points = ['rows-written', 'checkpoint-written', 'committed', 'rows-written', 'checkpoint-written'] as const;

/** Whichever service has the query over the most tables. */
const projections = (await services()).map(({ projection }) => projection);
const [widest] = projections
  .filter(({ queries }) => queries.length > 0)
  .sort((one, other) => other.tables.length - one.tables.length);

describe('a query, under transfers at a steady rate', () => {
  const scenario = bankScenario('queries', {
    tables: widest!.tables.map(({ source }) => source.slice('bank.'.length)),
  });
  const { name, select } = widest!.queries[0]!;

  /** Rows that the SELECT gives and the table has not, or the other way; by ONE SELECT, so in one snapshot. */
  const wrong = async (read: Connection) => {
    const columns = (await rows<{ Field: string }>(read, `SHOW COLUMNS FROM ${name}`))
      .map(({ Field }) => Field)
      .join(', ');
    const [table, asked] = [`SELECT ${columns} FROM ${name}`, `SELECT ${columns} FROM (${select}) q`];
    const sql = `SELECT COUNT(*) AS wrong FROM ((${table} EXCEPT ALL ${asked}) UNION ALL (${asked} EXCEPT ALL ${table})) d`;
    return Number((await one<{ wrong: string }>(read, sql)).wrong);
  };

  it('is what its SELECT gives over the mirrors in every read, and on the source at one GTID, through kill -9', async () => {
    const { bridge } = scenario;
    let service = await scenario.project({ PROJECTION: widest!.name });
    await service.state('streaming');
    const reader = await open({ ...(await bridge.stack.rootAccess('read-db')), database: bridge.name });
    const seen = { reads: 0, wrong: 0, stop: false };
    const reading = (async () => {
      for (; !seen.stop; seen.reads++) seen.wrong += await wrong(reader);
    })();
    const traffic = scenario.traffic(200);
    for (const [index, at] of points.entries()) {
      await service.kill();
      service = await scenario.project({
        PROJECTION: widest!.name,
        SIGNAL_AT: at,
        SIGNAL_AFTER: String(3 + index),
      });
      await service.gone();
    }
    service = await scenario.project({ PROJECTION: widest!.name });
    await bridge.caughtUp();
    const { accepted } = await traffic.stop();
    const reached = await bridge.caughtUp();
    seen.stop = true;
    await reading;
    await reader.end();
    expect(accepted).toBeGreaterThan(1000);
    expect(seen).toMatchObject({ wrong: 0 });
    expect(seen.reads).toBeGreaterThan(20);
    expect(await bridge.sourcePosition()).toBe(reached);
    expect(await position(bridge.read)).toBe(reached);
    const sorted = async (connection: Connection, sql: string) =>
      (await rows(connection, sql)).map((row) => JSON.stringify(Object.entries(row).sort())).sort();
    const there = await sorted(bridge.source, select);
    expect(there.length).toBeGreaterThan(200);
    expect(await sorted(bridge.read, `SELECT * FROM ${name}`)).toEqual(there);
  }, 300_000);
});
