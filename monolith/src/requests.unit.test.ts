import { describe, expect, it } from '@jest/globals';
import { Rejection } from './rejection.ts';
import { parseAfter, parseBeginning, parseId, parseLimit, parseOrder } from './requests.ts';

const ORDER = { from: 1, to: 2, amount: '12.50' };

function refusal(work: () => unknown): { status: number; message: string } {
  try {
    return { status: 200, message: JSON.stringify(work()) };
  } catch (error) {
    if (error instanceof Rejection) return { status: error.status, message: error.message };
    throw error;
  }
}

describe('a transfer order', () => {
  it('is read exactly', () => {
    expect(parseOrder({ ...ORDER, purpose: 'Miete 🏠' }, undefined)).toEqual({
      from: 1n,
      to: 2n,
      amount: 125_000n,
      purpose: 'Miete 🏠',
      reference: undefined,
    });
  });

  it('takes ids as digits, too, since ids beyond 2^53 are answered that way', () => {
    expect(parseOrder({ ...ORDER, to: '9007199254740993' }, undefined).to).toBe(9_007_199_254_740_993n);
  });

  it('takes its reference from the body, the header, or both alike', () => {
    expect(parseOrder({ ...ORDER, reference: 'a-1' }, undefined).reference).toBe('a-1');
    expect(parseOrder(ORDER, 'a-1').reference).toBe('a-1');
    expect(parseOrder({ ...ORDER, reference: 'a-1' }, 'a-1').reference).toBe('a-1');
    expect(refusal(() => parseOrder({ ...ORDER, reference: 'a-1' }, 'a-2')).message).toMatch(/must be the same/);
  });

  it('counts the purpose in characters, not in UTF-16 units', () => {
    expect(parseOrder({ ...ORDER, purpose: '🍕'.repeat(140) }, undefined).purpose).toBe('🍕'.repeat(140));
    expect(refusal(() => parseOrder({ ...ORDER, purpose: '🍕'.repeat(141) }, undefined)).status).toBe(400);
  });

  it.each([
    ['no body', undefined, /body must be a JSON object/],
    ['an array', [ORDER], /body must be a JSON object/],
    ['text', 'from=1', /body must be a JSON object/],
    ['a field of no meaning', { ...ORDER, ammount: '1' }, /no other field, got "ammount"/],
    ['a prototype', JSON.parse('{"from":1,"to":2,"amount":"1","__proto__":{}}'), /no other field/],
    ['from missing', { to: 2, amount: '1' }, /^from must be an id.*got nothing/],
    ['from with SQL', { ...ORDER, from: '1 OR 1=1' }, /^from must be an id.*got "1 OR 1=1"/],
    ['from an object', { ...ORDER, from: { id: 1 } }, /^from must be an id/],
    ['from zero', { ...ORDER, from: 0 }, /^from must be an id/],
    ['to broken', { ...ORDER, to: 1.5 }, /^to must be an id/],
    ['to not held exactly', { ...ORDER, to: 2 ** 53 }, /^to must be an id/],
    ['to beyond BIGINT', { ...ORDER, to: '9223372036854775808' }, /^to must be an id/],
    ['to in Arabic digits', { ...ORDER, to: '٢' }, /^to must be an id/],
    ['to itself', { ...ORDER, to: '1' }, /two different accounts/],
    ['amount a number', { ...ORDER, amount: 5 }, /^amount must be a text.*got 5/],
    ['amount zero', { ...ORDER, amount: '0.0000' }, /^amount must be/],
    ['amount negative', { ...ORDER, amount: '-5' }, /^amount must be.*got "-5"/],
    ['amount with exponent', { ...ORDER, amount: '1e3' }, /^amount must be/],
    ['amount missing', { from: 1, to: 2 }, /^amount must be.*got nothing/],
    ['purpose a number', { ...ORDER, purpose: 5 }, /^purpose must be/],
    ['purpose with a line break', { ...ORDER, purpose: 'a\nb' }, /^purpose must be/],
    ['purpose with half a character', { ...ORDER, purpose: '\ud83c' }, /^purpose must be/],
    ['reference empty', { ...ORDER, reference: '' }, /^reference/],
    ['reference too long', { ...ORDER, reference: 'x'.repeat(37) }, /^reference/],
    ['reference with a space', { ...ORDER, reference: 'a b' }, /^reference/],
  ])('is refused: %s', (_what, body, message) => {
    expect(refusal(() => parseOrder(body, undefined))).toEqual({
      status: 400,
      message: expect.stringMatching(message),
    });
  });

  it('is quoted back only in part when it is huge', () => {
    const { message } = refusal(() => parseOrder({ ...ORDER, amount: '9'.repeat(10_000) }, undefined));
    expect(message.length).toBeLessThan(250);
  });
});

describe('ids and pages', () => {
  it('are read', () => {
    expect([parseId('17', 'x'), parseAfter(undefined), parseAfter('0'), parseAfter('9')]).toEqual([17n, 0n, 0n, 9n]);
    expect([parseLimit(undefined, 50, 500), parseLimit('500', 50, 500)]).toEqual([50, 500]);
  });

  it.each(['501', '0', '-1', 'all', '1;DROP TABLE accounts', ['1', '2']])('limit %j is refused', (limit) => {
    expect(refusal(() => parseLimit(limit, 50, 500))).toEqual({
      status: 400,
      message: expect.stringMatching(/^limit must be a whole number from 1 to 500/),
    });
  });

  it.each(['', '-1', '1e2', ['1']])('after %j is refused', (after) => {
    expect(refusal(() => parseAfter(after)).status).toBe(400);
  });
});

describe('the beginning of a name', () => {
  it('is read as it is', () => {
    for (const beginning of ['z', ' ', '50%_', '🌻'.repeat(120)]) expect(parseBeginning(beginning)).toBe(beginning);
  });

  it.each([undefined, '', ['a'], 'a\nb', '\ud83c', '🌻'.repeat(121)])('is refused: %j', (value) => {
    expect(refusal(() => parseBeginning(value))).toEqual({
      status: 400,
      message: expect.stringMatching(/^name must be the 1 to 120 first characters of a name/),
    });
  });
});
