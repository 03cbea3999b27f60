import { describe, expect, it } from '@jest/globals';
import { accountRoutes } from './accounts.ts';
import { answered as answeredBy } from './testing-answered.ts';

const account = {
  id: '7',
  customer_id: '9007199254740993',
  iban: 'DE00',
  kind: 'savings',
  currency: 'EUR',
  balance: '12.5000',
  opened_at: '2012-01-02 03:04:05.000006',
  closed_at: null,
};
const line = {
  id: '70',
  transfer_id: null,
  amount: '1.0000',
  balance_after: '1.0000',
  purpose: null,
  booked_at: '2012-01-02 03:04:05.000000',
};

describe('routes of accounts', () => {
  const answered = (name: string, params: Record<string, string>, query: string, rows: Record<string, unknown>) =>
    answeredBy(accountRoutes, name, params, query, rows);

  it('show an account as the bank does: ids as numbers where they fit, times in RFC 3339', async () => {
    expect(await answered('account', { id: '7' }, '', { '/accounts/7': account })).toEqual({
      asked: ['accounts /accounts/7'],
      status: 200,
      body: {
        ...{
          id: 7,
          customerId: '9007199254740993',
          iban: 'DE00',
          kind: 'savings',
          currency: 'EUR',
          balance: '12.5000',
        },
        ...{ openedAt: '2012-01-02T03:04:05.000006Z', closedAt: null },
      },
    });
  });

  it('page through a list, and say where it goes on', async () => {
    const list = await answered('accounts', {}, 'limit=1&after=6', { '/accounts': [account] });
    expect(list.asked).toEqual(['accounts /accounts?limit=1&after=6']);
    expect(list.body).toMatchObject({ accounts: [{ id: 7 }], next: 7 });
    expect((await answered('accounts', {}, '', { '/accounts': [account] })).body.next).toBeNull();
  });

  it('tell an account without lines from one that is not there', async () => {
    const rows = { '/ledger-lines': [line] };
    expect((await answered('ledger', { id: '7' }, '', rows)).body).toMatchObject({
      account: 7,
      lines: [{ id: 70, transferId: null }],
    });
    const empty = await answered('ledger', { id: '7' }, 'after=70', { '/ledger-lines': [], '/accounts/7': account });
    expect(empty.body).toEqual({ account: 7, lines: [], next: null });
    expect(empty.asked).toEqual(['accounts /ledger-lines?account_id=7&limit=50&after=70', 'accounts /accounts/7']);
    expect((await answered('ledger', { id: '7' }, '', { '/ledger-lines': [] })).status).toBe(404);
  });

  it.each(['limit=0', 'limit=501', 'limit=x', 'after=-1', 'after=01', 'after=9223372036854775808'])(
    'leave ?%s to the bank, which refuses it in its own words',
    async (query) => {
      expect(await answered('ledger', { id: '7' }, query, {})).toMatchObject({ asked: [], status: undefined });
    },
  );
});
