import { describe, expect, it } from '@jest/globals';
import type { DetailJson } from '../event-routes.ts';
import type { WatchedRoute } from '../watched-routes.ts';
import { differenceNews, newestRoutes, routeNews } from './news.ts';

const route = (name: string, epoch: number, isSetAside = false): WatchedRoute =>
  ({
    name,
    isSetAside,
    state: { stage: 'canary', percent: epoch, epoch, changedBy: 'service:ops' },
  }) as unknown as WatchedRoute;
const detail = (name: string, kinds: readonly string[] | null): DetailJson =>
  ({ route: name, differences: kinds?.map((kind) => ({ kind })) }) as unknown as DetailJson;

describe('what is said aloud', () => {
  it('is that a route was moved, or is set aside, and nothing at first', () => {
    const before = [route('account', 1), route('rates', 1)];
    expect(routeNews([], before)).toEqual([]);
    expect(routeNews(before, [route('account', 5), route('rates', 1, true)])).toEqual([
      'account stands at canary 5 % now, by service:ops.',
      'rates is set aside by this replica.',
    ]);
    expect(routeNews(before, before)).toEqual([]);
  });

  it('is a kind of difference that is new', () => {
    const before = detail('account', ['/a']);
    expect(differenceNews(before, detail('account', ['/b', '/a']))).toEqual(['account differs in another way: /b.']);
    for (const [old, now] of [
      [null, before],
      [detail('rates', []), before],
      [detail('account', null), before],
      [before, detail('account', null)],
    ] as const)
      expect(differenceNews(old, now)).toEqual([]);
  });
});

it('a route never goes back to what it was before', () => {
  const [first, second] = [route('account', 1), route('account', 2)];
  expect(newestRoutes([second], [first])).toEqual([second]);
  expect(newestRoutes([first], [second])).toEqual([second]);
  expect(newestRoutes([], [first])).toEqual([first]);
});
