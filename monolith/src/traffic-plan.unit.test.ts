import { describe, expect, it } from '@jest/globals';
import type { Account } from './accounts.ts';
import { parseOrder } from './requests.ts';
import { planOrders, TooFewAccounts } from './traffic-plan.ts';

function account(id: number, currency: string, closedAt: string | null = null): Account {
  const rest = { customerId: 1, iban: `DE${id}`, kind: 'current', balance: '1.0000', openedAt: '2012-01-02T10:00:00Z' };
  return { id, currency, closedAt, ...rest } as Account;
}

const ACCOUNTS = [
  account(1, 'EUR'),
  account(2, 'EUR'),
  account(3, 'EUR', '2012-02-01T10:00:00Z'),
  account(4, 'CHF'),
  account(5, 'EUR'),
  account(6, 'CHF'),
  account(7, 'USD'),
];

function take(count: number, seed: number) {
  const next = planOrders(seed, ACCOUNTS);
  return Array.from({ length: count }, () => next());
}

describe('the orders of a day', () => {
  it('are the same for the same seed, others for another', () => {
    expect(take(500, 7)).toEqual(take(500, 7));
    expect(take(500, 7)).not.toEqual(take(500, 8));
  });

  it('are well formed', () => {
    for (const order of take(2_000, 7)) expect(parseOrder(order, undefined).amount).toBeGreaterThan(0n);
  });

  it('stay within one currency, between different open accounts, and reach all of them', () => {
    const orders = take(2_000, 7);
    const currencies = new Map(ACCOUNTS.map((one) => [one.id, one.currency]));
    expect(orders.every((order) => order.from !== order.to)).toBe(true);
    expect(orders.every((order) => currencies.get(order.from) === currencies.get(order.to))).toBe(true);
    const open = new Set([1, 2, 4, 5, 6]);
    expect(new Set(orders.map((order) => order.from))).toEqual(open);
    expect(new Set(orders.map((order) => order.to))).toEqual(open);
  });

  it('have purposes with and without emoji, and some have none', () => {
    const purposes = new Set(take(500, 7).map((order) => order.purpose));
    expect(purposes.has(undefined) && purposes.has('Rent') && purposes.has('Pizza 🍕')).toBe(true);
  });

  it('need two accounts that can pay each other', () => {
    expect(() => planOrders(1, [account(1, 'EUR'), account(2, 'CHF')])).toThrow(TooFewAccounts);
    expect(() => planOrders(1, [])).toThrow('node src/main.ts seed');
  });
});
