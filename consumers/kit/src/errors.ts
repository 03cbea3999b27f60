import { MergeError, type MergeErrorCode } from './merge/merge-error.ts';

/** What the projector does about each thing that can go wrong. There is no third way: nothing is ever skipped. */
export const reactions = {
  'kafka-unreachable': 'wait',
  'topic-missing': 'wait',
  'registry-unreachable': 'wait',
  'schema-unknown': 'wait',
  'database-unreachable': 'wait',
  'database-full': 'wait',
  'source-unreachable': 'wait',
  'lease-lost': 'wait',
  'position-lost': 'wait',
  'not-held': 'wait',
  'correction-first': 'wait',
  'compression-unknown': 'stop',
  undecodable: 'stop',
  'merge-broken': 'stop',
  'transaction-cut': 'stop',
  'changes-missing': 'stop',
  'topic-recreated': 'stop',
  'log-truncated': 'stop',
  'row-refused': 'stop',
  'fold-failed': 'stop',
  'schema-changed': 'stop',
  'read-model-differs': 'stop',
  'version-missing': 'stop',
  'too-different': 'stop',
  'too-slow': 'stop',
  declaration: 'stop',
  config: 'stop',
  unexpected: 'stop',
} as const;

/** What is not a broken merge. */
const mergeErrors: { readonly [code in MergeErrorCode]?: KitErrorCode } = {
  'offset-went-back': 'position-lost',
  'transaction-cut': 'transaction-cut',
};

export type KitErrorCode = keyof typeof reactions;

/** The kit's one error: the message says what happened and where, `remedy` what to do; `retriable` when waiting may help. */
export class KitError extends Error {
  readonly code: KitErrorCode;
  readonly remedy: string | null;
  /** Of the record that it is about, in the chunk at hand; null when it is about no single one. */
  readonly offset: bigint | null;
  /** The query whose rows it is about, computed from many records; null when it is about none. */
  readonly query: string | null;

  constructor(
    code: KitErrorCode,
    message: string,
    options: {
      readonly remedy?: string;
      readonly cause?: unknown;
      readonly offset?: bigint;
      readonly query?: string;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KitError';
    this.code = code;
    this.remedy = options.remedy ?? null;
    this.offset = options.offset ?? null;
    this.query = options.query ?? null;
  }

  get retriable(): boolean {
    return reactions[this.code] === 'wait';
  }

  /** Whatever was thrown, as a KitError; what nobody foresaw is `unexpected`, which stops. */
  static from(error: unknown): KitError {
    if (error instanceof KitError) return error;
    if (error instanceof MergeError)
      return new KitError(mergeErrors[error.code] ?? 'merge-broken', error.message, { cause: error });
    const message = error instanceof Error ? error.message : String(error);
    return new KitError('unexpected', message, {
      cause: error,
      remedy: 'this is a defect; the log has the stack trace',
    });
  }
}
