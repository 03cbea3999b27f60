import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `look` is true. The limit ends a hopeless wait, no test measures time with it. */
export async function eventually(
  what: string,
  look: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  for (const until = Date.now() + limitMs; Date.now() < until; await delay(5)) if (await look()) return;
  throw new Error(`${what}: not within ${limitMs / 1000} s`);
}
