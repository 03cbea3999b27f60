import { ConnectError, type ConnectErrorCode } from '../errors/connect-error.ts';
import { maskText } from '../secrets/mask.ts';
import type { Call } from './exchange.ts';

const ADVICE: Partial<Record<ConnectErrorCode, string>> = {
  'not-found': 'see connectors(), tasks(name), plugins() or loggers.all() for what there is',
  'already-exists': 'take another name, or putConnector, which changes the one that is there',
  'not-stopped': 'call stop(name), and wait until status(name) says STOPPED and has no task',
  'invalid-config': 'correct the configuration',
  unauthorized: 'give the right basicAuth',
  disabled: 'set topic.tracking.enable and topic.tracking.allow.reset in the worker’s own configuration',
  unsupported:
    'see whether the url is the worker’s base, and whether its Kafka has this endpoint: worker() tells its version',
  rebalancing: 'repeat the call when the group has settled',
  'worker-error': 'see the worker’s log',
};

/**
 * An answer other than 2xx as an error. Kafka Connect answers `{"error_code": 404, "message": "…"}`; a proxy in front of it
 * may answer anything, of which the first line is shown.
 */
export function refusal(call: Call, status: number, text: string): ConnectError {
  const said = maskText(messageIn(text), call.secrets ?? {}).trim();
  const code = codeFor(status, said);
  const advice = ADVICE[code];
  const what = [`${call.method} ${call.path} answered ${status}`, said].filter(Boolean).join(': ');
  return new ConnectError(code, [what, advice].filter(Boolean).join('; '), { httpStatus: status });
}

/** What the worker says where the status alone could mean something else; each text is from Kafka's source, 3.9 to 4.3. */
const SAYINGS: readonly (readonly [status: number, says: RegExp, code: ConnectErrorCode])[] = [
  [409, /^Connector .* already exists$/, 'already-exists'],
  [400, /^Connectors must be in the STOPPED state before their offsets can be modified/, 'not-stopped'],
  [403, /^Topic tracking (reset )?is disabled/, 'disabled'],
  // Jersey's own, for a path or a method without a resource.
  [404, /^HTTP 404 Not Found$/, 'unsupported'],
  [405, /^/, 'unsupported'],
  // `GET …/config` of a connector put a moment ago: «Request cannot be completed because a rebalance is expected», seen in 4.3.
  [500, /\brebalance\b/i, 'rebalancing'],
  [503, /\brebalance\b/i, 'rebalancing'],
];

/** Any other 409 means a rebalance. */
function codeFor(status: number, said: string): ConnectErrorCode {
  const known = SAYINGS.find(([on, says]) => on === status && says.test(said));
  if (known !== undefined) return known[2];
  if (status === 409) return 'rebalancing';
  if (status === 404) return 'not-found';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 400 || status === 422) return 'invalid-config';
  return status >= 500 ? 'worker-error' : 'unexpected-answer';
}

function messageIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined;
    if (typeof message === 'string') return message;
  } catch {
    // Not the worker's own answer: shown as it is.
  }
  return text.split('\n')[0]?.slice(0, 200) ?? '';
}
