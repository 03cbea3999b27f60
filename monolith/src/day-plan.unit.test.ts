import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Action, Ref } from './day-kinds.ts';
import { planDay } from './day-plan.ts';
import type { Population } from './day-population.ts';

const PEOPLE: Population = {
  accounts: [1n, 2n, 3n, 4n].map((id) => ({ id, currency: id === 4n ? 'CHF' : 'EUR', customerId: id })),
  customers: [1n, 2n, 3n, 4n],
  cards: [1n, 2n],
  logins: [{ name: 'ann', customerId: 1n }],
  merchants: [1n],
  branches: ['Filiale Graz', 'Filiale Wien-1'],
  standingOrders: [1n],
};

function take(seed: number, count: number): Action[] {
  const next = planDay(seed, PEOPLE, (id) => `secret-${id}`);
  return Array.from({ length: count }, () => next());
}

describe('the actions of a day', () => {
  it('are the same for the same seed, others for another', () => {
    expect(take(7, 800)).toEqual(take(7, 800));
    expect(take(7, 800)).not.toEqual(take(8, 800));
  });

  it('are of every kind', () => {
    expect(new Set(take(1, 10_000).map(({ kind }) => kind)).size).toBe(32);
  });

  it('name only what an earlier action made, and end it once', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const ended = new Set<number>();
        const made = (ref: Ref | undefined) => (typeof ref === 'object' && ref !== null ? ref.made : undefined);
        for (const action of take(seed, 600)) {
          const refs = Object.values(action).flatMap((value) => made(value as Ref) ?? []);
          for (const ref of refs) expect(ref).toBeLessThan(action.number);
          if (action.kind !== 'settle' && action.kind !== 'reverse') continue;
          const authorisation = made(action.authorisation)!;
          expect(ended.has(authorisation)).toBe(false);
          ended.add(authorisation);
        }
      }),
      { numRuns: 20 },
    );
  });
});
