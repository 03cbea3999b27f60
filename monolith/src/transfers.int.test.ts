import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Transfer } from './booked-transfers.ts';
import { codeOf, openTestBank, type TestBank, unbalancedAccounts } from './test-bank.ts';

let bank: TestBank;

beforeAll(async () => {
  bank = await openTestBank([
    { id: 1, balance: '100.0000' },
    { id: 2, balance: '0.0000' },
    { id: 3, balance: '50.0000', currency: 'CHF' },
    { id: 4, balance: '0.0000', closed: true },
    { id: 5, balance: '999999999999999.9999' },
  ]);
});
afterAll(() => bank?.end());

async function booked() {
  return {
    transfers: await bank.database.query('SELECT * FROM transfers ORDER BY id'),
    lines: await bank.database.query('SELECT * FROM ledger_lines ORDER BY id'),
    accounts: await bank.database.query('SELECT id, balance FROM accounts ORDER BY id'),
  };
}

describe('POST /transfers', () => {
  it('moves money and writes one transfer, two balances, two ledger lines', async () => {
    const answer = await bank.post({ from: 1, to: 2, amount: '12.5', purpose: "Zoë's 🍕; DROP TABLE accounts -- \\" });
    expect(answer.status).toBe(201);
    const transfer = answer.body as Transfer;
    expect(transfer).toEqual({
      id: expect.any(Number),
      reference: expect.stringMatching(/^[0-9a-f-]{36}$/),
      from: 1,
      to: 2,
      amount: '12.5000',
      purpose: "Zoë's 🍕; DROP TABLE accounts -- \\",
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      balances: { from: '87.5000', to: '12.5000' },
    });
    const at = transfer.createdAt.replace('T', ' ').replace('Z', '');
    const { transfers, lines } = await booked();
    const [id, purpose] = [String(transfer.id), transfer.purpose];
    expect(transfers).toEqual([
      {
        id,
        reference: transfer.reference,
        from_account_id: '1',
        to_account_id: '2',
        amount: '12.5000',
        purpose,
        created_at: at,
      },
    ]);
    expect(lines.slice(-2)).toEqual([
      {
        id: expect.any(String),
        account_id: '1',
        transfer_id: id,
        amount: '-12.5000',
        balance_after: '87.5000',
        purpose,
        booked_at: at,
      },
      {
        id: expect.any(String),
        account_id: '2',
        transfer_id: id,
        amount: '12.5000',
        balance_after: '12.5000',
        purpose,
        booked_at: at,
      },
    ]);
    expect(await unbalancedAccounts(bank.database)).toEqual([]);
  });

  it('goes from the higher id to the lower one as well, down to the last ten-thousandth', async () => {
    const answer = await bank.post({ from: 2, to: 1, amount: '0.0001' });
    expect((answer.body as Transfer).balances).toEqual({ from: '12.4999', to: '87.5001' });
    expect((answer.body as Transfer).purpose).toBeNull();
  });

  it('empties an account but does not overdraw it', async () => {
    expect(await bank.post({ from: 2, to: 1, amount: '12.5' }).then(codeOf)).toBe('insufficient_funds');
    expect((await bank.post({ from: 2, to: 1, amount: '12.4999' })).body).toMatchObject({
      balances: { from: '0.0000' },
    });
  });

  it('is exact where a double is not', async () => {
    const answer = await bank.post({ from: 5, to: 2, amount: '900000000000000.0001' });
    expect(answer.body).toMatchObject({ balances: { from: '99999999999999.9998', to: '900000000000000.0001' } });
    const back = await bank.post({ from: 2, to: 5, amount: '900000000000000.0001' });
    expect(back.body).toMatchObject({ balances: { from: '0.0000', to: '999999999999999.9999' } });
  });
});

describe('a refused transfer', () => {
  let before: Awaited<ReturnType<typeof booked>>;
  beforeEach(async () => {
    before = await booked();
  });

  it.each([
    ['too much', { from: 1, to: 2, amount: '100.0001' }, 422, 'insufficient_funds'],
    ['from a closed account', { from: 4, to: 1, amount: '1' }, 422, 'account_closed'],
    ['to a closed account', { from: 1, to: 4, amount: '1' }, 422, 'account_closed'],
    ['to another currency', { from: 1, to: 3, amount: '1' }, 422, 'currency_mismatch'],
    ['more than an account can hold', { from: 1, to: 5, amount: '1' }, 422, 'balance_limit'],
    ['from no account', { from: 77, to: 1, amount: '1' }, 404, 'unknown_account'],
    ['to no account', { from: 1, to: '9223372036854775807', amount: '1' }, 404, 'unknown_account'],
    ['to the same account', { from: 1, to: 1, amount: '1' }, 400, 'bad_request'],
  ])('%s: books nothing and says why', async (_what, order, status, code) => {
    const answer = await bank.post(order);
    expect([answer.status, answer.body]).toEqual([status, { error: { code, message: expect.any(String) } }]);
    expect(await booked()).toEqual(before);
  });
});

describe('a repeated reference', () => {
  const order = { from: 1, to: 2, amount: '1.25', purpose: 'Rent', reference: 'rent-2012-07' };

  it('answers the first transfer, with the balances of then, and books nothing', async () => {
    const first = await bank.post(order);
    expect([first.status, (first.body as Transfer).reference]).toEqual([201, 'rent-2012-07']);
    await bank.post({ from: 1, to: 2, amount: '1' });
    const before = await booked();
    const again = await bank.post(order);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await booked()).toEqual(before);
  });

  it('is refused for a different order', async () => {
    const before = await booked();
    for (const change of [{ amount: '1.26' }, { to: 5 }, { from: 2, to: 1 }, { purpose: 'rent' }]) {
      const answer = await bank.post({ ...order, ...change });
      expect([answer.status, codeOf(answer)]).toEqual([409, 'reference_in_use']);
    }
    expect(await booked()).toEqual(before);
  });

  it('is another one in capitals', async () => {
    expect((await bank.post({ ...order, reference: 'RENT-2012-07' })).status).toBe(201);
  });

  it('can come as an Idempotency-Key', async () => {
    const send = () =>
      fetch(`${bank.url}/transfers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'key.1' },
        body: JSON.stringify({ from: 1, to: 2, amount: '1' }),
      });
    const [first, second] = [await send(), await send()];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(await second.json()).toEqual(await first.json());
  });
});
