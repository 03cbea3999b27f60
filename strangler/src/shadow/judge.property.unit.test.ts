import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judge } from './judge.ts';
import { MovingSource } from './testing-moving-source.ts';

const options = { monolithMs: 3 };
const moves = fc.array(fc.nat(3), { maxLength: 40 });
const lags = fc.array(fc.nat(20), { maxLength: 12 });
const run = (length: number) => fc.integer({ min: 1, max: length });
/** Values of which none comes back. */
const onward = fc
  .array(run(4), { minLength: 1, maxLength: 20 })
  .map((runs) => runs.flatMap((length, at) => Array(length).fill(`v${at}`)));
/** Values that may come back, but only once each. */
const backOnce = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), run(6)), { minLength: 1, maxLength: 6 })
  .map((runs) => runs.flatMap(([value, length]) => Array<string>(length).fill(value)))
  .filter((history) => ['a', 'b', 'c'].every((value) => comings(history, value) <= 2));

describe('judge', () => {
  it.each([
    ['values of which none comes back', onward],
    ['values that come back once', backOnce],
  ])('raises no alarm when the candidate is right at each position: %s', async (_, histories) => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(12), moves, lags, async (history, start, moving, behind) => {
        const model = new MovingSource(history, moving, behind);
        expect((await judge(model.startAt(start), model, options)).outcome).toMatch(/^(equal|undecided)$/);
        expect(model.asked.monolith).toBeLessThanOrEqual(5);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds a value that the candidate maps wrongly, once it stands still', async () => {
    await fc.assert(
      fc.asyncProperty(onward, moves, lags, async (history, moving, behind) => {
        const last = history.at(-1)!;
        const wrong = (value: string) => (value === last ? 'wrong' : value);
        const model = new MovingSource(history, moving, behind, wrong);
        // Requests follow each other, until one begins when the last value is there.
        let verdict = await judge(model.startAt(0), model, options);
        for (let more = 0; more < 100 && verdict.outcome !== 'different'; more++)
          verdict = await judge(await model.monolith(), model, options);
        const moved = moving.reduce((sum, step) => sum + step, 0);
        if (moved >= history.length - 1)
          expect(verdict).toMatchObject({
            outcome: 'different',
            differences: [{ kind: '/value', monolith: JSON.stringify(last), candidate: '"wrong"' }],
          });
      }),
      { numRuns: 500 },
    );
  });
});

function comings(history: readonly string[], value: string): number {
  return history.filter((each, at) => each === value && history[at - 1] !== value).length;
}
