import { type Json, JsonNumber } from './json-value.ts';
import { below, type Rules } from './rules.ts';

/** Characters that are shown of a value, and of a place. */
export const shownCharacters = 200;

export const masked = JSON.stringify('***');

/** A value as JSON text, its secrets masked at whatever depth, cut when long: what is beyond the cut is not even looked at. */
export function shown(value: Json, rules: Rules): string {
  const text = written(value, rules, '');
  return text.length > shownCharacters ? cut(text) : text;
}

/** A text as JSON text, from a little before `at`. */
export function shownText(text: string, at = 0): string {
  const from = at > 40 ? at - 40 : 0;
  const to = from + shownCharacters - 40;
  return quoted(`${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`);
}

/** A JSON pointer, or its kind: `-` for each index. Characters that a terminal would obey are escaped as in JSON. */
export function pointer(path: readonly (string | number)[], index: 'index' | '-'): string {
  let text = '';
  for (const part of path) {
    if (text.length > shownCharacters) break;
    if (typeof part === 'number') text += `/${index === '-' ? '-' : part}`;
    else
      text += `/${part
        .slice(0, shownCharacters + 1)
        .replaceAll('~', '~0')
        .replaceAll('/', '~1')}`;
  }
  const safe = harmless(text.toWellFormed());
  return safe.length > shownCharacters ? cut(safe) : safe;
}

/** Printable, cut when long. */
export function shortened(text: string): string {
  const safe = harmless(text.slice(0, shownCharacters + 1).toWellFormed());
  return safe.length > shownCharacters ? cut(safe) : safe;
}

function written(value: Json, rules: Rules, before: string): string {
  if (rules.secret) return before + masked;
  if (value instanceof JsonNumber) return before + value.text.slice(0, shownCharacters + 1);
  if (typeof value === 'string') return before + quoted(value.slice(0, shownCharacters + 1));
  if (typeof value !== 'object' || value === null) return before + value;
  const isList = Array.isArray(value);
  let text = before + (isList ? '[' : '{');
  let separator = '';
  for (const [name, inner] of (value as ReadonlyMap<string | number, Json>).entries()) {
    if (text.length > shownCharacters) return text;
    const label = isList ? '' : `${quoted(String(name).slice(0, shownCharacters + 1))}:`;
    text = written(inner, below(rules, String(name)), text + separator + label);
    separator = ',';
  }
  return text + (isList ? ']' : '}');
}

function quoted(text: string): string {
  return harmless(JSON.stringify(text));
}

/** What JSON leaves as it is and a terminal or a reader of text obeys: C0, C1, line separators, changes of direction. */
function harmless(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// A pair of surrogates may be cut in two.
function cut(text: string): string {
  return `${text.slice(0, shownCharacters).toWellFormed()}…`;
}
