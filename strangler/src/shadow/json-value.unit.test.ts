import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Json, JsonNumber, readable, readJson } from './json-value.ts';

/** As JSON.parse would give it. */
function plain(value: Json | undefined): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, inner]) => [name, plain(inner)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

describe('readJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom('', ' ', '\n\t'), (text, space) => {
        const spaced = space + text.replaceAll(/([,:[\]{}])(?=[^"]*$)/g, `${space}$1${space}`) + space;
        expect(plain(readJson(spaced))).toEqual(JSON.parse(spaced));
      }),
    );
  });

  it('reads a text with one character changed exactly when JSON.parse does', () => {
    const changed = fc.tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom(...'"\\,:[]{}0-1.eEtn \n\u0001'));
    fc.assert(
      fc.property(changed, ([text, at, character]) => {
        const place = at % (text.length + 1);
        const broken = text.slice(0, place) + character + text.slice(place + 1);
        let expected: unknown;
        try {
          expected = JSON.parse(broken);
        } catch {
          expected = undefined;
        }
        const found = readJson(broken);
        // A change may have named a member twice, which JSON.parse does not see.
        if (found !== undefined) expect(plain(found)).toEqual(expected);
        else if (expected !== undefined) expect(broken).toMatch(/"(.*)"\s*:.*"\1"\s*:|\\u/s);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the text of numbers, and any name of a member', () => {
    expect(readJson('[12345678901234567891, 1.0]')).toEqual([
      new JsonNumber('12345678901234567891'),
      new JsonNumber('1.0'),
    ]);
    expect(readJson('{"__proto__": {"a": true}}')).toEqual(new Map([['__proto__', new Map([['a', true]])]]));
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '',
    ' ',
    '1 2',
    '[1,]',
    '{"a"}',
    '01',
    '1.',
    '+1',
    'nul',
    '\ufeff1',
    '"\n"',
  ])('does not read %j', (text) => {
    expect(readJson(text)).toBeUndefined();
  });

  it('reads no document that is too deep or too long, and says so without running out of stack', () => {
    const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(readJson(deep(readable.depth + 1))).toBeDefined();
    expect(readJson(deep(readable.depth + 2))).toBeUndefined();
    expect(readJson(deep(1_000_000))).toBeUndefined();
    expect(readJson(`"${'a'.repeat(readable.characters - 1)}"`)).toBeUndefined();
  });

  it.each([
    ['digits', '1'.repeat(readable.characters)],
    ['quotes', `"${'\\"'.repeat(readable.characters / 2 - 1)}"`],
    ['backslashes', `"${'\\\\'.repeat(readable.characters / 2 - 1)}"`],
    ['members', `{${Array.from({ length: 50_000 }, (_, at) => `"member ${at}":1`)}}`],
  ])('reads a long document of %s in no long time', (_, text) => {
    const start = performance.now();
    expect(readJson(text)).toBeDefined();
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
