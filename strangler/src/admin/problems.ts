import type { Problem } from '@banyan/kit';
import { StranglerError, type StranglerErrorCode } from '../errors.ts';
import { stateJson } from './json.ts';

const problems: { readonly [code in StranglerErrorCode]?: { readonly status: number; readonly title: string } } = {
  'invalid-change': { status: 400, title: 'This is no place for a route' },
  'reason-missing': { status: 400, title: 'A reason is wanted' },
  'route-unknown': { status: 404, title: 'There is no such route' },
  'no-such-step': { status: 409, title: 'There is no such step' },
  'gate-refused': { status: 409, title: 'The gate is closed' },
  'replica-silent': { status: 409, title: 'A replica of the facade does not hold' },
  'not-drained': { status: 409, title: 'Writes are still on their way' },
  'position-not-reached': { status: 409, title: 'The service has not come to the position in time' },
  'owner-unreachable': { status: 409, title: 'The owning service does not answer' },
  'owner-differs': { status: 409, title: 'The service knows another owner' },
  'hold-expired': { status: 409, title: 'The switch was not done in time' },
  'route-changed': { status: 409, title: 'The route was changed meanwhile' },
  'state-unavailable': { status: 503, title: 'The state of the routes cannot be reached now' },
  'state-differs': { status: 503, title: 'The tables of the routes are of another version' },
};

/** As RFC 9457 wants it, with `remedy`, and where they help `findings` and `state`; null for a defect. */
export function problemOf(error: unknown): Problem | null {
  if (!(error instanceof StranglerError)) return null;
  const known = problems[error.code];
  if (!known) return null;
  return {
    type: `urn:problem-type:banyan:${error.code}`,
    ...known,
    detail: error.message,
    remedy: error.remedy,
    ...(error.findings.length > 0 ? { findings: error.findings } : {}),
    ...(error.state ? { state: stateJson(error.state) } : {}),
  };
}
