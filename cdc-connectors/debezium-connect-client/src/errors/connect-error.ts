import type { JavaTrace } from './java-trace.ts';
import type { SourceTrouble } from './source-trouble.ts';

/**
 * What went wrong:
 *
 * - `unreachable`: no connection to the worker. `timeout`: the worker did not answer in time.
 * - `rebalancing`: the worker waits for a rebalance of its group. `worker-error`: it answered with a 5xx.
 * - `not-found`: no such connector, task, plugin or logger. `already-exists`: `createConnector` for a name that is taken.
 * - `invalid-config`: the worker, or this client, refuses the configuration, or what else was given.
 * - `not-stopped`: offsets can be changed only of a connector that is STOPPED.
 * - `unauthorized`: 401 or 403. `disabled`: the worker's own configuration has topic tracking, or its reset, switched off.
 * - `unsupported`: the worker has no such endpoint: an older Kafka, or an address that is not its base.
 * - `tls-failed`: no encrypted connection, since one side does not accept the other, or the other side speaks no TLS.
 * - `connector-failed`, `task-failed`: the state is FAILED; `trace` has the worker's reason.
 * - `not-streaming`: the time to wait ran out before there was proof of streaming.
 * - `unexpected-answer`: what came back is not what Kafka Connect's REST API promises.
 * - `aborted`: the caller's AbortSignal. `unknown`: an error that this client did not foresee; see `cause`.
 */
export type ConnectErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'rebalancing'
  | 'worker-error'
  | 'not-found'
  | 'already-exists'
  | 'invalid-config'
  | 'not-stopped'
  | 'unauthorized'
  | 'disabled'
  | 'unsupported'
  | 'tls-failed'
  | 'connector-failed'
  | 'task-failed'
  | 'not-streaming'
  | 'unexpected-answer'
  | 'aborted'
  | 'unknown';

const RETRIABLE: ReadonlySet<ConnectErrorCode> = new Set([
  'unreachable',
  'timeout',
  'rebalancing',
  'worker-error',
  'not-streaming',
]);

/**
 * `httpStatus` is there when an HTTP answer was the cause; `trace` when the worker gave a Java stack trace; `trouble` when that
 * is known to come from the source.
 */
export type ConnectErrorDetail = { cause?: unknown; trace?: JavaTrace; trouble?: SourceTrouble; httpStatus?: number };

/** The only error this package throws. Messages and traces hold no value of a secret setting that was sent. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly code: ConnectErrorCode;
  /** True when the same call may succeed later without anyone changing anything. */
  readonly retriable: boolean;
  readonly trace?: JavaTrace;
  readonly trouble?: SourceTrouble;
  readonly httpStatus?: number;

  constructor(code: ConnectErrorCode, message: string, detail: ConnectErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.retriable = RETRIABLE.has(code);
    if (detail.trace !== undefined) this.trace = detail.trace;
    if (detail.trouble !== undefined) this.trouble = detail.trouble;
    if (detail.httpStatus !== undefined) this.httpStatus = detail.httpStatus;
  }

  /** Any thrown value as a ConnectError: itself when it is one, else wrapped with the value as its `cause`. */
  static from(thrown: unknown): ConnectError {
    if (thrown instanceof ConnectError) return thrown;
    const code = codeOf(thrown);
    return new ConnectError(code, `${PREFACE[code]}: ${textOf(thrown)}`, { cause: thrown });
  }
}

const PREFACE = {
  aborted: 'the call to Kafka Connect was aborted by its caller',
  timeout: 'Kafka Connect did not answer in time; see whether the worker is overloaded',
  'tls-failed':
    'no TLS connection to Kafka Connect; see whether it speaks TLS there, and whether tls.ca, tls.cert and tls.key are right',
  unreachable: 'Kafka Connect cannot be reached; see whether the worker runs and listens there',
  'unexpected-answer': 'what answered does not speak HTTP; see whether the url is a Kafka Connect worker’s',
  unknown: 'unforeseen error while talking to Kafka Connect; its cause has the stack',
} as const;

/** Nothing stops a cause chain from being a circle. */
const MAX_DEPTH = 5;

/** By name and code, not by class: an error may come from another realm, where `instanceof` says no. */
function codeOf(thrown: unknown, depth = 0): keyof typeof PREFACE {
  const { name, code, cause } = fieldsOf(thrown);
  if (name === 'AbortError') return 'aborted';
  if (name === 'TimeoutError' || /TIMEOUT|ETIMEDOUT/.test(code)) return 'timeout';
  if (/^(ECONN|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_|EPIPE|UND_ERR_SOCKET)/.test(code)) return 'unreachable';
  if (/^(ERR_(TLS|SSL|OSSL)|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code)) return 'tls-failed';
  // Node's HTTP parsers, of http and of fetch.
  if (code.startsWith('HPE_') || name === 'HTTPParserError') return 'unexpected-answer';
  return cause === undefined || depth > MAX_DEPTH ? 'unknown' : codeOf(cause, depth + 1);
}

/** fetch says only `fetch failed`; the reason is in its cause, which for two addresses tried has a code and no message. */
function textOf(thrown: unknown, depth = 0): string {
  const { message, code, cause } = fieldsOf(thrown);
  const own = message === '' ? code : message;
  return cause === undefined || depth > MAX_DEPTH ? own : `${own} (${textOf(cause, depth + 1)})`;
}

function fieldsOf(thrown: unknown): { name: string; code: string; message: string; cause: unknown } {
  if (typeof thrown !== 'object' || thrown === null)
    return { name: '', code: '', message: String(thrown), cause: undefined };
  const { name, code, message, cause } = thrown as Record<'name' | 'code' | 'message' | 'cause', unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { name: text(name), code: text(code), message: text(message), cause };
}
