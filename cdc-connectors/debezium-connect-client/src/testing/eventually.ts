import { setTimeout as pause } from 'node:timers/promises';

/** Asks until the value is fit and gives it; throws with the last value when the limit passes first. */
export async function eventually<T>(ask: () => Promise<T>, isFit: (value: T) => boolean, limitMs = 30_000): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const value = await ask();
    if (isFit(value)) return value;
    if (performance.now() > endMs) throw new Error(`not fit within ${limitMs} ms; last seen: ${JSON.stringify(value)}`);
    await pause(100);
  }
}
