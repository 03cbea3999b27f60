import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noCounts, type RouteCounts } from './evidence.ts';
import { gate } from './gate.ts';
import { defaultRules, rulesOf } from './gate-rules.ts';
import type { Standing } from './standing.ts';

const fine: Standing = {
  service: 'accounts',
  silence: null,
  state: 'streaming',
  reason: null,
  isFilling: false,
  ageMs: 9_000,
  proof: { state: 'equal', checkedAgoMs: 60_000, differences: 0 },
};
const seen: RouteCounts = { ...noCounts, equal: 1000, candidateMs: [0, 990, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0] };
const sentences = (
  standing: Partial<Standing>,
  counts: Partial<RouteCounts> = {},
  to: 'shadow' | 'canary' = 'canary',
) =>
  gate(to, defaultRules, { standings: [{ ...fine, ...standing }], counts: { ...seen, ...counts } }).map(
    ({ rule, sentence }) => `${rule}: ${sentence}`,
  );

describe('the gate', () => {
  it('is open when all is well', () => {
    for (const to of ['shadow', 'canary', 'service', 'retired'] as const)
      expect(gate(to, defaultRules, { standings: [fine], counts: seen })).toEqual([]);
  });

  it('says how far it is from enough', () => {
    expect(gate('canary', defaultRules, { standings: [fine], counts: { ...noCounts, equal: 17 } })).toEqual([
      { rule: 'comparisons', figure: '17', wanted: 'at least 1,000', sentence: '17 of 1,000 comparisons' },
    ]);
  });

  it.each<[string, Partial<Standing>, Partial<RouteCounts>]>([
    [
      'answers: accounts does not answer: no answer within 0.8 s',
      { silence: 'no answer within 0.8 s', ageMs: null, proof: null },
      {},
    ],
    [
      'filling: accounts is being filled and has no position yet',
      { isFilling: true, state: 'filling', ageMs: null, proof: null },
      {},
    ],
    ['fresh: the age of accounts is 15,001 ms', { ageMs: 15_001 }, {}],
    ['fresh: the age of accounts is unknown', { ageMs: null }, {}],
    ['proof: accounts was never compared with the source: banyan prove accounts', { proof: null }, {}],
    [
      'proof: proof has found 3 rows of accounts that differ from the source',
      { proof: { state: 'different', checkedAgoMs: 1, differences: 3 } },
      {},
    ],
    [
      'proof: accounts was repaired and not compared since: banyan prove accounts',
      { proof: { state: 'repaired', checkedAgoMs: 1, differences: 0 } },
      {},
    ],
    [
      'proof-age: the proof of accounts is 86,400,001 ms old: banyan prove accounts',
      { proof: { state: 'equal', checkedAgoMs: 86_400_001, differences: 0 } },
      {},
    ],
    ['comparisons: 999 of 1,000 comparisons', {}, { equal: 999 }],
    ['match-rate: 1 of 1,001 comparisons found a difference', {}, { different: 1 }],
    ['undecided-rate: 53 of 1,053 comparisons came to nothing', {}, { undecided: 53 }],
    ['error-rate: the services could not answer 2 of 1,002 requests', {}, { failed: 1, fellBack: 1 }],
    [
      'p99: the p99 of what the services answer is 1,000 ms',
      {},
      { candidateMs: [0, 989, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0] },
    ],
    [
      'p99: the p99 of what the services answer is above 5,000 ms',
      {},
      { candidateMs: [0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
    ],
  ])('%s', (sentence, standing, counts) => {
    expect(sentences(standing, counts)).toEqual([sentence]);
    const needsOnlyThat = /^(answers|filling)/.test(sentence);
    expect(sentences(standing, counts, 'shadow')).toEqual(needsOnlyThat ? [sentence] : []);
  });

  it('lets pass what is just within', () => {
    expect(sentences({ ageMs: 15_000 }, { equal: 9_999, different: 1, failed: 10 })).toEqual([]);
  });

  it('does not count what was not decided as a comparison', () => {
    expect(sentences({}, { equal: 500, undecided: 20, dropped: 900, answered: 700 })).toEqual([
      'comparisons: 500 of 1,000 comparisons',
    ]);
  });

  it('looks at each service', () => {
    const standings = [fine, { ...fine, service: 'cards', ageMs: 20_000 }];
    expect(gate('service', defaultRules, { standings, counts: seen })).toMatchObject([
      { rule: 'fresh', figure: '20,000 ms' },
    ]);
  });

  it('never opens for more failures or fewer comparisons when it is closed for less', () => {
    const counts = fc.record({ equal: fc.nat(3000), different: fc.nat(2), failed: fc.nat(5), answered: fc.nat(500) });
    fc.assert(
      fc.property(counts, (some) => {
        const findings = (more: Partial<RouteCounts>) =>
          gate('canary', rulesOf({ matchRate: 0.999 }), {
            standings: [fine],
            counts: { ...noCounts, ...some, ...more },
          }).length;
        expect(findings({ failed: some.failed + 1 })).toBeGreaterThanOrEqual(findings({}));
        expect(findings({ different: some.different + 1, equal: Math.max(0, some.equal - 1) })).toBeGreaterThanOrEqual(
          findings({}),
        );
      }),
    );
  });
});

it('a route’s own rules take the place of the usual ones, one by one', () => {
  expect(rulesOf({ comparisons: 5, guard: { asked: 3 } })).toEqual({
    ...defaultRules,
    comparisons: 5,
    guard: { ...defaultRules.guard, asked: 3 },
  });
});
