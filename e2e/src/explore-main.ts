// Explores a projection of the tests with a kit that is broken on purpose, and says what is found: as it is printed, and when what
// is printed is run as code.
import { registerHooks } from 'node:module';
import { mutants } from './mutants.ts';

const { MUTANT, SEED, RUNS, STORY } = process.env;
if (MUTANT) registerHooks({ load: mutants(MUTANT) });

const { explore, replay, scenario, tx, put, remove } = await import('@banyan/kit/testkit');
const { mirror } = await import('@banyan/kit');
const { ledger: projection } = await import('./projections/ledger.ts');

const line = (id: bigint, account_id: bigint, amount: string) => ({ id, account_id, amount });
const customersAccounts = {
  ...{ name: 'fk', child: 'bank.accounts', childColumns: ['customer_id'], parent: 'bank.customers' },
  ...{ parentColumns: ['id'], onDelete: 'cascade' as const, onUpdate: 'none' as const },
};
const transfers = scenario(projection, {
  foreignKeys: [customersAccounts],
  given: {
    customers: [{ id: 7n, name: 'Ada' }, { id: 8n }],
    accounts: [
      { id: 1n, customer_id: 7n, balance: '10' },
      { id: 2n, customer_id: 8n, balance: '0' },
    ],
  },
  when: [
    tx(
      put({ ledger_lines: [line(1n, 1n, '-4'), line(2n, 2n, '4')] }),
      put({
        accounts: [
          { id: 1n, balance: '6' },
          { id: 2n, balance: '4' },
        ],
      }),
    ),
    tx(
      put({ ledger_lines: [line(3n, 2n, '-1'), line(4n, 1n, '1')] }),
      put({
        accounts: [
          { id: 2n, balance: '3' },
          { id: 1n, balance: '7' },
        ],
      }),
    ),
    tx(remove({ customers: [{ id: 8n }] })),
  ],
});

/** Of one table, a transaction goes out in parts before its end has come. */
const lines = mirror({
  name: 'lines',
  tables: { lines: { source: 'bank.ledger_lines', key: ['id'], columns: { id: 'bigint', amount: 'decimal(19,4)' } } },
});
const booking = scenario(lines, {
  when: [tx(put({ lines: [1n, 2n, 3n, 4n].map((id) => ({ id, amount: '1' })) })), tx(remove({ lines: [{ id: 1n }] }))],
});
const story = STORY === 'booking' ? booking : transfers;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const found = await explore(story, { runs: Number(RUNS), seed: Number(SEED) }).then(() => null, messageOf);
const call = found?.slice(found.indexOf('await replay'));
const pasted = call && new Function('replay', 'scenario', `return (async () => { ${call} })()`);
const again = pasted ? await pasted(replay, story).then(() => null, messageOf) : null;
console.log(JSON.stringify({ found, again }));
