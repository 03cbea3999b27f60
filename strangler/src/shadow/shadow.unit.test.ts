import { describe, expect, it } from '@jest/globals';
import { DifferenceKinds } from '../state/difference-kinds.ts';
import { AskBudget, withinBudget } from './ask-budget.ts';
import { judge } from './judge.ts';
import { ShadowQueue } from './shadow-queue.ts';
import { MovingSource } from './testing-moving-source.ts';
import type { Outcome } from './verdict.ts';

describe('comparisons beside the answers', () => {
  it('find the one wrong value among many requests, and drop alike what is too much', async () => {
    const queue = new ShadowQueue({ waiting: 60 });
    const budget = new AskBudget({ perSecond: 200 });
    const kinds = new DifferenceKinds('accounts');
    const counts: Record<Outcome, number> = { equal: 0, different: 0, undecided: 0, failed: 0, left: 0 };
    let asked = 0;
    for (let account = 0; account < 100; account++) {
      const isWrong = account % 10 === 7;
      const source = new MovingSource([`v${account}`], [], [], (value) => (isWrong ? 'wrong' : value));
      const run = async (signal: AbortSignal) => {
        const sides = withinBudget(source, budget);
        const verdict = await judge(source.startAt(0), sides, { signal, monolithMs: 1 });
        counts[verdict.outcome]++;
        asked += source.asked.monolith;
        kinds.saw(verdict.differences, `/accounts/${account}`);
      };
      queue.offer({ bytes: 100, run });
    }
    for (const endMs = performance.now() + 4000; performance.now() < endMs && queue.counts.bytes > 0; )
      await new Promise(setImmediate);
    expect(counts).toEqual({ equal: 54, different: 6, undecided: 0, failed: 0, left: 0 });
    expect(queue.counts).toMatchObject({ dropped: 40, broken: 0, overdue: 0 });
    expect(asked).toBe(12);
    expect(kinds.take()).toMatchObject([
      { kind: '/value', seen: 6, example: { request: '/accounts/57', monolith: '"v57"', candidate: '"wrong"' } },
    ]);
    await queue.close();
  });
});
