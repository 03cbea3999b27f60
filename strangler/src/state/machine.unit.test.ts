import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { directionOf, isPlace, nextStage, nextWriteStage, sinceEpochOf, writeDirectionOf } from './machine.ts';
import { isShared, type Place, type RouteState, stages, unknownState } from './route-state.ts';

const share = fc.integer({ min: 1, max: 10_000 }).map((hundredths) => hundredths / 100);
const place: fc.Arbitrary<Place> = fc
  .record({ stage: fc.constantFrom(...stages), percent: share })
  .map(({ stage, percent }) => ({ stage, percent: isShared(stage) ? percent : 100 }));

describe('steps', () => {
  it.each([
    ['monolith 100', 'shadow 10', 'forward'],
    ['shadow 10', 'shadow 100', 'forward'],
    ['shadow 100', 'shadow 10', 'back'],
    ['shadow 10', 'canary 5', 'forward'],
    ['canary 5', 'canary 25', 'forward'],
    ['canary 25', 'canary 5', 'back'],
    ['canary 5', 'service 100', 'forward'],
    ['service 100', 'retired 100', 'forward'],
    ['service 100', 'canary 100', 'back'],
    ['service 100', 'monolith 100', 'back'],
    ['canary 5', 'shadow 100', 'back'],
    ['shadow 5', 'monolith 100', 'back'],
    ['monolith 100', 'canary 5', null],
    ['monolith 100', 'service 100', null],
    ['canary 5', 'retired 100', null],
    ['shadow 100', 'shadow 100', null],
    ['monolith 100', 'monolith 100', null],
    ['retired 100', 'service 100', null],
    ['monolith 100', 'shadow 0', null],
    ['monolith 100', 'shadow 100.01', null],
    ['monolith 100', 'shadow 0.005', null],
    ['canary 5', 'service 50', null],
  ])('%s → %s: %s', (from, to, direction) => {
    const read = (text: string) => {
      const [stage, percent] = text.split(' ');
      return { stage, percent: Number(percent) } as Place;
    };
    expect(directionOf(read(from), read(to))).toBe(direction);
  });

  it('are all undone by a step back, but for the one into retired', () => {
    fc.assert(
      fc.property(place, place, (from, to) => {
        if (directionOf(from, to) !== 'forward') return;
        expect(directionOf(to, from)).toBe(to.stage === 'retired' ? null : 'back');
      }),
    );
  });

  it('back never answer more clients by a service, forward never fewer', () => {
    const served = ({ stage, percent }: Place) =>
      stage === 'canary' ? percent : stage === 'service' || stage === 'retired' ? 100 : 0;
    fc.assert(
      fc.property(place, place, (from, to) => {
        const direction = directionOf(from, to);
        if (direction === 'back' && !(from.stage === 'service' && to.stage === 'canary'))
          expect(served(to)).toBeLessThanOrEqual(served(from));
        if (direction === 'forward') expect(served(to)).toBeGreaterThanOrEqual(served(from));
      }),
    );
  });

  it('lead from anywhere but retired to the monolith in one, and from the monolith everywhere by going on', () => {
    fc.assert(
      fc.property(place, (from) => {
        const home = directionOf(from, { stage: 'monolith', percent: 100 });
        expect(home).toBe(from.stage === 'retired' || from.stage === 'monolith' ? null : 'back');
        const next = nextStage(from.stage);
        if (next) expect(directionOf(from, { stage: next, percent: 100 })).toBe('forward');
      }),
    );
  });

  it('go to places alone', () => {
    fc.assert(fc.property(place, (one) => isPlace(one)));
    for (const percent of [0, -1, 100.5, 33.333, Number.NaN, Number.POSITIVE_INFINITY])
      expect(isPlace({ stage: 'canary', percent })).toBe(false);
  });
});

describe('steps of a route for writes', () => {
  it('go from the monolith to the service and back, and from there to retired', () => {
    const found = stages.flatMap((from) =>
      stages.map((to) => [from, to, writeDirectionOf({ stage: from, percent: 100 }, { stage: to, percent: 100 })]),
    );
    expect(found.filter(([, , direction]) => direction !== null)).toEqual([
      ['monolith', 'service', 'forward'],
      ['service', 'monolith', 'back'],
      ['service', 'retired', 'forward'],
    ]);
    expect(writeDirectionOf({ stage: 'monolith', percent: 100 }, { stage: 'service', percent: 50 })).toBeNull();
    expect(['monolith', 'service', 'retired'].map((stage) => nextWriteStage(stage as never))).toEqual([
      'service',
      'retired',
      null,
    ]);
  });
});

describe('evidence', () => {
  const at = (stage: RouteState['stage'], epoch: number, sinceEpoch: number): RouteState => ({
    ...unknownState('accounts'),
    stage,
    epoch,
    sinceEpoch,
  });
  it('counts since the route came into shadow, from either side', () => {
    expect(sinceEpochOf(at('monolith', 4, 2), { stage: 'shadow', percent: 1 })).toBe(5);
    expect(sinceEpochOf(at('canary', 7, 5), { stage: 'shadow', percent: 100 })).toBe(8);
    expect(sinceEpochOf(at('shadow', 5, 5), { stage: 'shadow', percent: 100 })).toBe(5);
    expect(sinceEpochOf(at('shadow', 6, 5), { stage: 'canary', percent: 1 })).toBe(5);
    expect(sinceEpochOf(at('canary', 7, 5), { stage: 'service', percent: 100 })).toBe(5);
  });
});
