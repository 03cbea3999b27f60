import { explore, Fixture, put, remove, scenario, tx } from '@banyan/kit/testkit';
import { expect, it } from '@jest/globals';
import { projection } from './projection.ts';

it('finds a customer by what is known of him now, in whichever table it changed', async () => {
  await using bank = await Fixture.open(projection);
  await bank.put({
    customers: [{ id: 7n, name: 'Ada', city: 'Bern' }],
    addresses: [
      { customer_id: 7n, kind: 'home', postcode: '3011' },
      { customer_id: 7n, kind: 'work', postcode: '8001' },
    ],
    customer_profiles: [{ customer_id: 7n, status: 'active' }],
    accounts: [
      { id: 1n, customer_id: 7n },
      { id: 2n, customer_id: 7n, closed_at: '2012-09-01 00:00:00.000000' },
    ],
  });
  expect((await bank.get('/customers?name=ada&status=active')).data).toMatchObject([
    { customer_id: '7', postcode: '3011', open_accounts: '1' },
  ]);
  expect((await bank.get('/customers?postcode=8001')).data).toEqual([]);

  await bank.put({ addresses: [{ customer_id: 7n, kind: 'home', postcode: '4051' }] });
  expect((await bank.get('/customers?postcode=3011')).data).toEqual([]);
  await bank.put({ accounts: [{ id: 2n, closed_at: null }] });
  await bank.remove({ addresses: [{ customer_id: 7n, kind: 'home' }] });
  expect((await bank.get('/customers/7')).data).toMatchObject({ postcode: null, open_accounts: '2' });
  await bank.remove({ customers: [{ id: 7n }] });
  expect((await bank.get('/customers/7')).status).toBe(404);
});

it('is what its SELECT gives at every commit, in whatever order changes come and wherever they are interrupted', async () => {
  const moved = scenario(projection, {
    given: { customers: [{ id: 7n, name: 'Ada' }], addresses: [{ customer_id: 7n, kind: 'home', postcode: '3011' }] },
    when: [
      tx(
        put({
          addresses: [{ customer_id: 7n, kind: 'home', postcode: '4051' }],
          accounts: [{ id: 1n, customer_id: 7n }],
        }),
      ),
      tx(remove({ addresses: [{ customer_id: 7n, kind: 'home' }] }), put({ customers: [{ id: 8n, name: 'Ben' }] })),
    ],
    readModel: {
      found_customers: [
        { customer_id: 7n, name: 'Ada', postcode: null, open_accounts: 1n },
        { customer_id: 8n, name: 'Ben', open_accounts: 0n },
      ],
    },
  });
  await explore(moved, { runs: 20, store: 'database' });
});
