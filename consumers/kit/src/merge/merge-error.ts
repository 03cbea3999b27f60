/** Everything that stops a merge. None is worth a retry with the same instance: its state is undefined after a throw. */
export type MergeErrorCode =
  | 'max-rows-invalid'
  | 'partition-twice'
  | 'unknown-partition'
  | 'start-offset-missing'
  | 'offset-went-back'
  | 'marker-among-changes'
  | 'change-among-markers'
  | 'request-unknown'
  | 'end-offset-missing'
  | 'gtid-went-back'
  | 'begin-missing'
  | 'row-too-late'
  | 'transaction-cut'
  | 'binlog-changed';

/** What happened, where, and what to do; `code` is for programs. */
export class MergeError extends Error {
  override readonly name = 'MergeError';
  readonly code: MergeErrorCode;

  constructor(code: MergeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
