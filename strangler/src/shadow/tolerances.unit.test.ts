import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare } from './compare.ts';
import { rulesOf } from './rules.ts';
import type { Tolerances } from './tolerances.ts';

const json = (value: unknown) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(value) });
const differences = (one: unknown, other: unknown, tolerances: Tolerances) =>
  compare(json(one), json(other), tolerances);
const places = (one: unknown, other: unknown, tolerances: Tolerances) =>
  differences(one, other, tolerances).map(({ place }) => place);

describe('tolerances', () => {
  it('ignore fields that differ by nature, there or not, and all below them', () => {
    const ignored = { ignored: ['/at', '/lines/*/seen', '/*/a~1b'] };
    expect(places({ at: { x: 1 }, lines: [{ seen: 1, a: 1 }] }, { lines: [{ a: 2 }] }, ignored)).toEqual([
      '/lines/0/a',
    ]);
    expect(places({ m: { 'a/b': 1 } }, { m: { 'a/b': 2 } }, ignored)).toEqual([]);
    expect(places({ at: 1 }, [], { ignored: [''] })).toEqual([]);
    const page = (body: string) => ({ status: 200, contentType: 'text/html', body });
    expect(compare(page('a'), page('b'), { ignored: [''] })).toEqual([]);
  });

  it('take one value written in two ways for the same, where it is declared', () => {
    const formats = { formats: { '/amount': 'decimal', '/ids/*': 'id', '/at': 'instant' } } as const;
    const one = { amount: 1.5, ids: [7], at: '2012-01-01T00:00:00Z' };
    const other = { amount: '1.50', ids: ['7'], at: '2012-01-01T01:00:00.000+01:00' };
    expect(places(one, other, formats)).toEqual([]);
    expect(places(one, other, {})).toEqual(['/amount', '/ids/0', '/at']);
    expect(places({ amount: 1.5 }, { amount: null }, formats)).toEqual(['/amount']);
  });

  it('never show a secret, wherever it is and whatever else differs', () => {
    const tolerances = { secret: ['/card', '/lines/*/pin'], unordered: ['/lines'] };
    const hide = fc.constantFrom('4111', '4222');
    const body = fc.record({
      card: fc.oneof(hide, fc.array(fc.array(hide))),
      lines: fc.oneof(fc.array(fc.record({ pin: hide, a: fc.nat(3) })), fc.nat(3)),
    });
    fc.assert(
      fc.property(body, fc.oneof(body, fc.constant(null)), (one, other) => {
        const found = differences(one, other, tolerances);
        expect(JSON.stringify(found)).not.toMatch(/4111|4222/);
        if (JSON.stringify(one) === JSON.stringify(other)) expect(found).toEqual([]);
      }),
    );
    expect(differences({ card: '4111' }, { card: '4222' }, tolerances)).toEqual([
      { kind: '/card', place: '/card', monolith: '"***"', candidate: '"***"' },
    ]);
    const [broken] = compare({ ...json({}), body: '{"card":"4111"' }, json({ card: '4111' }), tolerances);
    expect(broken).toEqual({ kind: 'body', place: 'body', monolith: '"***"', candidate: '{"card":"***"}' });
  });

  it.each([
    [{ ignored: ['lines'] }, 'no JSON pointer'],
    [{ secret: ['/a~2'] }, 'no JSON pointer'],
    [{ unordered: ['/lines'], secret: ['/lines/0/pin'] }, 'write /lines/*'],
    [{ unordered: ['/lines'], secret: ['/*/0'] }, 'write /*/*'],
    [{ unordered: ['/*'], ignored: ['/lines/0'] }, 'write /lines/*'],
  ])('are refused when they are wrong: %j', (tolerances, message) => {
    expect(() => rulesOf(tolerances)).toThrow(message);
  });
});
