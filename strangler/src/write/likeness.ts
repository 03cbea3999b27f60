import type { Segment } from '../route/route-table.ts';

/**
 * Whether somebody who reads paths leniently could take this one for the pattern's: decoded once or more, with `\` as `/`, `;…` cut off,
 * empty segments and `.` left out, `..` resolved, whatever the case; each of it done or not, in any order. A parameter is anything.
 * What is like a write that the service owns must not reach the monolith: better one too many is refused.
 */
export function isLike(target: string, pattern: readonly Segment[]): boolean {
  return [...pathsOf(target)].some((path) => {
    const parts = path.split('/').map(nameOf);
    const names = pattern.map(({ literal }) => (literal === null ? null : folded(literal)));
    return parts.includes('..') ? hasInOrder(parts, names) : isReadAs(parts, names);
  });
}

/** A program that decodes more often than this does so until nothing is left to decode. */
const decodings = 3;

/** What can be taken for the target's path, decoded so many times before it is cut into segments. */
function pathsOf(target: string): Set<string> {
  const paths = new Set<string>();
  for (let text of new Set([target, withoutAuthority(target)].map(withoutQuery)))
    for (let times = 0; times <= decodings; times++) {
      for (const path of [text, text.replaceAll('\\', '/')]) paths.add(path).add(withoutQuery(path));
      text = decoded(text);
    }
  return paths;
}

/** `http://host/path`, and `//host/path` for who takes it for a URL. */
const withoutAuthority = (target: string): string =>
  target.replace(/^(?:[a-z][a-z0-9+.-]*:[/\\]*|[/\\]{2,})[^/?#\\]*/i, '');
const withoutQuery = (text: string): string => text.replace(/[?#].*$/s, '');

/** Segments of the path that is read are some of these, in their order: which, depends on when `..` is resolved. */
function hasInOrder(parts: readonly string[], names: readonly (string | null)[]): boolean {
  const literals = names.filter((name) => name !== null);
  let at = 0;
  for (const part of parts) if (part === literals[at]) at++;
  return at >= literals.length;
}

/** All segments but those that may be left out are the pattern's, one by one. */
function isReadAs(parts: readonly string[], names: readonly (string | null)[]): boolean {
  let reached = new Set([0]);
  for (const part of parts) {
    const next = new Set(part === '' || part === '.' ? reached : []);
    for (const at of reached) if (at < names.length && (names[at] === null || names[at] === part)) next.add(at + 1);
    reached = next;
  }
  return reached.has(names.length);
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/** As the most lenient reads it. */
function nameOf(part: string): string {
  let text = part;
  for (let times = 0; times < decodings; times++) text = decoded(text);
  return folded(text.replace(/[;?#\0].*$/s, '').trim());
}

/** What is no UTF-8 stays as it is, but for its signs of ASCII. */
function decoded(text: string): string {
  if (!text.includes('%')) return text;
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (coded) => {
    try {
      return decodeURIComponent(coded);
    } catch {
      return coded.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    }
  });
}
