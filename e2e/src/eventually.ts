import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `look` gives something other than null, undefined or false. What it throws counts as "not yet", and so does a look that
 * does not end. Throws at the limit, with what the last look said: a limit is there to end a hopeless wait, no test measures time with it.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  limitMs = 60_000,
): Promise<T> {
  let last: unknown = 'nothing';
  for (const until = Date.now() + limitMs; Date.now() < until; await delay(25)) {
    try {
      const seen = await within(until - Date.now(), 'a look', Promise.resolve(look()));
      if (seen !== null && seen !== undefined && seen !== false) return seen;
      last = seen;
    } catch (error) {
      // The one that the limit cuts off says less than the one before.
      if (Date.now() < until || last === 'nothing') last = error instanceof Error ? error.message : error;
    }
  }
  throw new Error(`${what}: not within ${limitMs / 1000} s; the last look gave: ${String(last)}`);
}

/** What it resolves to. Throws when it has not ended in time, which a wait without a limit would hide. */
export async function within<T>(limitMs: number, what: string, promise: Promise<T>): Promise<T> {
  const over = new AbortController();
  const limit = delay(Math.max(1, limitMs), undefined, { signal: over.signal }).then(() => {
    throw new Error(`${what} has not ended within ${(limitMs / 1000).toFixed(1)} s`);
  });
  limit.catch(() => {});
  try {
    return await Promise.race([promise, limit]);
  } finally {
    over.abort();
  }
}
