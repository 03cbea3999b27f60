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

it('finds customers by how their names begin, in the bank’s collation and in the order of their ids', async () => {
  await using bank = await Fixture.open(projection);
  const names = ['Zoë 🌻 Öztürk', 'ZOE', 'zo', '50%_off', '50 off', 'Weiß', 'zo\u0308e', 'Zoé Étienne'];
  await bank.put({ customers: names.map((name, at) => ({ id: BigInt(at + 1), name, email: `${at}@example.org` })) });
  const found = async (beginning: string, more = '') => {
    const characters = [...beginning].length;
    const query = `beginning=${encodeURIComponent(beginning)}&characters=${characters}${more}`;
    const { data } = await bank.get(`/name-beginnings?${query}`);
    return (data as { customer_id: string }[]).map(({ customer_id }) => Number(customer_id));
  };
  expect(await found('zoe')).toEqual([1, 2, 8]);
  expect(await found('ZÖ')).toEqual([1, 2, 3, 7, 8]);
  expect(await found('zoe', '&limit=2&after=1%2F3')).toEqual([2, 8]);
  // What comes behind is another character, or is none at all: a blank at the end, an accent of its own.
  expect(await found('zoë ')).toEqual([1, 7, 8]);
  expect(await found('zoe 🌻 o')).toEqual([1]);
  expect([await found('50%'), await found('50_'), await found('%')]).toEqual([[4], [], []]);
  expect(await found('zo\u0308e')).toEqual([1, 7, 8]);
  expect([await found('Weiß'), await found('Weis'), await found('Weiss')]).toEqual([[6], [], []]);
  await bank.put({ customers: [{ id: 2n, name: 'Anna' }] });
  expect([await found('zoe'), await found('anna')]).toEqual([[1, 8], [2]]);
  await bank.remove({ customers: [{ id: 1n }] });
  expect(await found('zoe')).toEqual([8]);
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
