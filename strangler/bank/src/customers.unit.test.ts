import { describe, expect, it } from '@jest/globals';
import { customerRoutes } from './customers.ts';
import { answered } from './testing-answered.ts';

const customer = {
  customer_id: '7',
  name: 'Zoë 🌻 Öztürk',
  email: 'zoe@example.org',
  city: 'Köln',
  street: 'Ring 1',
  postcode: '50667',
  status: 'active',
  birth_date: null,
  created_at: '2012-01-02 10:00:00.500000',
  open_accounts: '1',
};
const account = {
  id: '70',
  customer_id: '7',
  iban: 'DE70',
  kind: 'current',
  currency: 'EUR',
  balance: '1.0000',
  opened_at: '2012-01-02 10:00:01.000002',
  closed_at: '2012-06-30 12:00:00.000001',
};

describe('the route of a customer', () => {
  const asking = (rows: Readonly<Record<string, unknown>>) =>
    answered(customerRoutes, 'customer', { id: '7' }, '', rows);

  it('tells in the bank’s very words who he is, and of all his accounts, closed ones too', async () => {
    const { asked, status, body } = await asking({ '/customers/7': customer, '/accounts': [account] });
    expect(asked).toEqual(['customer-search /customers/7', 'accounts /accounts?customer_id=7&limit=1000']);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toBe(
      '{"id":7,"name":"Zoë 🌻 Öztürk","email":"zoe@example.org","city":"Köln","createdAt":"2012-01-02T10:00:00.500000Z",' +
        '"accounts":[{"id":70,"customerId":7,"iban":"DE70","kind":"current","currency":"EUR","balance":"1.0000",' +
        '"openedAt":"2012-01-02T10:00:01.000002Z","closedAt":"2012-06-30T12:00:00.000001Z"}]}',
    );
  });

  it('tells of one without accounts, and of none', async () => {
    expect((await asking({ '/customers/7': customer, '/accounts': [] })).body).toMatchObject({ accounts: [] });
    expect(await asking({})).toMatchObject({
      asked: ['customer-search /customers/7'],
      status: 404,
      body: { error: { code: 'unknown_customer', message: 'there is no customer 7; check the number' } },
    });
  });

  it('leaves to the bank whose accounts may be more than a service tells at once', async () => {
    const rows = { '/customers/7': customer, '/accounts': Array(1000).fill(account) };
    expect((await asking(rows)).status).toBeUndefined();
  });
});

describe('the route of a search', () => {
  const asking = (query: string, rows: Readonly<Record<string, unknown>> = { '/name-beginnings': [] }) =>
    answered(customerRoutes, 'customer-search', {}, query, rows);
  const row = {
    customer_id: '7',
    characters: 3,
    beginning: 'Zoë',
    name: 'Zoë 🌻',
    email: 'zoe@example.org',
    city: 'Köln',
  };

  it('tells in the bank’s very words who is found, and where the list goes on', async () => {
    const { asked, body } = await asking('name=zoe&limit=1&after=6', { '/name-beginnings': [row] });
    expect(asked).toEqual(['customer-search /name-beginnings?beginning=zoe&characters=3&limit=1&after=6%2F3']);
    expect(JSON.stringify(body)).toBe(
      '{"customers":[{"id":7,"name":"Zoë 🌻","email":"zoe@example.org","city":"Köln"}],"next":7}',
    );
    expect((await asking('name=zoe', { '/name-beginnings': [row] })).body.next).toBeNull();
    expect((await asking('name=zoe')).body).toEqual({ customers: [], next: null });
  });

  it('counts characters as the bank does, and passes on what means something to others', async () => {
    expect((await asking(`name=${encodeURIComponent('🌻 %_&+')}`)).asked).toEqual([
      'customer-search /name-beginnings?beginning=%F0%9F%8C%BB+%25_%26%2B&characters=6&limit=20&after=0%2F6',
    ]);
  });

  it.each([
    '',
    'name=',
    `name=${'a'.repeat(121)}`,
    'name=a%00',
    'name=a%0Ab',
    'name=%C3',
    'name=%EF%BF%BD',
    'name=a&limit=101',
    'name=a&limit=0',
    'name=a&after=-1',
  ])('leaves ?%s to the bank', async (query) => {
    expect(await asking(query)).toMatchObject({ asked: [], status: undefined });
  });
});
