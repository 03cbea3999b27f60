import { ConnectError, type ConnectErrorCode } from '../errors/connect-error.ts';
import { maskText } from '../secrets/mask.ts';
import type { Call } from './exchange.ts';

const ADVICE: Partial<Record<ConnectErrorCode, string>> = {
  'not-found': 'see connectors() for the names there are',
  'invalid-config': 'correct the configuration',
  unauthorized: 'give the right basicAuth',
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

/**
 * 409 means a rebalance for every call this client makes. Some calls say so with 500 instead: `GET …/config` of a connector
 * put a moment ago answers «Request cannot be completed because a rebalance is expected» (seen in 4.3).
 */
function codeFor(status: number, said: string): ConnectErrorCode {
  if (status === 409 || (status >= 500 && /\brebalance\b/i.test(said))) return 'rebalancing';
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
