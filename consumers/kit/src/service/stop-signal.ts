import type { logger } from './log.ts';

/** Kubernetes kills after 30 s. */
const endWithinMs = 20_000;

/**
 * Aborted by SIGTERM and SIGINT. What has not ended some time later, as it waits for somebody who never answers, is left with this exit
 * code: nothing is lost by that.
 */
export function stopSignal(log: ReturnType<typeof logger>, lateCode = 1): AbortSignal {
  const stop = new AbortController();
  const end = () => {
    stop.abort();
    const late = () => {
      log({ message: `not ended within ${endWithinMs / 1000} s; it ends without waiting any longer` });
      process.exit(lateCode);
    };
    setTimeout(late, endWithinMs).unref();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  return stop.signal;
}
