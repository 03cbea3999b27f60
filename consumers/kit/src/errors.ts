import { MergeError } from './merge/merge-error.ts';

/** What the projector does about each thing that can go wrong. There is no third way: nothing is ever skipped. */
export const reactions = {
  'kafka-unreachable': 'wait',
  'topic-missing': 'wait',
  'registry-unreachable': 'wait',
  'schema-unknown': 'wait',
  'database-unreachable': 'wait',
  'lease-lost': 'wait',
  'position-lost': 'wait',
  'compression-unknown': 'stop',
  undecodable: 'stop',
  'merge-broken': 'stop',
  'topic-recreated': 'stop',
  'log-truncated': 'stop',
  'row-refused': 'stop',
  'read-model-differs': 'stop',
  declaration: 'stop',
  config: 'stop',
  unexpected: 'stop',
} as const;

export type KitErrorCode = keyof typeof reactions;

/** The kit's one error: the message says what happened and where, `remedy` what to do; `retriable` when waiting may help. */
export class KitError extends Error {
  readonly code: KitErrorCode;
  readonly remedy: string | null;

  constructor(
    code: KitErrorCode,
    message: string,
    options: { readonly remedy?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KitError';
    this.code = code;
    this.remedy = options.remedy ?? null;
  }

  get retriable(): boolean {
    return reactions[this.code] === 'wait';
  }

  /** Whatever was thrown, as a KitError; what nobody foresaw is `unexpected`, which stops. */
  static from(error: unknown): KitError {
    if (error instanceof KitError) return error;
    if (error instanceof MergeError)
      return new KitError(error.code === 'offset-went-back' ? 'position-lost' : 'merge-broken', error.message, {
        cause: error,
      });
    const message = error instanceof Error ? error.message : String(error);
    return new KitError('unexpected', message, {
      cause: error,
      remedy: 'this is a defect; the log has the stack trace',
    });
  }
}
