import { describe, expect, it } from '@jest/globals';
import { spanText, timeText } from '../../live-page/browser/figures.ts';
import { streamingStanding } from '../../state/testing-replicas.ts';
import { ageText, commonEnds, p99Text, placeText, proofText, rateText } from './text.ts';

describe('what the page writes', () => {
  it('of figures', () => {
    expect([placeText({ stage: 'canary', percent: 12.5 }), placeText({ stage: 'service', percent: 100 })]).toEqual([
      'canary 12.5 %',
      'service',
    ]);
    expect([null, 0, 0.5, 0.99999, 1].map(rateText)).toEqual(['–', '0 %', '50 %', '99.99 %', '100 %']);
    expect([null, { ms: 20, isAbove: false }, { ms: 5000, isAbove: true }].map(p99Text)).toEqual([
      '–',
      '20 ms',
      'above 5,000 ms',
    ]);
    expect([80, 1400, 119_000, 180_000, 7_300_000, 345_600_000].map(spanText)).toEqual([
      '80 ms',
      '1 s',
      '119 s',
      '3 min',
      '2 h',
      '4 days',
    ]);
    expect(timeText('2026-03-01T14:05:09.123Z')).toMatch(/^2026-0[23]-\d\d \d\d:\d5:09$/);
  });

  it('of a service', () => {
    const standing = streamingStanding;
    expect(ageText(standing)).toBe('under 1 s');
    expect(ageText({ ...standing, ageMs: 4200 })).toBe('4 s');
    expect(ageText({ ...standing, ageMs: null })).toBe('not known');
    expect(ageText({ ...standing, isFilling: true })).toBe('filling');
    expect(ageText({ ...standing, silence: 'refused' })).toBe('silent');
    expect(proofText(standing)).toBe('equal, 1 s ago');
    expect(proofText({ ...standing, proof: null })).toBe('not known');
    expect(proofText({ ...standing, proof: { state: 'different', checkedAgoMs: null, differences: 1200 } })).toBe(
      '1,200 rows differ',
    );
  });

  it.each([
    ['"1.00"', '"1.50"', 3, 2],
    ['aa', 'aaa', 2, 0],
    ['', 'x', 0, 0],
    ['same', 'same', 4, 0],
    ['a😀b', 'a😁b', 1, 1],
  ])('of %s beside %s', (one, other, start, end) => {
    expect(commonEnds(one, other)).toEqual({ start, end });
  });
});
