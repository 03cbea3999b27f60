import type { IncomingMessage } from 'node:http';
import type { RouteRequest, WriteRoute } from '../route/declaration.ts';
import { paramsOf, type Segment, segmentsOf } from '../route/route-table.ts';
import { isLike } from './likeness.ts';

/** A write of a route, or what somebody could take for one: then `request` is null. */
export interface MatchedWrite {
  readonly route: WriteRoute;
  readonly request: RouteRequest | null;
}

/** Fields by which a write is another one than its method and path say, or wants something that a service does not look at. */
const unusual = [
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'],
  ...['range', 'content-range', 'content-encoding'],
];
const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override'];

type Incoming = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Finds the route that a write is one of, or like. */
export class WriteTable {
  readonly #routes: readonly { readonly route: WriteRoute; readonly segments: readonly Segment[] }[];

  /** Throws TypeError when a path or a name cannot be one, or two routes can be taken for each other. */
  constructor(routes: readonly WriteRoute[]) {
    this.#routes = routes.map((route) => ({ route, segments: segmentsOf(route) }));
    for (const [at, { route, segments }] of this.#routes.entries()) {
      const twin = this.#routes.slice(0, at).find(({ route: one, segments: its }) => isTwin(one, its, route, segments));
      if (twin) throw new TypeError(`a write could be one of '${twin.route.name}' and of '${route.name}'`);
    }
  }

  match(incoming: Incoming): MatchedWrite | null {
    const { method, url, headers } = incoming;
    if (url === undefined) return null;
    const named = overrides.flatMap((name) => headers[name] ?? []).map((name) => name.trim().toUpperCase());
    for (const { route, segments } of this.#routes) {
      if (method !== route.method && !named.includes(route.method) && !isOverride(incoming, route.method)) continue;
      const params = method === route.method && named.length === 0 ? usualParams(incoming, segments) : null;
      if (params) return { route, request: { params, query: new URLSearchParams(), headers } };
      if (isLike(url, segments)) return { route, request: null };
    }
    return null;
  }
}

function usualParams({ url, headers }: Incoming, segments: readonly Segment[]): Record<string, string> | null {
  const parts = url!.split('/');
  if (url!.includes('?') || parts.length !== segments.length + 1 || parts[0] !== '') return null;
  return unusual.some((name) => headers[name] !== undefined) ? null : paramsOf(segments, parts);
}

/** Some frameworks take the method from the query. */
function isOverride({ method: own, url = '' }: Incoming, method: string): boolean {
  const mark = url.indexOf('?');
  if (mark < 0 || (own === 'GET' && !/method/i.test(url))) return false;
  return [...new URLSearchParams(url.slice(mark + 1))].some(
    ([name, value]) => /^_?method$/i.test(name) && value.trim().toUpperCase() === method,
  );
}

function isTwin(one: WriteRoute, its: readonly Segment[], other: WriteRoute, segments: readonly Segment[]): boolean {
  if (one.method !== other.method || its.length !== segments.length) return false;
  return its.every(({ literal }, at) => {
    const name = segments[at]!.literal;
    return literal === null || name === null || literal.toLowerCase() === name.toLowerCase();
  });
}
