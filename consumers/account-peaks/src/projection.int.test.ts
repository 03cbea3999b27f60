import { Fixture } from '@banyan/kit/testkit';
import { expect, it } from '@jest/globals';
import { projection } from './projection.ts';

it('keeps what the bank forgets: how high and how low a balance was, and how often below zero', async () => {
  await using bank = await Fixture.open(projection);
  for (const balance of ['10.0000', '250.5000', '-3.0000', '-4.0000', '7.0000', '-0.0001'])
    await bank.put({ accounts: [{ id: 1n, customer_id: 7n, balance }] });
  await bank.put({ accounts: [{ id: 2n, customer_id: 8n, balance: '-1.0000' }] });
  expect((await bank.get('/account-peaks/1')).data).toMatchObject({
    customer_id: '7',
    highest: '250.5000',
    lowest: '-4.0000',
    times_overdrawn: 2,
    balance_changes: '5',
  });
  expect((await bank.get('/account-peaks?customer_id=8')).data).toMatchObject([
    { account_id: '2', times_overdrawn: 1 },
  ]);
  await bank.remove({ accounts: [{ id: 1n }] });
  expect((await bank.get('/account-peaks/1')).status).toBe(404);
});
