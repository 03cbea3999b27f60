import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, openTestBank, type TestBank } from './test-bank.ts';

let bank: TestBank;
beforeAll(async () => {
  bank = await openTestBank([
    { id: 1, balance: '100.0000' },
    { id: 2, balance: '0.0000', closed: true },
    { id: 3, balance: '5.0000' },
  ]);
  await bank.database.query(
    "INSERT INTO accounts VALUES (9007199254740993, 1, 'DE9', 'savings', 'EUR', 1, '2012-01-02 00:00:00', NULL)",
  );
});
afterAll(() => bank?.end());

const first = {
  id: 1,
  customerId: 1,
  iban: 'DE1',
  kind: 'current',
  currency: 'EUR',
  balance: '100.0000',
  openedAt: '2012-01-02T10:00:01.000002Z',
  closedAt: null,
};

describe('reading', () => {
  it('shows an account, open or closed', async () => {
    expect((await bank.get('/accounts/1')).body).toEqual(first);
    expect((await bank.get('/accounts/2')).body).toMatchObject({ closedAt: '2012-06-30T12:00:00.000001Z' });
    expect(codeOf(await bank.get('/accounts/99'))).toBe('unknown_account');
  });

  it('shows an id that no number holds as text', async () => {
    const answer = await bank.get('/accounts/9007199254740993');
    expect(answer.body).toMatchObject({ id: '9007199254740993', kind: 'savings' });
    expect((await bank.post({ from: '9007199254740993', to: 1, amount: '1' })).body).toMatchObject({
      from: '9007199254740993',
    });
    expect((await bank.post({ from: 1, to: '9007199254740993', amount: '1' })).status).toBe(201);
  });

  it('shows a customer with all accounts', async () => {
    const answer = await bank.get('/customers/1');
    expect(answer.body).toMatchObject({
      id: 1,
      name: 'Zoë 🌻 Öztürk',
      email: 'zoe@example.org',
      city: 'Köln',
      createdAt: '2012-01-02T10:00:00.500000Z',
      accounts: [{ id: 1 }, { id: 2 }, { id: 3 }, { id: '9007199254740993' }],
    });
    expect(codeOf(await bank.get('/customers/2'))).toBe('unknown_customer');
  });

  it('lists accounts page by page', async () => {
    const page = (await bank.get('/accounts?limit=2')).body as { accounts: { id: number }[]; next: number };
    expect([page.accounts.map((account) => account.id), page.next]).toEqual([[1, 2], 2]);
    const rest = (await bank.get(`/accounts?limit=3&after=${page.next}`)).body as typeof page;
    expect([rest.accounts.map((account) => account.id), rest.next]).toEqual([[3, '9007199254740993'], null]);
  });

  it('shows a ledger page by page', async () => {
    for (let n = 1; n <= 4; n += 1) await bank.post({ from: 3, to: 1, amount: `0.0${n}`, purpose: `no. ${n}` });
    type Page = { lines: { id: number; amount: string; balanceAfter: string; purpose: string }[]; next: number | null };
    const read = async (query: string) => (await bank.get(`/accounts/3/ledger${query}`)).body as Page;
    const all = await read('');
    expect(all.lines.map((line) => [line.amount, line.balanceAfter, line.purpose])).toEqual([
      ['5.0000', '5.0000', 'Opening balance'],
      ['-0.0100', '4.9900', 'no. 1'],
      ['-0.0200', '4.9700', 'no. 2'],
      ['-0.0300', '4.9400', 'no. 3'],
      ['-0.0400', '4.9000', 'no. 4'],
    ]);
    expect(all.lines[0]).toMatchObject({ transferId: null, bookedAt: '2012-01-02T10:00:01.000002Z' });
    const page = await read('?limit=3');
    expect([page.lines, page.next]).toEqual([all.lines.slice(0, 3), all.lines[2]!.id]);
    const rest = await read(`?limit=3&after=${page.next}`);
    expect([rest.lines, rest.next]).toEqual([all.lines.slice(3), null]);
    expect(await read(`?after=${all.lines[4]!.id}`)).toEqual({ account: 3, lines: [], next: null });
    expect(codeOf(await bank.get('/accounts/99/ledger'))).toBe('unknown_account');
  });

  it('says that it is well', async () => {
    expect(await bank.get('/health')).toEqual({ status: 200, body: { status: 'ok' } });
  });
});
