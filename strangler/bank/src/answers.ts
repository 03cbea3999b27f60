import type { Answer, RouteRequest } from '@banyan/strangler';

/** As the bank writes JSON. */
export const json = (value: unknown, status = 200): Answer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
});

export const refused = (status: number, code: string, message: string): Answer =>
  json({ error: { code, message } }, status);

/** An id is a number where a number holds it, its digits otherwise. */
export function id(digits: string): number | string {
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
}

/** A DATETIME(6) in UTC as RFC 3339. */
export const time = (column: string): string => `${column.replace(' ', 'T')}Z`;

/** An id in a path. Larger ones than the bank can have are its to refuse. */
export const idInPath = /[1-9][0-9]{0,17}/;

const idPattern = /^[1-9][0-9]{0,18}$/;
const largestId = 2n ** 63n - 1n;

/** A parameter such as `after`; null when the bank would refuse it, which it then does itself. */
export function wholeOf(text: string | null, otherwise: string, largest = largestId): string | null {
  if (text === null) return otherwise;
  return idPattern.test(text) && BigInt(text) <= largest ? text : null;
}

/** A page of a list as services are asked for it; null when the bank would refuse it, which it then does itself. */
export function pageOf({ query }: RouteRequest, usual: string, most: bigint) {
  const after = query.get('after') === '0' ? '0' : wholeOf(query.get('after'), '0');
  const limit = wholeOf(query.get('limit'), usual, most);
  return after === null || limit === null ? null : { after, limit };
}

/** What a page ends with: where the next one begins, null after the last one. */
export function next(ids: readonly string[], limit: string): number | string | null {
  const last = ids.at(-1);
  return last !== undefined && ids.length === Number(limit) ? id(last) : null;
}

/** Text of a line as the bank takes it, counted in characters as VARCHAR counts them. */
export const isLine = (value: unknown, most: number): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.isWellFormed() &&
  !/\p{Cc}/u.test(value) &&
  [...value].length <= most;
