import { explore, put, remove, scenario, tx } from '@banyan/kit/testkit';
import { it } from '@jest/globals';
import { projection } from './projection.ts';

const transfer = scenario(projection, {
  given: {
    customers: [{ id: 7n, name: 'Ada', city: 'Bern' }],
    accounts: [
      { id: 1n, customer_id: 7n, kind: 'current', balance: '10' },
      { id: 2n, customer_id: 7n, kind: 'savings', balance: '0' },
    ],
  },
  when: [
    tx(
      put({
        ledger_lines: [
          { id: 10n, account_id: 1n, amount: '-4' },
          { id: 11n, account_id: 2n, amount: '4' },
        ],
        accounts: [
          { id: 1n, balance: '6' },
          { id: 2n, balance: '4' },
        ],
      }),
    ),
    tx(remove({ accounts: [{ id: 1n }] })),
  ],
  readModel: {
    accounts: [{ id: 2n, customer_id: 7n, balance: '4' }],
    ledger_lines: [{ id: 10n }, { id: 11n }],
  },
});

it('shows every transfer whole, in whatever order it comes and wherever it is interrupted', async () => {
  await explore(transfer);
});
