import { describe, expect, it } from '@jest/globals';
import { judge, type Sides } from './judge.ts';
import { answer, MovingSource } from './testing-moving-source.ts';

const options = { monolithMs: 3 };

describe('judge', () => {
  it('finds a candidate that says something else wrong each time', async () => {
    let count = 0;
    const model = new MovingSource(['a'], [], [], () => `wrong ${count++}`);
    expect(await judge(model.startAt(0), model, options)).toMatchObject({
      outcome: 'different',
      positions: { source: '0', candidate: '0' },
    });
    expect(model.asked).toEqual({ candidate: 3, monolith: 2 });
  });

  it('begins again from what the monolith says now', async () => {
    const wrong = new MovingSource(['a', 'b'], [0, 0, 1], [], () => 'wrong');
    expect(await judge(wrong.startAt(0), wrong, options)).toMatchObject({
      outcome: 'different',
      differences: [{ monolith: '"b"' }],
    });
    expect(wrong.asked).toEqual({ candidate: 4, monolith: 3 });
    const right = new MovingSource(['a', 'b'], [1], [1, 0]);
    expect(await judge(answer('c'), right, options)).toMatchObject({ outcome: 'equal' });
    expect(right.asked).toEqual({ candidate: 2, monolith: 1 });
  });

  it('asks nobody again when the candidate says the same at once', async () => {
    const model = new MovingSource(['a'], [], []);
    expect(await judge(model.startAt(0), model, options)).toEqual({
      outcome: 'equal',
      differences: [],
      reason: null,
      positions: { source: null, candidate: '0' },
      candidateMs: expect.any(Number),
      monolithMs: 3,
    });
    expect(model.asked).toEqual({ candidate: 1, monolith: 0 });
  });

  it('names what will not stand still in the monolith', async () => {
    const model = new MovingSource(
      Array.from({ length: 99 }, (_, at) => `v${at}`),
      Array(99).fill(1),
      [],
      () => 'wrong',
    );
    expect(await judge(model.startAt(0), model, options)).toMatchObject({
      outcome: 'undecided',
      reason: "the monolith's own answer does not stand still: /value",
    });
    expect(model.asked.monolith).toBe(5);
  });

  const still = () => new MovingSource(['a'], [], [], () => 'b');
  const away = async (): Promise<never> => {
    throw new Error('away');
  };
  it.each<[string, (model: MovingSource) => Partial<Sides>, object]>([
    ['the candidate cannot answer', () => ({ candidate: away }), { outcome: 'failed', reason: 'candidate: away' }],
    [
      'the candidate does not get there in time',
      (model) => ({ candidate: (atLeast) => (atLeast === null ? model.candidate(null) : away()) }),
      { outcome: 'failed', reason: 'candidate: away', positions: { source: null, candidate: '0' } },
    ],
    ['the monolith cannot be asked', () => ({ monolith: away }), { outcome: 'undecided', reason: 'monolith: away' }],
    [
      'no position can be read',
      () => ({ sourcePosition: away }),
      { outcome: 'undecided', reason: 'source position: away' },
    ],
    [
      'a side throws',
      () => ({
        candidate: () => {
          throw new Error('thrown');
        },
      }),
      { outcome: 'failed', reason: 'candidate: thrown' },
    ],
    [
      'the route leaves it to the monolith',
      () => ({ candidate: async () => ({ answer: null, position: null }) }),
      { outcome: 'left' },
    ],
  ])('says so when %s', async (_, change, expected) => {
    const model = still();
    const sides: Sides = {
      candidate: (atLeast) => model.candidate(atLeast),
      monolith: () => model.monolith(),
      sourcePosition: () => model.sourcePosition(),
      ...change(model),
    };
    expect(await judge(model.startAt(0), sides, options)).toMatchObject(expected);
  });

  it('ends when its time is over, even if a side does not', async () => {
    const sides = { candidate: () => new Promise<never>(() => {}), monolith: away, sourcePosition: away };
    const over = AbortSignal.abort(new DOMException('', 'TimeoutError'));
    expect(await judge(answer('a'), sides, { ...options, signal: over })).toMatchObject({
      outcome: 'failed',
      reason: 'candidate: not within the time for one comparison',
    });
    const closing = new AbortController();
    const judged = judge(answer('a'), sides, { ...options, signal: closing.signal });
    closing.abort(new Error('closing'));
    await expect(judged).rejects.toThrow('closing');
  });

  it('judges under the tolerances', async () => {
    const model = still();
    const tolerant = { ...options, tolerances: { ignored: ['/value'] } };
    expect(await judge(model.startAt(0), model, tolerant)).toMatchObject({ outcome: 'equal' });
    expect(model.asked).toEqual({ candidate: 1, monolith: 0 });
    await expect(judge(model.startAt(0), model, { ...options, tolerances: { ignored: ['value'] } })).rejects.toThrow(
      'pointer',
    );
  });
});
