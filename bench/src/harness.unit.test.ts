import { expect, it } from '@jest/globals';
import { compare, median, spread, table } from './harness.ts';

it('takes the middle of what was measured, and how far the ends are apart', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([5])]).toEqual([2, 2.5, 5]);
  expect([spread([90, 100, 110]), spread([7])]).toEqual([0.2, 0]);
});

it('runs both sides in turn, each first in every other turn, and compares turn by turn', async () => {
  const order: string[] = [];
  const side = (name: string, rates: number[], cpu?: number) => async () => {
    order.push(name);
    return { values: [rates.shift()!], ...(cpu !== undefined && { cpu }) };
  };
  const said: string[] = [];
  const [result] = await compare(
    {
      figures: [{ name: 'a', unit: 'rows/s', target: 2 }],
      ours: side('ours', [10, 30, 20], 1.5),
      peer: side('peer', [5, 5, 10], 3),
    },
    3,
    (text) => said.push(text),
  );
  expect(order).toEqual(['ours', 'peer', 'peer', 'ours', 'ours', 'peer']);
  expect(said).toContain('a 2/3 peer: 5 rows/s');
  // 20 / 5 would be 4; of the turns 2, 6 and 2 it is 2.
  expect(result).toMatchObject({ ours: 20, peer: 5, ratio: 2, runs: 3, spread: { ours: 1, peer: 1, ratio: 2 } });
  expect(result!.cpu).toEqual({ ours: 1.5, peer: 3 });
  expect(table([result!])).toMatch(/^BENCHMARK.*\na {10}20 .* 2\.00 .* - +ratio 2: met .* 1\.5 .* 3\.0/);
  expect(table([{ ...result!, isMet: false, cpu: null }])).toMatch(/ratio 2: missed +- +-/);
});

it('compares each figure of a run by itself, and less by less', async () => {
  const figures = [
    { name: 'rate', unit: 'rows/s', target: 1 },
    { name: 'p50', unit: 'ms', bound: 9, isLessBetter: true },
  ];
  const side = (values: readonly number[]) => async () => ({ values });
  const results = await compare({ figures, ours: side([30, 10]), peer: side([10, 40]) }, 1, () => {});
  expect(results).toMatchObject([
    { name: 'rate', ours: 30, peer: 10, ratio: 3, target: 'ratio 1', isMet: true },
    { name: 'p50', ours: 10, peer: 40, ratio: 4, target: 'at most 9', isMet: false },
  ]);
});

it('takes turns within a run too, and says what is added round by round', async () => {
  const order: string[] = [];
  const side = (name: string, values: number[]) => async () => {
    order.push(name);
    return { values: [values.shift()!] };
  };
  const figures = [{ name: 'p99', unit: 'ms', target: 0.5, isLessBetter: true, isAdded: true }];
  const rounds = { rounds: 3, ours: side('ours', [2, 30, 4, 3, 3, 6]), peer: side('peer', [1, 28, 1, 2, 2, 2]) };
  const [result] = await compare({ figures, ...rounds }, 2, () => {});
  expect(order.join(' ')).toBe('ours peer peer ours ours peer peer ours ours peer peer ours');
  // Differences of 1, 2, 3 and of 1, 1, 4; the medians of the sides would be 3 and 1 apart in the first run.
  expect(result).toMatchObject({ ours: 3.5, peer: 1.5, added: { median: 1.5, least: 1, most: 2 } });
  expect(table([result!])).toContain(' 1.5 (1 to 2) ');
});
