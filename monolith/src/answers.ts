/** An id in JSON: a number when a number holds it exactly, its digits as text otherwise. */
export type JsonId = number | string;

/** Shows an id as JSON carries it. */
export function showId(id: bigint | string): JsonId {
  const number = Number(id);
  return Number.isSafeInteger(number) ? number : String(id);
}

/** Shows a DATETIME(6) column, which is in UTC, as RFC 3339 with microseconds. */
export function showTime(column: string): string {
  return `${column.replace(' ', 'T')}Z`;
}

/** One page of rows in id order; `next` is what to ask as ?after= for the following page, null after the last one. */
export function pageEnd(ids: readonly string[], limit: number): JsonId | null {
  const last = ids.at(-1);
  return last !== undefined && ids.length === limit ? showId(last) : null;
}
