import { ConnectError } from '../errors/connect-error.ts';
import { type Answer, type Call, exchange } from './exchange.ts';
import type { Worker } from './options.ts';

/** `once`: the call does something again when it is sent again. */
export type Retriability = 'idempotent' | 'once';

/**
 * Sends the request until it is answered, up to `retry.attempts` times. A refused connection and a rebalance mean that
 * nothing was done, so they are retried for every call; a time-out or a 5xx only for an idempotent one.
 *
 * Throws the last attempt's ConnectError. `onFailure` sees the error of every attempt.
 */
export async function exchangeRetrying(
  worker: Worker,
  call: Call,
  retriability: Retriability,
  onFailure: (error: ConnectError) => void = () => {},
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await exchange(worker, call);
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      onFailure(error);
      if (attempt >= worker.retry.attempts || !mayRetry(error, retriability)) throw error;
    }
    await pause(worker, attempt, call);
  }
}

/** The delay after the given attempt: between half and all of `baseDelayMs · 2^(attempt-1)`, capped at `maxDelayMs`. */
export function delayMs(retry: Worker['retry'], attempt: number, random: number): number {
  const ceilingMs = Math.min(retry.maxDelayMs, retry.baseDelayMs * 2 ** (attempt - 1));
  return ceilingMs / 2 + (ceilingMs / 2) * random;
}

function mayRetry(error: ConnectError, retriability: Retriability): boolean {
  if (!error.retriable) return false;
  return retriability === 'idempotent' || error.code === 'rebalancing' || wasNeverSent(error);
}

/** `unreachable` covers a connection lost after the request went out; only a refused one proves that nothing was done. */
function wasNeverSent(error: ConnectError): boolean {
  for (let cause: unknown = error; typeof cause === 'object' && cause !== null; cause = (cause as Error).cause) {
    if ((cause as { code?: unknown }).code === 'ECONNREFUSED') return true;
  }
  return false;
}

async function pause(worker: Worker, attempt: number, call: Call): Promise<void> {
  try {
    await worker.ports.sleep(delayMs(worker.retry, attempt, worker.ports.random()), call.signal);
  } catch (thrown) {
    throw new ConnectError('aborted', `${call.method} ${call.path} was aborted by its caller between two attempts`, {
      cause: thrown,
    });
  }
}
