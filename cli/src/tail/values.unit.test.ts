import { describe, expect, it } from '@jest/globals';
import { isKey, shownChanges, shownRow, shownValue } from './values.ts';

describe('values for people', () => {
  it.each([
    [null, 'NULL'],
    ['NULL', "'NULL'"],
    ['', "''"],
    ['12.5000', '12.5000'],
    [9223372036854775807n, '9223372036854775807'],
    ["it's\\n\n", "'it\\'s\\\\n\\n'"],
    [new Uint8Array([0, 255]), '0x00ff'],
    [true, 'true'],
    ['true', "'true'"],
  ])('%j is %s', (value, shown) => {
    expect(shownValue(value)).toBe(shown);
  });

  it('cuts what is long and says how long it is', () => {
    expect(shownValue('y'.repeat(5000))).toBe(`'${'y'.repeat(120)}…' (5000 characters)`);
    expect(shownValue(new Uint8Array(100))).toBe(`0x${'00'.repeat(60)}… (100 bytes)`);
  });

  it('shows of an update what changed, bytes compared by content', () => {
    const before = { id: 1n, a: 'x', b: new Uint8Array([1]), '\u001b': null };
    expect(shownChanges(before, { id: 1n, a: 'y', b: new Uint8Array([1]), '\u001b': null })).toBe('a=x→y');
    expect(shownChanges(before, { ...before })).toBe('(no captured column changed)');
    expect(shownRow({ '\u001b': null })).toBe('\\x1b=NULL');
  });

  it('knows a key by its value, or by its columns in any order', () => {
    expect(isKey('7', { id: 7n })).toBe(true);
    expect(isKey('07', { id: 7n })).toBe(false);
    expect(isKey('id=7', { id: 7n })).toBe(true);
    expect(isKey('b=x,a=1', { a: 1n, b: 'x' })).toBe(true);
    expect(isKey('1', { a: 1n, b: 'x' })).toBe(false);
    expect(isKey('a=b', { code: 'a=b' })).toBe(true);
  });
});
