import type { IncomingMessage } from 'node:http';
import { hasContent } from '../proxy/headers.ts';
import type { ReadRoute, Route, RouteRequest } from './declaration.ts';

export interface Matched {
  readonly route: ReadRoute;
  readonly request: RouteRequest;
}

export interface Segment {
  readonly literal: string | null;
  readonly name: string;
  readonly pattern: RegExp | undefined;
}

/** Fields that ask for something other than the whole and newest answer. */
const special = [
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
  'expect',
];

/**
 * Finds the route that a request is one of. Whatever is written in an unusual way (`//`, `%2F`, `..`, a parameter twice, a body) is
 * nobody's: the monolith answers it, which knows what it makes of it.
 */
export class RouteTable {
  readonly #routes: readonly { readonly route: ReadRoute; readonly segments: readonly Segment[] }[];

  /** Throws TypeError when a path or a name cannot be one, or two routes are alike. */
  constructor(routes: readonly ReadRoute[]) {
    this.#routes = routes.map((route) => ({ route, segments: segmentsOf(route) }));
    const shapes = this.#routes.map(({ segments }) => segments.map(({ literal }) => literal ?? '{}').join('/'));
    for (const list of [routes.map(({ name }) => name), shapes]) {
      const twice = list.find((one, at) => list.indexOf(one) !== at);
      if (twice !== undefined) throw new TypeError(`two routes are '${twice}'; give one of them another name or path`);
    }
  }

  match({ method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): Matched | null {
    if (method !== 'GET' || url === undefined) return null;
    if (hasContent({ headers })) return null;
    const mark = url.indexOf('?');
    const parts = (mark < 0 ? url : url.slice(0, mark)).split('/');
    for (const { route, segments } of this.#routes) {
      if (segments.length !== parts.length - 1) continue;
      const params = paramsOf(segments, parts);
      if (!params) continue;
      const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
      if (special.some((name) => headers[name] !== undefined) || !isUnderstood(route, query)) return null;
      return { route, request: { params, query, headers } };
    }
    return null;
  }
}

/** Throws TypeError when the name or the path cannot be one. */
export function segmentsOf({ name, path, params = {} }: Pick<Route, 'name' | 'path' | 'params'>): Segment[] {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name))
    throw new TypeError(`'${name}' is no name of a route: lower case, digits, dashes`);
  if (!/^(\/([A-Za-z0-9._~-]+|\{[a-z][A-Za-z0-9_]*\}))+$/.test(path)) {
    throw new TypeError(`${name}: '${path}' is no path of a route, such as /accounts/{id}`);
  }
  const segments = path
    .slice(1)
    .split('/')
    .map((text) => {
      const parameter = /^\{(.+)\}$/.exec(text)?.[1];
      const pattern = parameter === undefined ? undefined : params[parameter];
      return {
        literal: parameter === undefined ? text : null,
        name: parameter ?? '',
        pattern: pattern && new RegExp(`^(?:${pattern.source})$`, pattern.flags.replaceAll(/[gy]/g, '')),
      };
    });
  const unknown = Object.keys(params).find((one) => !segments.some((segment) => segment.name === one));
  if (unknown !== undefined) throw new TypeError(`${name}: the path has no parameter '${unknown}'`);
  return segments;
}

/** `parts` as they stand between the slashes, after the first; null when one is not as it must be, or written in an unusual way. */
export function paramsOf(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (let at = 0; at < segments.length; at++) {
    const { literal, name, pattern } = segments[at]!;
    const part = parts[at + 1]!;
    if (literal !== null) {
      if (literal !== part) return null;
      continue;
    }
    const value = plainText(part);
    if (value === null || (pattern && !pattern.test(value))) return null;
    params[name] = value;
  }
  return params;
}

/** Null for one that another reader of paths could take for something else. */
function plainText(part: string): string | null {
  try {
    const text = part.includes('%') ? decodeURIComponent(part) : part;
    return /^[^\\/\p{Cc}]+$/u.test(text) && !/^\.\.?$/.test(text) ? text : null;
  } catch {
    return null; // no UTF-8
  }
}

function isUnderstood({ query: known = [] }: ReadRoute, query: URLSearchParams): boolean {
  const seen = new Set<string>();
  for (const name of query.keys()) {
    if (seen.has(name) || !known.includes(name)) return false;
    seen.add(name);
  }
  return true;
}
