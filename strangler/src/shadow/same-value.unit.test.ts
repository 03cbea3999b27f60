import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare } from './compare.ts';
import { type Json, readJson } from './json-value.ts';
import { rulesOf } from './rules.ts';
import { identity } from './same-value.ts';
import type { Tolerances } from './tolerances.ts';

const json = (value: unknown) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(value) });
const differences = (one: unknown, other: unknown, tolerances: Tolerances) =>
  compare(json(one), json(other), tolerances);
const places = (one: unknown, other: unknown, tolerances: Tolerances) =>
  differences(one, other, tolerances).map(({ place }) => place);

describe('identity', () => {
  it('is one for two values exactly when there is no difference between them', () => {
    const key = fc.constantFrom('a', 'b', '0', '1');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(1, '1', '1.0', null, '1970-01-01T00:00:00Z', '0.'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const pair = fc.oneof(
      fc.tuple(value, value),
      value.map((one) => [one, otherwise(one)] as const),
    );
    const place = fc
      .array(fc.constantFrom('a', 'b', '0', '*'), { maxLength: 3 })
      .map((parts) => parts.map((p) => `/${p}`).join(''));
    const tolerances = fc.record({
      ignored: fc.array(place, { maxLength: 2 }),
      unordered: fc.array(
        place.map((text) => text.replaceAll('0', '*')),
        { maxLength: 2 },
      ),
      formats: fc.dictionary(place, fc.constantFrom('decimal' as const, 'id' as const, 'instant' as const), {
        maxKeys: 2,
      }),
    });
    fc.assert(
      fc.property(pair, tolerances, ([one, other], declared) => {
        fc.pre(isRight(declared));
        const rules = rulesOf(declared);
        const [mine, theirs] = [one, other].map((v) => identity(readJson(JSON.stringify(v)) as Json, rules));
        if (!rules.ignored) expect(places(one, other, declared).length === 0).toBe(mine === theirs);
        expect(places(one, other, declared).length === 0).toBe(places(other, one, declared).length === 0);
      }),
      { numRuns: 2000 },
    );
  });
});

/** With lists in the other order, and numbers as text. */
function otherwise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(otherwise).reverse();
  if (typeof value !== 'object' || value === null) return typeof value === 'number' ? `${value}` : value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, otherwise(inner)]));
}

function isRight(tolerances: Tolerances): boolean {
  try {
    rulesOf(tolerances);
    return true;
  } catch {
    return false;
  }
}
