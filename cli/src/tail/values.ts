import { type Row, type SourceValue, sameValue } from '@banyan/kit';
import { escaped } from '../terminal/escape.ts';

/** Longer texts and bytes are cut for people, never in JSON. */
const shownCharacters = 120;
const bare = /^[A-Za-z0-9_.:+@/-]+$/;
const reserved = new Set(['NULL', 'true', 'false']);

/** A value as one word that a terminal can show: a text in quotes unless it is plain, bytes as `0x…`, what is long cut short. */
export function shownValue(value: SourceValue | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Uint8Array) return shownBytes(value);
  if (typeof value !== 'string') return String(value);
  if (value.length > shownCharacters) {
    return `'${quotable(value.slice(0, shownCharacters))}…' (${value.length} characters)`;
  }
  return bare.test(value) && !reserved.has(value) ? value : `'${quotable(value)}'`;
}

/** Backslash and quote too, so that no text looks like another one's escape. */
const quotable = (text: string): string => escaped(text.replaceAll('\\', '\\\\').replaceAll("'", "\\'"));

function shownBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, shownCharacters / 2)).toString('hex');
  return bytes.length > shownCharacters / 2 ? `0x${hex}… (${bytes.length} bytes)` : `0x${hex}`;
}

/** `id=1 name='Ada L.'` */
export function shownRow(row: Row): string {
  return Object.entries(row)
    .map(([column, value]) => `${escaped(column)}=${shownValue(value)}`)
    .join(' ');
}

/** What an update changed: `balance=1.0000→2.0000`. */
export function shownChanges(before: Row, after: Row): string {
  const changed = Object.keys(after).filter((column) => !sameValue(before[column], after[column]));
  if (changed.length === 0) return '(no captured column changed)';
  return changed
    .map((column) => `${escaped(column)}=${shownValue(before[column])}→${shownValue(after[column])}`)
    .join(' ');
}

/**
 * Whether the key is the one that was asked for: its value alone for a key of one column, else `a=1,b=2` in any order, each value as
 * JSON shows it.
 */
export function isKey(asked: string, key: Row): boolean {
  const columns = Object.entries(key).map(([column, value]) => [column, plain(value)] as const);
  if (columns.length === 1 && columns[0]![1] === asked) return true;
  const wanted = asked.split(',').sort().join(',');
  return (
    wanted ===
    columns
      .map(([column, value]) => `${column}=${value}`)
      .sort()
      .join(',')
  );
}

const plain = (value: SourceValue): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value);
