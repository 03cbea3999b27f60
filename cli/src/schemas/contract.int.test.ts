import type { Row } from '@banyan/kit';
import { type Rows, tables } from '@banyan/schemas';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runDay } from 'bank-monolith';
import { openBank } from '../../../e2e/src/bank.ts';
import { type Bridge, openBridge } from '../../../e2e/src/bridge.ts';
import { eventually } from '../../../e2e/src/eventually.ts';
import { services, tablesOf } from '../services.ts';
import { banyan, linesOf } from '../testing-cli.ts';

const env = { BANYAN_DATA: process.env.BANYAN_STACK ?? '' };
let bridge: Bridge;
const captured = tablesOf(await services());

/** Row types of the contract are rows as the kit has them: this is checked when it is compiled. */
type RowsOfKit = { [Table in keyof Rows]: Rows[Table] extends Row ? true : false };
export const areOfKit: RowsOfKit extends Record<keyof Rows, true> ? true : false = true;

// The contract's own names: prefix and database stand in the schemas. No other test may use them.
beforeAll(async () => {
  bridge = await openBridge('bank');
  const bank = await openBank(bridge, 20);
  await bank.close();
  // A table has a schema from its first row on.
  const database = { ...(await bridge.stack.rootAccess('source-db')), name: bridge.name };
  await runDay({ database, rate: 200, clients: 2, seed: 1, forMs: 60_000, orders: 200 });
  await bridge.capture(captured.map((table) => table.slice('bank.'.length)));
}, 120_000);

afterAll(() => bridge?.close());

const check = async () => {
  const { code, stdout } = await banyan(['schemas', 'check', '--json'], env);
  return {
    code,
    ...(JSON.parse(stdout) as { ok: boolean; problems: { where: string; code: string; message: string }[] }),
  };
};

describe('the contract', () => {
  it("is the registry's, for the bank's schema of this checkout", async () => {
    expect(await check()).toEqual({ code: 0, command: 'schemas', ok: true, problems: [] });
  });

  it('says of every column what it really is in JavaScript', async () => {
    for (const [name, { columns }] of Object.entries(tables).filter(([table]) => captured.includes(table))) {
      const { stdout } = await banyan(['tail', name, '--from', 'earliest', '--limit', '1', '--json'], env);
      const [line] = linesOf(stdout) as [{ after: Record<string, unknown> }];
      // In JSON a bigint is text like a decimal: numbers and texts are told apart, bigint by its digits.
      for (const [column, { type, nullable }] of Object.entries(
        columns as Record<string, { type: string; nullable: boolean }>,
      )) {
        const value = line.after[column];
        if (value === null) expect([column, nullable]).toEqual([column, true]);
        else if (type === 'bigint') expect([column, value]).toEqual([column, expect.stringMatching(/^-?\d+$/)]);
        // Bytes are text in JSON too.
        else expect([column, typeof value]).toEqual([column, type === 'Uint8Array' ? 'string' : type]);
      }
      expect(Object.keys(line.after).sort()).toEqual(Object.keys(columns).sort());
    }
  });

  it('tells a column that was added from one that was taken away', async () => {
    await bridge.source.query('ALTER TABLE customers ADD COLUMN nickname VARCHAR(20) NULL, DROP COLUMN city');
    await bridge.source.query(
      "INSERT INTO customers (name, email, created_at) VALUES ('Ada', 'ada@example.org', NOW(6))",
    );
    const { code, problems } = await eventually('the registry has the new schema', async () => {
      const seen = await check();
      return seen.ok ? null : seen;
    });
    expect(code).toBe(1);
    const subject = 'bank.bank.customers-value';
    expect(problems.map(({ where, code, message }) => [where, code, message])).toEqual([
      ['INCOMPATIBLE', 'removed', `${subject}: column city was removed`],
      ['drift', 'added', `${subject}: column nickname was added`],
    ]);
  });
});
