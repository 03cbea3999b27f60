import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resume, type Waiting } from './chain.ts';

const change = (sequence: number, was: string, becomes: string, maybeThere = false): Waiting => ({
  ...{ sequence, was: [was], becomes: [becomes], maybeThere },
});
const sequences = (changes: readonly Waiting[] | undefined) => changes?.map(({ sequence }) => sequence);

describe('where a row of the monolith stands among the changes to be made to it', () => {
  it('is before the first of those that were never sent, even where it looks like a later one', () => {
    const round = [change(1, 'a', 'b'), change(2, 'b', 'a')];
    expect(sequences(resume(round, ['a'])?.missing)).toEqual([1, 2]);
    expect(resume(round, ['b'])).toBeNull();
  });

  it('is behind as many as can be of those that may be there', () => {
    const sent = [change(1, 'a', 'b', true), change(2, 'b', 'c', true), change(3, 'c', 'd')];
    expect(sequences(resume(sent, ['a'])?.missing)).toEqual([1, 2, 3]);
    expect(sequences(resume(sent, ['b'])?.missing)).toEqual([2, 3]);
    expect(sequences(resume(sent, ['c'])?.missing)).toEqual([3]);
    expect(resume(sent, ['d'])).toBeNull();
  });

  it('is nowhere when somebody else has changed it, or it is gone', () => {
    expect(resume([change(1, 'a', 'b', true)], ['x'])).toBeNull();
    expect(resume([change(1, 'a', 'b', true)], null)).toBeNull();
  });

  it('leads to the last value, wherever a try was cut off, and nothing that was surely there is made again', () => {
    const values = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(values, fc.nat(), fc.boolean(), (states, cut, isCommitted) => {
        const steps = states.slice(1);
        const sent = cut % (steps.length + 1);
        const chain = steps.map((becomes, index) => change(index + 1, states[index]!, becomes, index < sent));
        // A try is there whole or not at all.
        const row = states[isCommitted ? sent : 0]!;
        const resumed = resume(chain, [row])!;
        const last = resumed.missing.reduce(
          (at, { was, becomes }) => {
            expect(was).toEqual(at);
            return [...becomes];
          },
          [row] as (string | null)[],
        );
        expect(last).toEqual([states.at(-1)!]);
        if (isCommitted) expect(resumed.there.length).toBeGreaterThanOrEqual(sent);
      }),
    );
  });
});
