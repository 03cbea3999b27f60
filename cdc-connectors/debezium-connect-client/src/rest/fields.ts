import { ConnectError } from '../errors/connect-error.ts';

/** Throws `unexpected-answer`, as those below do. */
export function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw mismatch(value, field, 'an object');
}

export function list(value: unknown, field: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw mismatch(value, field, 'a list');
}

export function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw mismatch(value, field, 'a text');
}

export function number(value: unknown, field: string): number {
  if (typeof value === 'number') return value;
  throw mismatch(value, field, 'a number');
}

function mismatch(value: unknown, field: string, wanted: string): ConnectError {
  // The type and not the value: a config's value may be a secret.
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return new ConnectError(
    'unexpected-answer',
    `the worker’s answer has ${found} where "${field}" should be ${wanted}; see whether the url is a Kafka Connect worker’s`,
  );
}
