import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare, mostDifferences } from './compare.ts';
import type { Tolerances } from './tolerances.ts';

const json = (body: string, contentType = 'application/json', status = 200) => ({ status, contentType, body });
const page = (body: string) => json(body, 'text/html; charset=utf-8');
const kinds = (one: string, other: string, tolerances: Tolerances = {}) =>
  compare(json(one), json(other), tolerances).map(({ kind }) => kind);

describe('compare', () => {
  it('says only that the status differs, when it does', () => {
    expect(compare(json('{"a":1}'), json('{}', 'application/problem+json', 404), {})).toEqual([
      { kind: 'status', place: 'status', monolith: '200', candidate: '404' },
    ]);
  });

  it.each([
    ['application/json', 'Application/JSON; Charset="UTF-8"; profile=x'],
    ['text/html; charset=utf-8', 'TEXT/HTML;charset=UTF8'],
    ['', ''],
  ])('finds the content types %j and %j the same', (one, other) => {
    expect(compare(json('1', one), json('1', other), {})).toEqual([]);
  });

  it.each([
    ['text/html; charset=utf-8', 'text/html'],
    ['text/html; charset=utf-8', 'text/html; charset=iso-8859-1'],
    ['application/json', 'application/json; charset=utf-16'],
    ['application/json', 'text/html'],
  ])('finds the content types %j and %j different', (one, other) => {
    expect(compare(json('1', one), json('1', other), {})).toEqual([
      { kind: 'content-type', place: 'content-type', monolith: JSON.stringify(one), candidate: JSON.stringify(other) },
    ]);
  });

  it('finds a page without the fields that say what may be done with it another page', () => {
    const policy = { 'content-security-policy': "default-src 'none'", 'cache-control': 'no-store' } as const;
    const [bare, guarded] = [page('<p>'), { ...page('<p>'), fields: policy }];
    expect(compare(guarded, { ...page('<p>'), fields: { ...policy } }, {})).toEqual([]);
    expect(compare({ ...bare, fields: {} }, bare, {})).toEqual([]);
    expect(compare(guarded, bare, {})).toEqual([
      { kind: 'cache-control', place: 'cache-control', monolith: '"no-store"', candidate: null },
      expect.objectContaining({ kind: 'content-security-policy', monolith: `"default-src 'none'"`, candidate: null }),
    ]);
    expect(compare(bare, { ...page('<b>'), fields: policy }, {}).map(({ kind }) => kind)).toEqual([
      'cache-control',
      'content-security-policy',
      'body',
    ]);
  });

  it('says nothing of bodies of which one is a page', () => {
    const expected = [expect.objectContaining({ kind: 'content-type' })];
    expect(compare(json('{"a":1}'), page('<p>'), {})).toEqual(expected);
    expect(compare(page('<p>'), json('{"a":1}'), {})).toEqual(expected);
  });

  it('compares JSON by meaning', () => {
    expect(kinds('{"a":1.0,"b":[1e0,"é"]}', ' {"b":[1,"\\u00e9"],\n"a":10e-1}')).toEqual([]);
    expect(kinds('[12345678901234567890]', '[12345678901234567891]')).toEqual(['/-']);
    expect(kinds('["é"]', '["e\\u0301"]')).toEqual(['/-']);
    expect(kinds('{"a":null}', '{}')).toEqual(['/a']);
    expect(kinds('{"a":1}', '{"a":"1"}')).toEqual(['/a']);
    expect(kinds('[[]]', '[{}]')).toEqual(['/-']);
    expect(kinds('1', '2')).toEqual(['body']);
    expect(kinds('{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}')).toEqual(['/__proto__/a']);
    expect(kinds('{"constructor":1}', '{}')).toEqual(['/constructor']);
  });

  it('says where, and what is there', () => {
    expect(compare(json('{"lines":[{"a/b~":1},{"-":"x"}]}'), json('{"lines":[{"a/b~":2}]}'), {})).toEqual([
      { kind: '/lines/-/a~1b~0', place: '/lines/0/a~1b~0', monolith: '1', candidate: '2' },
      { kind: '/lines/-', place: '/lines/1', monolith: '{"-":"x"}', candidate: null },
    ]);
  });

  it('takes bodies that are not read as JSON for the same only when they are the same text', () => {
    const twice = '{"a":1,"a":2}';
    expect(kinds(twice, twice)).toEqual([]);
    expect(compare(json(twice), json('{"a":2}'), {})).toEqual([
      { kind: 'body', place: 'body', monolith: JSON.stringify(twice), candidate: '{"a":2}' },
    ]);
    expect(kinds('{"a":1', '{"a":1}')).toEqual(['body']);
    const deep = '['.repeat(500_000);
    expect(kinds(`${deep}1`, `${deep}2`)).toEqual(['body']);
  });

  it('shows pages from where they differ', () => {
    const [found] = compare(page(`${'a'.repeat(1000)}<b>1</b>`), page(`${'a'.repeat(1000)}<b>2</b>`), {});
    expect(found).toEqual({
      kind: 'body',
      place: 'body',
      monolith: JSON.stringify(`…${'a'.repeat(37)}<b>1</b>`),
      candidate: JSON.stringify(`…${'a'.repeat(37)}<b>2</b>`),
    });
  });

  it('lists so many differences and no more, one for each place', () => {
    const list = (value: number) => JSON.stringify(Array(1000).fill({ a: value, b: value }));
    const found = compare(json(list(1)), json(list(2)), {});
    expect(found).toHaveLength(mostDifferences);
    expect(new Set(found.map(({ place }) => place)).size).toBe(mostDifferences);
  });

  it('shows values shortened, and nothing that a terminal obeys', () => {
    const [found] = compare(json(JSON.stringify({ 'a\u001b[2J': 'b' })), json(JSON.stringify({})), {});
    expect(found?.place).toBe('/a\\u001b[2J');
    const long = JSON.stringify([`\u009b\u202e${'😀'.repeat(200_000)}`]);
    const [cut] = compare(json('[1]'), json(long), {});
    expect(cut?.candidate).toMatch(/^"\\u009b\\u202e(😀)+\ufffd?…$/u);
    expect(cut?.candidate?.length).toBeLessThan(210);
    const name = JSON.stringify({ ['n'.repeat(1_000_000)]: 1 });
    expect(compare(json(name), json('{}'), {})[0]?.kind.length).toBeLessThan(210);
  });

  it('takes no long time for long bodies', () => {
    const body = (extra: string) =>
      JSON.stringify({
        rows: Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id}`, amount: 1.5 })),
        extra,
      });
    const start = performance.now();
    const tolerances = { unordered: ['/rows'], formats: { '/rows/*/amount': 'decimal' as const } };
    expect(kinds(body('a'), body('b'), tolerances)).toEqual(['/extra']);
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('finds the same whichever of the two is the monolith, and none between an answer and itself written otherwise', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(value, value, (one, other) => {
        const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
        expect(kinds(a, b).toSorted()).toEqual(kinds(b, a).toSorted());
        expect(kinds(a, b).length === 0).toBe(sortedText(one) === sortedText(other));
        expect(kinds(a, JSON.stringify(reversed(one), null, 2))).toEqual([]);
      }),
    );
  });
});

/** With members in the other order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  );
}

function sortedText(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
