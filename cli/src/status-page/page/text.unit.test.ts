import { expect, it } from '@jest/globals';
import { ageText, countOrDash, problemNews, proofText, verdictText } from './text.ts';

const problem = (where: string, message: string) => ({ where, code: 'x', message, remedies: [] });

it('writes figures so that they do not flicker', () => {
  expect([null, 0, 999, 1400, 180_000].map(ageText)).toEqual(['–', 'under 1 s', 'under 1 s', '1 s', '3 min']);
  expect([null, 0, 1234].map(countOrDash)).toEqual(['–', '0', '1,234']);
  const proof = { position: null, checkedAgoMs: null, differences: 1 };
  expect(proofText({ proof: null })).toBe('–');
  expect(proofText({ proof: { ...proof, state: 'unproved' } })).toBe('never');
  expect(proofText({ proof: { ...proof, state: 'different' } })).toBe('1 row differs');
});

it('says aloud what is new, and when all of it works again', () => {
  const [well, ill] = [{ problems: [] }, { problems: [problem('kafka', 'is away')] }];
  expect([verdictText(well), verdictText(ill)]).toEqual(['All of it works', '1 problem']);
  expect(problemNews(null, ill)).toEqual([]);
  expect(problemNews(well, ill)).toEqual(['kafka: is away.']);
  expect(problemNews(ill, { problems: [...ill.problems, problem('registry', 'is away')] })).toEqual([
    'registry: is away.',
  ]);
  expect(problemNews(ill, { problems: [problem('kafka', 'is away, 2 s')] })).toEqual([]);
  expect(problemNews(ill, well)).toEqual(['All of it works again.']);
  expect(problemNews(well, well)).toEqual([]);
});
