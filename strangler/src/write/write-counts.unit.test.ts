import { expect, it } from '@jest/globals';
import { type Phase, unknownState } from '../state/route-state.ts';
import { WriteCounts } from './write-counts.ts';

it('a hold is counted once, also when its end was not seen before the next one', () => {
  const counts = new WriteCounts();
  const see = (...phases: Phase[]) => {
    for (const phase of phases) counts.saw({ ...unknownState('contact'), phase });
  };
  see('settled', 'holding', 'undoing', 'settled', 'settled');
  expect(counts.holds).toBe(1);
  expect(counts.longestHoldMs).toBeGreaterThan(0);
  see('holding', 'holding', 'settled', 'undoing', 'settled');
  expect(counts.holds).toBe(3);
});
