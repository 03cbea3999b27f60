import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare } from './compare.ts';
import type { Tolerances } from './tolerances.ts';

const json = (value: unknown) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(value) });
const differences = (one: unknown, other: unknown, tolerances: Tolerances) =>
  compare(json(one), json(other), tolerances);
const places = (one: unknown, other: unknown, tolerances: Tolerances) =>
  differences(one, other, tolerances).map(({ place }) => place);

describe('arrays whose order says nothing', () => {
  const unordered = { unordered: ['/lines', '/lines/*/tags'] };

  it('match each element of an unordered array with one equal element', () => {
    expect(places({ lines: [1, 2, 2] }, { lines: [2, 1, 2] }, unordered)).toEqual([]);
    expect(places({ lines: [1, 2, 2] }, { lines: [2, 1, 1] }, unordered)).toEqual(['/lines/2']);
    expect(places({ lines: [1, 1] }, { lines: [1] }, unordered)).toEqual(['/lines/1']);
    expect(places({ lines: [1] }, { lines: [1, 1] }, unordered)).toEqual(['/lines/1']);
    expect(
      places(
        { lines: [{ tags: ['a', 'b'] }, { tags: ['c', 'd'] }] },
        { lines: [{ tags: ['d', 'c'] }, { tags: ['b', 'a'] }] },
        unordered,
      ),
    ).toEqual([]);
    expect(places({ lines: [] }, { lines: {} }, unordered)).toEqual(['/lines']);
    const times = { unordered: ['/lines'], formats: { '/lines/*': 'instant' } } as const;
    expect(places({ lines: ['1970-01-01T00:00:00Z'] }, { lines: ['0.'] }, times)).toEqual(['/lines/0']);
  });

  it('pair the elements that are left by what identifies them', () => {
    const one = {
      lines: [
        { amount: 1, id: 1 },
        { amount: 2, id: 2 },
        { amount: 3, id: 3 },
      ],
    };
    const other = {
      lines: [
        { amount: 3, id: 3 },
        { amount: 4, id: 2 },
        { amount: 4, id: 1 },
        { amount: 4, id: 9 },
      ],
    };
    expect(differences(one, other, unordered)).toEqual([
      { kind: '/lines/-/amount', place: '/lines/0/amount', monolith: '1', candidate: '4' },
      { kind: '/lines/-/amount', place: '/lines/1/amount', monolith: '2', candidate: '4' },
      { kind: '/lines/-', place: '/lines/3', monolith: null, candidate: '{"amount":4,"id":9}' },
    ]);
  });

  it('pair them by nothing that is ignored', () => {
    const lines = (ids: readonly number[], amount: number) => ({
      lines: ids.map((id, seen) => ({ seen, id, amount })),
    });
    const tolerances = { ...unordered, ignored: ['/lines/*/seen'] };
    expect(places(lines([1, 2], 1), lines([2, 1], 2), tolerances)).toEqual(['/lines/0/amount', '/lines/1/amount']);
  });

  it('are not quadratic for equal elements, nor for different ones', () => {
    const many = (value: unknown, count = 10_000) => ({ lines: Array(count).fill(value) });
    const start = performance.now();
    expect(places(many({ a: 1 }), many({ a: 1 }, 10_001), unordered)).toEqual(['/lines/10000']);
    expect(places(many({ a: 1 }), many({ a: 2 }), unordered)).toHaveLength(50);
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('say the same of an unordered array however it is shuffled, with formats and ignored fields inside', () => {
    const element = fc.record({ id: fc.nat(3), amount: fc.nat(2), seen: fc.nat() });
    const tolerances: Tolerances = {
      unordered: ['/lines'],
      ignored: ['/lines/*/seen'],
      formats: { '/lines/*/id': 'id', '/lines/*/amount': 'decimal' },
    };
    const otherwise = ({ id, amount }: { id: number; amount: number }) => ({ amount: `${amount}.00`, id: `${id}` });
    const lists = fc.array(element).chain((list) => fc.tuple(fc.constant(list), shuffled(list), fc.array(element)));
    fc.assert(
      fc.property(lists, ([list, again, another]) => {
        expect(places({ lines: list }, { lines: again.map(otherwise) }, tolerances)).toEqual([]);
        const same = bag(list) === bag(another);
        expect(places({ lines: list }, { lines: another.map(otherwise) }, tolerances).length === 0).toBe(same);
      }),
    );
    function bag(list: readonly { id: number; amount: number }[]): string {
      return list
        .map(({ id, amount }) => `${id}:${amount}`)
        .sort()
        .join();
    }
  });
});

function shuffled<T>(list: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...list], { minLength: list.length });
}
