import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escaped, jsonLine } from './escape.ts';

const acted = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f]/u;
const anyText = fc.string({ unit: 'binary' });

describe('what is shown on a terminal', () => {
  it('names what it replaces', () => {
    expect(escaped('a\u001b[2J\n\t\u009b\u202e\u{e0001}é😀')).toBe('a\\x1b[2J\\n\\t\\x9b\\u202e\\u{e0001}é😀');
  });

  it('names halves of surrogate pairs', () => {
    expect(escaped('a\ud83d\udc00\udc00\ud83d')).toBe('a🐀\\udc00\\ud83d');
  });

  it('leaves a joined emoji whole', () => {
    expect(escaped('👩‍🚀')).toBe('👩‍🚀');
  });

  it('has nothing in it that a terminal acts on, whatever the text', () => {
    fc.assert(fc.property(anyText, (text) => !acted.test(escaped(text))));
  });

  it('as JSON is the same text again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = jsonLine({ [text]: text });
        expect(line).not.toMatch(acted);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
      }),
    );
  });

  it('gives 64-bit integers as text and bytes as base64', () => {
    expect(jsonLine({ a: 2n ** 64n - 1n, b: Buffer.from([1, 2]), c: new Uint8Array([255]) })).toBe(
      '{"a":"18446744073709551615","b":"AQI=","c":"/w=="}',
    );
  });
});
