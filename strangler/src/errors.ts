import { KitError } from '@banyan/kit';
import type { Finding } from './state/finding.ts';
import type { RouteState } from './state/route-state.ts';

/** Whether the same call may do later without anybody changing anything. */
export const reactions = {
  'state-unavailable': 'wait',
  'route-changed': 'stop',
  'route-unknown': 'stop',
  'no-such-step': 'stop',
  'gate-refused': 'stop',
  'replica-silent': 'stop',
  'not-drained': 'stop',
  'position-not-reached': 'stop',
  'owner-unreachable': 'stop',
  'owner-differs': 'stop',
  'hold-expired': 'stop',
  'reason-missing': 'stop',
  'invalid-change': 'stop',
  'state-differs': 'stop',
  config: 'stop',
  unexpected: 'stop',
} as const;

export type StranglerErrorCode = keyof typeof reactions;

/** The strangler's one error: the message says what happened and where, `remedy` what to do; `retriable` when waiting may help. */
export class StranglerError extends Error {
  readonly code: StranglerErrorCode;
  readonly remedy: string | null;
  /** Where the route stands now, when the error is about that. */
  readonly state: RouteState | null;
  /** What the gate has found. */
  readonly findings: readonly Finding[];

  constructor(
    code: StranglerErrorCode,
    message: string,
    options: {
      readonly remedy?: string;
      readonly cause?: unknown;
      readonly state?: RouteState;
      readonly findings?: readonly Finding[];
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StranglerError';
    this.code = code;
    this.remedy = options.remedy ?? null;
    this.state = options.state ?? null;
    this.findings = options.findings ?? [];
  }

  get retriable(): boolean {
    return reactions[this.code] === 'wait';
  }

  /** Whatever was thrown, as a StranglerError; what nobody foresaw is `unexpected`. */
  static from(error: unknown): StranglerError {
    if (error instanceof StranglerError) return error;
    const { message = String(error) } = (error ?? {}) as { message?: string };
    if (error instanceof KitError && error.retriable)
      return new StranglerError('state-unavailable', `the state of the routes cannot be reached: ${message}`, {
        cause: error,
        remedy: error.remedy ?? 'routes go on with the last state known; see that the database answers',
      });
    return new StranglerError('unexpected', message, {
      cause: error,
      remedy: 'this is a defect; the log has the stack trace',
    });
  }
}
