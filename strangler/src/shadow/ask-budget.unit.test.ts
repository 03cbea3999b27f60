import { describe, expect, it } from '@jest/globals';
import { AskBudget, withinBudget } from './ask-budget.ts';

const signal = new AbortController().signal;

describe('AskBudget', () => {
  it('lets one ask at a time, evenly', async () => {
    const budget = new AskBudget({ perSecond: 50 });
    const start = performance.now();
    const turns = await Promise.all(
      Array.from({ length: 5 }, async () => {
        await budget.turn(signal);
        return performance.now() - start;
      }),
    );
    // A timer may be a millisecond early.
    turns.forEach((atMs, index) => {
      expect(atMs).toBeGreaterThanOrEqual(index * 20 - 2);
    });
  });

  it('sends away at once whoever would wait too long', async () => {
    const budget = new AskBudget({ perSecond: 1, waitMs: 1500 });
    const ended = new AbortController();
    const waiting = [budget.turn(signal), budget.turn(ended.signal)] as const;
    await waiting[0];
    await expect(budget.turn(signal)).rejects.toThrow('more often');
    ended.abort(new Error('closing'));
    await expect(waiting[1]).rejects.toThrow('aborted');
    await expect(new AskBudget({ perSecond: 0 }).turn(signal)).rejects.toThrow('more often');
  });

  it('stands before the monolith alone', async () => {
    const answer = { status: 200, contentType: '', body: '' };
    const sides = withinBudget(
      {
        candidate: async (position) => ({ answer, position }),
        monolith: async () => answer,
        sourcePosition: async () => '0-1-7',
      },
      new AskBudget({ perSecond: 0 }),
    );
    expect(await sides.candidate('0-1-7', signal)).toEqual({ answer, position: '0-1-7' });
    expect(await sides.sourcePosition(signal)).toBe('0-1-7');
    await expect(sides.monolith(signal)).rejects.toThrow('more often');
  });
});
