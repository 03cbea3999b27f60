import { Fixture } from '@banyan/kit/testkit';
import { expect, it } from '@jest/globals';
import { projection } from './projection.ts';

const line = (id: bigint, amount: string, balance_after: string, day: string) => ({
  id,
  account_id: 1n,
  amount,
  balance_after,
  booked_at: `${day} 12:00:00.000000`,
});

it('gives each month of an account its balance, what came and went, the merchant paid most, and the cards of now', async () => {
  await using bank = await Fixture.open(projection);
  await bank.put({
    customers: [{ id: 7n }],
    accounts: [{ id: 1n, customer_id: 7n, kind: 'current', currency: 'CHF' }],
    ledger_lines: [
      line(1n, '100.0000', '100.0000', '2012-08-31'),
      line(2n, '-30.0000', '70.0000', '2012-09-01'),
      line(3n, '5.0000', '75.0000', '2012-09-30'),
    ],
    cards: [{ id: 4n, customer_id: 7n, account_id: 1n, status: 'active' }],
    merchants: [
      { id: 8, name: 'Bäckerei' },
      { id: 9, name: 'Kino' },
    ],
    card_operations: [
      { id: 1n, card_id: 4n, kind: 'settle', merchant_id: 8, amount: '20.0000', at: '2012-09-01 10:00:00.000000' },
      { id: 2n, card_id: 4n, kind: 'settle', merchant_id: 9, amount: '10.0000', at: '2012-09-02 10:00:00.000000' },
      { id: 3n, card_id: 4n, kind: 'authorise', merchant_id: 9, amount: '90.0000', at: '2012-09-03 10:00:00.000000' },
    ],
  });
  expect((await bank.get('/account-months/1/2012-09')).data).toEqual({
    account_id: '1',
    month: '2012-09',
    customer_id: '7',
    kind: 'current',
    currency: 'CHF',
    balance: '75.0000',
    turnover_in: '5.0000',
    turnover_out: '30.0000',
    line_count: '2',
    largest_merchant: 'Bäckerei',
    active_cards: '1',
  });
  expect((await bank.get('/account-months/1/2012-08')).data).toMatchObject({
    balance: '100.0000',
    largest_merchant: null,
  });

  // One table at a time: each has its own rule.
  await bank.put({ card_operations: [{ id: 2n, amount: '25.0000' }] });
  expect((await bank.get('/account-months/1/2012-09')).data).toMatchObject({
    largest_merchant: 'Kino',
    active_cards: '1',
  });
  await bank.put({ cards: [{ id: 4n, status: 'returned' }] });
  expect((await bank.get('/account-months/1/2012-09')).data).toMatchObject({
    largest_merchant: 'Kino',
    active_cards: '0',
  });
  await bank.put({ merchants: [{ id: 9, name: 'Lichtspiele' }] });
  expect((await bank.get('/account-months/1/2012-09')).data).toMatchObject({ largest_merchant: 'Lichtspiele' });
  await bank.remove({ ledger_lines: [{ id: 1n }] });
  expect((await bank.get('/account-months?month=2012-08')).data).toEqual([]);
});

it("leaves out the bank's own accounts", async () => {
  await using bank = await Fixture.open(projection);
  await bank.put({
    accounts: [{ id: -1n, customer_id: -1n, kind: 'current', currency: 'CHF' }],
    ledger_lines: [{ ...line(1n, '1.0000', '1.0000', '2012-08-31'), account_id: -1n }],
  });
  expect((await bank.get('/account-months')).data).toEqual([]);
});
