import type { Difference, Verdict } from '../shadow/verdict.ts';

export const equalVerdict: Verdict = {
  outcome: 'equal',
  differences: [],
  reason: null,
  positions: { source: null, candidate: null },
  candidateMs: 3,
  monolithMs: 30,
};

export const difference = (kind = '/lines/-/amount'): Difference => ({
  kind,
  place: kind.replaceAll('-', '3'),
  monolith: '"1.00"',
  candidate: '"1.01"',
});

export const differentVerdict = (...kinds: string[]): Verdict => ({
  ...equalVerdict,
  outcome: 'different',
  differences: (kinds.length > 0 ? kinds : ['/lines/-/amount']).map(difference),
});
