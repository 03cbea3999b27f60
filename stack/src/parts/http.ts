/** Resolves when the URL answers 200; throws what it answered instead. */
export async function ok(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch((error: Error) => {
    throw new Error((error.cause as Error | undefined)?.message || error.message);
  });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
}
