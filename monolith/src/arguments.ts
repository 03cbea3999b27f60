import { parseArgs } from 'node:util';
import { MAX_SEED } from './prng.ts';

/** The command line cannot be used; the message says which part and what it should be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `seed` was asked for. */
export interface SeedArguments {
  readonly seed: number;
  readonly customers: number;
}

/** What `traffic` was asked for; `url` undefined when not given. */
export interface TrafficArguments {
  readonly url: string | undefined;
  readonly rate: number;
  readonly clients: number;
  readonly forMs: number;
  readonly orders?: number;
  readonly seed: number;
  /** Given for the whole of a bank's business; else transfers alone. */
  readonly mix?: 'full';
}

/** Reads the options of `serve`, of which there are none. Throws UsageError. */
export function parseServeArguments(args: readonly string[]): void {
  read(args, []);
}

/** Reads the options of `seed`. Throws UsageError. */
export function parseSeedArguments(args: readonly string[]): SeedArguments {
  const given = read(args, ['seed', 'customers']);
  return {
    seed: wholeNumber('--seed', given.seed ?? '1', 0, MAX_SEED),
    customers: wholeNumber('--customers', given.customers ?? '1000', 1, 100_000),
  };
}

/** Reads the options of `traffic`. Throws UsageError. */
export function parseTrafficArguments(args: readonly string[]): TrafficArguments {
  const given = read(args, ['url', 'rate', 'clients', 'for', 'orders', 'seed', 'mix']);
  if (!['transfers', 'full'].includes(given.mix ?? 'transfers')) {
    throw new UsageError(`--mix must be transfers or full, got "${given.mix}"`);
  }
  if (given.mix === 'full' && given.url !== undefined) {
    throw new UsageError('--url is for --mix transfers; the full mix works on the database of BANK_DB_NAME');
  }
  const orders = given.orders;
  return {
    url: given.url === undefined ? undefined : httpUrl(given.url),
    rate: wholeNumber('--rate', given.rate ?? '200', 1, 100_000),
    clients: wholeNumber('--clients', given.clients ?? '8', 1, 1_000),
    forMs: duration('--for', given.for ?? '10s'),
    ...(orders === undefined ? {} : { orders: wholeNumber('--orders', orders, 1, 1_000_000_000) }),
    seed: wholeNumber('--seed', given.seed ?? '1', 0, MAX_SEED),
    ...(given.mix === 'full' ? { mix: 'full' as const } : {}),
  };
}

/** Reads the options of `nightly`. Throws UsageError. */
export function parseNightlyArguments(args: readonly string[]): { readonly rows: number } {
  return { rows: wholeNumber('--rows', read(args, ['rows']).rows ?? '100000', 1, 10_000_000) };
}

/** Reads the options of `purge`. Throws UsageError. */
export function parsePurgeArguments(args: readonly string[]): { readonly olderThanDays: number } {
  const given = read(args, ['older-than']);
  return { olderThanDays: wholeNumber('--older-than', given['older-than'] ?? '30', 0, 36_500) };
}

function read(args: readonly string[], names: readonly string[]): Record<string, string | undefined> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    return parseArgs({ args: [...args], options, strict: true }).values as Record<string, string | undefined>;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const number = Number(text);
  if (/^[0-9]{1,10}$/.test(text) && number >= low && number <= high) return number;
  throw new UsageError(`${option} must be a whole number from ${low} to ${high}, got "${text}"`);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

function duration(option: string, text: string): number {
  const match = /^([1-9][0-9]{0,6})(ms|s|m)$/.exec(text);
  if (match !== null) return Number(match[1]) * UNIT_MS[match[2]!]!;
  throw new UsageError(`${option} must be a time such as 500ms, 10s or 2m, got "${text}"`);
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && new URL(text).protocol === 'http:') return text;
  throw new UsageError(`--url must be an address such as http://127.0.0.1:8012, got "${text}"`);
}
