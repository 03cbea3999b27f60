import { KitError } from '@banyan/kit';
import { StackError } from '@banyan/stack';
import { ConnectError } from 'debezium-connect-client';

/** One thing found wrong: where, what, and what to do about it when that is known. */
export interface Problem {
  readonly where: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

/** What ends a command: `usage` is a wrong call (exit code 2), anything else is a problem found (1). */
export class CliError extends Error {
  readonly code: string;
  readonly remedy: string | null;
  /** The same call may do later, without anybody changing anything: exit code 75. */
  readonly mayHeal: boolean;

  constructor(
    code: string,
    message: string,
    options: { readonly remedy?: string | null; readonly cause?: unknown; readonly mayHeal?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.code = code;
    this.remedy = options.remedy ?? null;
    this.mayHeal = options.mayHeal ?? false;
  }
}

export const usage = (message: string, remedy?: string): CliError =>
  new CliError('usage', message, remedy === undefined ? {} : { remedy });

/** Whatever was thrown, as a problem. */
export function problemOf(where: string, thrown: unknown): Problem {
  if (thrown instanceof CliError || thrown instanceof KitError)
    return { where, code: thrown.code, message: thrown.message, remedy: thrown.remedy };
  if (thrown instanceof StackError || thrown instanceof ConnectError)
    return { where, code: thrown.code, message: thrown.message, remedy: null };
  const { message = String(thrown), code = 'unexpected' } = (thrown ?? {}) as { message?: string; code?: string };
  return { where, code, message, remedy: null };
}
