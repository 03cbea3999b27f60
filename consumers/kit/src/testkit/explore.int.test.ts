import { expect, it, jest } from '@jest/globals';
import { query } from '../projection/index.ts';
import { explore, replay } from './explore.ts';
import { scenario } from './scenario.ts';
import { put, remove, tx } from './source-tables.ts';

jest.setTimeout(120_000); // for a machine that is busy with other things

const declaration = {
  name: 'sums',
  from: {
    accounts: {
      source: 's.accounts',
      key: ['id'],
      columns: { id: 'int', owner: 'varchar(9) collate utf8mb4_general_ci' },
    },
    bookings: { source: 's.bookings', key: ['id'], columns: { id: 'int', account_id: 'int', amount: 'decimal(9,2)' } },
  },
  tables: {
    sums: {
      key: ['account_id'],
      group: ['account_id'],
      columns: { account_id: 'int', owner: 'varchar(9)', amount: 'decimal(31,2)' },
      select: `SELECT a.id AS account_id, a.owner, (SELECT SUM(l.amount) FROM bookings l WHERE l.account_id = a.id) AS amount
               FROM accounts a`,
      dirty: { accounts: { account_id: 'id' }, bookings: { account_id: 'account_id' } },
    },
  },
};
const told = scenario(query(declaration), {
  given: { accounts: [{ id: 1, owner: 'Ada' }], bookings: [{ id: 1, account_id: 1, amount: '2' }] },
  when: [
    tx(put({ bookings: [{ id: 2, account_id: 1, amount: '0.5' }], accounts: [{ id: 2 }] })),
    tx(remove({ bookings: [{ id: 1 }] })),
  ],
  readModel: {
    sums: [
      { account_id: 1, owner: 'Ada', amount: '0.50' },
      { account_id: 2, amount: null },
    ],
  },
});

it('runs the same schedules on the real read model, queries too', async () => {
  await explore(told, { runs: 30, seed: 1, store: 'database' });
  await explore(told.projection, { runs: 20, seed: 1, store: 'database' });
});

it('finds a query that forgets a group, which mirrors alone do not show', async () => {
  const { sums } = declaration.tables;
  const forgets = { ...declaration, tables: { sums: { ...sums, dirty: { ...sums.dirty, bookings: 'none' } } } };
  const broken = { ...told, projection: query(forgets) };
  const options = { runs: 30, seed: 1 } as const;
  await explore(broken, options);
  const { message } = (await explore(broken, { ...options, store: 'database' }).catch((error) => error)) as Error;
  expect(message).toMatch(/^sums, seed 1, run \d+: at 0-1-\d+/);
  expect(message).toContain('its SELECT gives');
  expect(message).toMatch(/await replay\(scenario, .*'database'\);\n$/s);
  await expect(replay(broken, { steps: [{ write: 6 }] }, 'database')).rejects.toThrow();
});
