import { Fixture } from '@banyan/kit/testkit';
import { expect, it } from '@jest/globals';
import { projection } from './projection.ts';

it('answers accounts, their lines and their owners as they stand in the bank, and forgets what goes', async () => {
  await using bank = await Fixture.open(projection);
  await bank.put({
    customers: [{ id: 7n, name: 'Ada', city: 'Bern' }],
    accounts: [{ id: 1n, customer_id: 7n, kind: 'savings', currency: 'CHF', balance: '12.5000' }],
    ledger_lines: [{ id: 10n, account_id: 1n, amount: '12.5000', balance_after: '12.5000' }],
  });
  expect((await bank.get('/accounts?customer_id=7&kind=savings')).data).toMatchObject([
    { id: '1', balance: '12.5000' },
  ]);
  expect((await bank.get('/ledger-lines?account_id=1')).data).toMatchObject([{ id: '10', amount: '12.5000' }]);
  expect((await bank.get('/customers?city=Bern')).data).toEqual([{ id: '7', name: 'Ada', city: 'Bern' }]);

  await bank.put({ accounts: [{ id: 1n, balance: '0.0000', closed_at: '2012-09-01 00:00:00.000000' }] });
  expect((await bank.get('/accounts/1')).data).toMatchObject({ customer_id: '7', balance: '0.0000' });
  await bank.remove({ accounts: [{ id: 1n }] });
  expect((await bank.get('/accounts/1')).status).toBe(404);
});
