import { ConnectError } from '../errors/connect-error.ts';
import type { Worker } from './options.ts';
import { refusal } from './refusal.ts';

/** One request. `secrets` is the config whose secret values must be cut out of whatever the worker answers. */
export type Call = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Other statuses than 2xx whose JSON is an answer all the same. */
  readonly answers?: readonly number[];
};

/** A 2xx answer, or one of the call's `answers`. `body` is the decoded JSON, undefined for an empty one. */
export type Answer = { readonly status: number; readonly body: unknown };

/** Sends the request once. Throws a ConnectError for everything but a 2xx answer with JSON or nothing in it. */
export async function exchange(worker: Worker, call: Call): Promise<Answer> {
  const { status, text } = await send(worker, call);
  const isAnswer = (status >= 200 && status < 300) || (call.answers?.includes(status) && text.startsWith('{'));
  if (!isAnswer) throw refusal(call, status, text);
  return { status, body: decode(call, status, text) };
}

async function send(worker: Worker, call: Call): Promise<{ status: number; text: string }> {
  const timeout = AbortSignal.timeout(worker.timeoutMs);
  try {
    const response = await worker.ports.fetch(`${worker.baseUrl}${call.path}`, {
      method: call.method,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...worker.headers },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]),
    });
    return { status: response.status, text: await response.text() };
  } catch (thrown) {
    throw failure(worker, call, thrown, timeout.aborted);
  }
}

/** A caller's abort may carry any reason, so the signals say what happened and the thrown value only why. */
function failure(worker: Worker, call: Call, thrown: unknown, timedOut: boolean): ConnectError {
  const where = `${call.method} ${worker.baseUrl}${call.path}`;
  if (call.signal?.aborted) return new ConnectError('aborted', `${where} was aborted by its caller`, { cause: thrown });
  if (timedOut) {
    const message = `${where} got no answer within ${worker.timeoutMs} ms; see whether the worker is overloaded, or raise timeoutMs`;
    return new ConnectError('timeout', message, { cause: thrown });
  }
  const known = ConnectError.from(thrown);
  return new ConnectError(known.code, `${where}: ${known.message}`, { cause: thrown });
}

function decode(call: Call, status: number, text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const message = `${call.method} ${call.path} answered ${status} with something that is not JSON; see whether the url is a Kafka Connect worker’s`;
    throw new ConnectError('unexpected-answer', message, { cause: thrown, httpStatus: status });
  }
}
