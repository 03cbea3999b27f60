import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { queryParameters } from './query-string.ts';

const known = ['after', 'limit'];

describe('queryParameters', () => {
  it('reads back whatever URLSearchParams writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (after, limit) => {
        const url = `/accounts?${new URLSearchParams({ after, limit })}`;
        expect(queryParameters(url, known)).toEqual(
          new Map([
            ['after', after],
            ['limit', limit],
          ]),
        );
      }),
    );
  });

  it('has none without a query', () => {
    for (const url of ['/accounts', '/accounts?', '/accounts?&&']) expect(queryParameters(url, [])).toEqual(new Map());
  });

  it('says what is wrong', () => {
    expect(queryParameters('/a?x=1', known)).toBe('the parameters here are after and limit');
    expect(queryParameters('/a?x=1', [])).toBe('this path takes no parameters');
    expect(queryParameters('/a?limit=1&limit=1', known)).toBe("'limit' comes more than once");
    for (const broken of ['limit=%', 'limit=%FF', '%zz=1', 'after=%C0%AF']) {
      expect(queryParameters(`/a?${broken}`, known)).toBe('the query is not percent-encoded UTF-8');
    }
  });
});
