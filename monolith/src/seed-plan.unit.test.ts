import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ibanOf, ibanRemainder } from './iban.ts';
import { readMoney } from './money.ts';
import { createPrng } from './prng.ts';
import { planSeed } from './seed-plan.ts';

describe('the seed plan', () => {
  const plan = planSeed(1, 1_000);

  it('is the same for the same seed, another for another', () => {
    expect(planSeed(1, 1_000)).toEqual(plan);
    expect(planSeed(2, 1_000)).not.toEqual(plan);
  });

  it('begins a larger bank with the customers of a smaller one', () => {
    const small = planSeed(1, 40);
    expect(plan.customers.slice(0, 40)).toEqual(small.customers);
    expect(plan.accounts.slice(0, small.accounts.length)).toEqual(small.accounts);
  });

  it('gives every customer one or two accounts, current first', () => {
    const owned = Map.groupBy(plan.accounts, (account) => account.customerId);
    expect(owned.size).toBe(1_000);
    const kinds = new Set([...owned.values()].map((accounts) => accounts.map((account) => account.kind).join()));
    expect(kinds).toEqual(new Set(['current', 'current,savings']));
  });

  it('makes IBANs and mail addresses that are different and well formed', () => {
    expect(new Set(plan.accounts.map((account) => account.iban)).size).toBe(plan.accounts.length);
    expect(plan.accounts.every((account) => ibanRemainder(account.iban) === 1n)).toBe(true);
    expect(new Set(plan.customers.map((customer) => customer.email)).size).toBe(1_000);
    for (const { email } of plan.customers) expect(email).toMatch(/^[a-z]+\.[a-z]+\.[0-9]+@example\.org$/);
  });

  it('has names with umlauts and with emoji, closed accounts without money, sums below the cent', () => {
    expect(plan.customers.some((customer) => /[äöü]/.test(customer.name))).toBe(true);
    expect(plan.customers.some((customer) => /\p{Extended_Pictographic}/u.test(customer.name))).toBe(true);
    const closed = plan.accounts.filter((account) => account.closedAt !== null);
    expect(closed.length).toBeGreaterThan(0);
    expect(closed.every((account) => account.balance === '0.0000' && account.closedAt! > account.openedAt)).toBe(true);
    expect(plan.accounts.some((account) => readMoney(account.balance) % 100n !== 0n)).toBe(true);
    expect(plan.accounts.every((account) => readMoney(account.balance) >= 0n)).toBe(true);
  });

  it('writes times as DATETIME(6)', () => {
    const times = plan.accounts.flatMap((account) => [account.openedAt, account.closedAt ?? account.openedAt]);
    for (const time of times) expect(time).toMatch(/^(199|20[01])\d{1,2}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
  });
});

describe('an IBAN', () => {
  it('has the check digits of the published example', () => {
    // ISO 13616 registry: DE89 3704 0044 0532 0130 00
    expect(ibanRemainder('DE89370400440532013000')).toBe(1n);
    expect(ibanRemainder('DE88370400440532013000')).not.toBe(1n);
  });

  it('is right and has the length of its country for every account number', () => {
    const lengths = { DE: 22, AT: 20, CH: 21 };
    fc.assert(
      fc.property(fc.constantFrom('DE', 'AT', 'CH'), fc.integer({ min: 1, max: 1_000_000 }), (country, n) => {
        const iban = ibanOf(country, n);
        expect(ibanRemainder(iban)).toBe(1n);
        expect(iban).toHaveLength(lengths[country]);
      }),
    );
  });
});

describe('the random numbers', () => {
  it('are those of mulberry32', () => {
    const prng = createPrng(1);
    expect([prng.next(), prng.next()]).toEqual([0.6270739405881613, 0.002735721180215478]);
  });

  it('stay within their bounds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -50, max: 50 }), fc.nat({ max: 20 }), (seed, low, span) => {
        const prng = createPrng(seed);
        for (let n = 0; n < 20; n += 1) {
          const number = prng.between(low, low + span);
          expect(number >= low && number <= low + span && Number.isInteger(number)).toBe(true);
        }
      }),
    );
  });
});
