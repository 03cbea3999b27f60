export type StackErrorCode =
  | 'config'
  | 'already-running'
  | 'port-taken'
  | 'java-missing'
  | 'fetch-failed'
  | 'artefact-changed'
  | 'compile-failed'
  | 'part-died'
  | 'not-ready'
  | 'not-started';

/** What can go wrong with the local stack; the message says what, where and what to do. */
export class StackError extends Error {
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StackError';
    this.code = code;
  }
}
