import { problem, Refused } from '@banyan/kit';
import { type Place, type Stage, stages } from '../state/route-state.ts';

/** What POST /routes/{name} is told. */
export interface MoveBody {
  readonly to: Place;
  readonly reason: string;
  readonly force: boolean;
}

const names = new Set(['to', 'percent', 'reason', 'force']);
const longestReason = 2000;

/** Throws Refused with a 400 that names the member. A share is the whole of them in shadow unless it is said; in canary it must be. */
export function moveBody(body: unknown): MoveBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw malformed('the body is no JSON object');
  const { to, percent, reason = '', force = false } = body as Record<string, unknown>;
  const unknown = Object.keys(body).find((name) => !names.has(name));
  if (unknown !== undefined)
    throw malformed(`there is no '${unknown.slice(0, 50)}'; there is ${[...names].join(', ')}`);
  if (!stages.some((stage) => stage === to)) throw malformed(`'to' is one of ${stages.join(', ')}`);
  if (percent !== undefined && typeof percent !== 'number') throw malformed(`'percent' is a number`);
  if (typeof reason !== 'string' || reason.length > longestReason)
    throw malformed(`'reason' is a text of ${longestReason} characters at most`);
  if (typeof force !== 'boolean') throw malformed(`'force' is true or false`);
  const stage = to as Stage;
  if (percent === undefined && stage === 'canary')
    throw malformed(`canary wants 'percent': the share of the customers`);
  return { to: { stage, percent: percent ?? 100 }, reason, force };
}

const malformed = (detail: string): Refused => new Refused(problem('malformed-request', detail));
