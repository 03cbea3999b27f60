import type { DetailJson } from '../event-routes.ts';
import type { WatchedRoute } from '../watched-routes.ts';
import { placeText } from './text.ts';

/** What was read before a move was made may come after it. */
export function newestRoutes(before: readonly WatchedRoute[], now: readonly WatchedRoute[]): WatchedRoute[] {
  const known = new Map(before.map((route) => [route.name, route]));
  return now.map((route) => {
    const old = known.get(route.name);
    return old && old.state.epoch > route.state.epoch ? old : route;
  });
}

/** What of the routes is worth to be said aloud: moves, not figures. */
export function routeNews(before: readonly WatchedRoute[], now: readonly WatchedRoute[]): string[] {
  return now.flatMap(({ name, state, isSetAside }) => {
    const old = before.find((route) => route.name === name);
    if (!old) return [];
    const moved =
      old.state.epoch === state.epoch ? [] : [`${name} stands at ${placeText(state)} now, by ${state.changedBy}.`];
    const aside = !old.isSetAside && isSetAside ? [`${name} is set aside by this replica.`] : [];
    return [...moved, ...aside];
  });
}

/** A kind of difference that was not there before. */
export function differenceNews(before: DetailJson | null, now: DetailJson): string[] {
  if (before?.route !== now.route || !before.differences || !now.differences) return [];
  const known = new Set(before.differences.map(({ kind }) => kind));
  const fresh = now.differences.filter(({ kind }) => !known.has(kind));
  return fresh.map(({ kind }) => `${now.route} differs in another way: ${kind}.`);
}
