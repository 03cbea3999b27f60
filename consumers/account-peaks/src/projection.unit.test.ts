import { explore, put, scenario, tx } from '@banyan/kit/testkit';
import { it } from '@jest/globals';
import { projection } from './projection.ts';

const account = (id: bigint, balance: string) => ({ id, customer_id: 7n, balance });
const transfers = scenario(projection, {
  given: { accounts: [account(1n, '10'), account(2n, '0')] },
  when: [
    tx(put({ accounts: [account(1n, '-5'), account(2n, '15')] })),
    tx(put({ accounts: [account(2n, '5'), account(1n, '5')] })),
    tx(put({ accounts: [account(1n, '-1')] }), put({ accounts: [account(1n, '5')] })),
  ],
  readModel: {
    account_peaks: [
      { account_id: 1n, highest: '10', lowest: '-5', times_overdrawn: 2, balance_changes: 4n },
      { account_id: 2n, highest: '15', lowest: '0', times_overdrawn: 0, balance_changes: 2n },
    ],
  },
});

it('counts every change once, in whatever order it comes and wherever it is interrupted', async () => {
  await explore(transfers);
});
