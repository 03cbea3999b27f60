import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `look` gives something other than null, undefined or false; what it throws counts as "not yet". Throws at the
 * limit with what the last look said. The limit ends a hopeless wait, no test measures time with it.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  limitMs = 30_000,
): Promise<T> {
  let last: unknown = 'nothing';
  for (const until = Date.now() + limitMs; Date.now() < until; await delay(25)) {
    try {
      const seen = await look();
      if (seen !== null && seen !== undefined && seen !== false) return seen;
      last = seen;
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
  }
  throw new Error(`${what}: not within ${limitMs / 1000} s; the last look gave: ${String(last)}`);
}
