import { describe, expect, it } from '@jest/globals';
import { customerOverview } from './customer-overview.ts';
import { answer } from './testing-answered.ts';

const person = {
  customer_id: '7',
  name: '<b>Zoë</b> & "Co"',
  email: "o'z@example.org",
  city: 'Köln',
  street: 'Ring 1',
  postcode: '50667',
  status: 'active',
  birth_date: '1970-02-28',
  created_at: '2012-01-02 10:00:00.500000',
};
const account = (id: string, closed_at: string | null = null) => ({
  ...{ id, iban: `DE${id}`, kind: 'current', currency: 'EUR', balance: '75.0000', closed_at },
});
const month = (account_id: string, month: string) => ({
  ...{ account_id, month, turnover_in: '5.0000', turnover_out: '30.0000', line_count: '2', balance: '75.0000' },
});

describe('the page of a customer', () => {
  const asking = (rows: Readonly<Record<string, unknown>>) =>
    answer([customerOverview], 'customer-overview', { id: '7' }, '', rows);

  it('is the bank’s very page, with nothing in it as HTML that is text, and asked for in the order of the bank', async () => {
    const { asked, answer } = await asking({
      '/customers/7': person,
      '/accounts': [account('70'), account('71', '2012-06-30 12:00:00.000001')],
      '/account-months': [month('70', '2012-08'), month('70', '2012-09'), month('72', '2012-09')],
    });
    expect(asked).toEqual([
      'customer-search /customers/7',
      'accounts /accounts?customer_id=7&limit=1000',
      'account-overview /account-months?customer_id=7&limit=1000',
    ]);
    expect(answer).toEqual({
      status: 200,
      contentType: 'text/html; charset=utf-8',
      fields: {
        'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      },
      body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Customer 7</title></head>
<body><h1>Customer 7</h1><table><tr><td>name</td><td>&lt;b&gt;Zoë&lt;/b&gt; &amp; &quot;Co&quot;</td></tr><tr><td>status</td><td>active</td></tr><tr><td>born</td><td>1970-02-28</td></tr>
<tr><td>home</td><td>Ring 1, 50667</td></tr><tr><td>city</td><td>Köln</td></tr><tr><td>email</td><td>o&#39;z@example.org</td></tr><tr><td>since</td><td>2012-01-02</td></tr></table>
<h2>DE70</h2><p>current, 75.0000 EUR</p>
<table><tr><td>month</td><td>in</td><td>out</td><td>lines</td><td>balance</td></tr><tr><td>2012-09</td><td>5.0000</td><td>30.0000</td><td>2</td><td>75.0000</td></tr><tr><td>2012-08</td><td>5.0000</td><td>30.0000</td><td>2</td><td>75.0000</td></tr></table>
<h2>DE71</h2><p>current, 75.0000 EUR, closed on 2012-06-30</p>
<table><tr><td>month</td><td>in</td><td>out</td><td>lines</td><td>balance</td></tr></table></body></html>
`,
    });
  });

  it('is empty where nothing is known', async () => {
    const bare = { ...person, street: null, postcode: null, status: null, birth_date: null };
    const { answer } = await asking({ '/customers/7': bare, '/accounts': [], '/account-months': [] });
    expect(answer!.body).toContain(
      '<td>status</td><td></td></tr><tr><td>born</td><td></td></tr>\n<tr><td>home</td><td></td>',
    );
    expect(answer!.body).not.toContain('<h2>');
  });

  it('is none for nobody, which the bank says in JSON, and left to the bank where a service may know more', async () => {
    expect((await asking({})).answer).toEqual({
      status: 404,
      contentType: 'application/json; charset=utf-8',
      body: '{"error":{"code":"unknown_customer","message":"there is no customer 7; check the number"}}',
    });
    const rows = {
      '/customers/7': person,
      '/accounts': [],
      '/account-months': Array(1000).fill(month('70', '2012-08')),
    };
    expect((await asking(rows)).answer).toBeNull();
    const many = { '/customers/7': person, '/accounts': Array(1000).fill(account('70')), '/account-months': [] };
    expect((await asking(many)).answer).toBeNull();
  });
});
