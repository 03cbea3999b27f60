import type { Session } from '../read-store/index.ts';

/** A value of a key column, as the driver gives it. */
export type KeyValue = string | number | bigint | Buffer;

/** The keys after `after` up to and with `upTo`; null: from the first, to the last. */
export interface KeyRange {
  readonly after: readonly KeyValue[] | null;
  readonly upTo: readonly KeyValue[] | null;
}

/** The condition on the columns, which are SQL. Column by column: MariaDB uses an index for it, as it does not for (a, b) > (x, y). */
export function rangeCondition(session: Session, columns: readonly string[], { after, upTo }: KeyRange): string {
  const parts: string[] = [];
  if (after) parts.push(bound(session, columns, after, '>', '>'));
  if (upTo) parts.push(bound(session, columns, upTo, '<', '<='));
  return parts.length === 0 ? 'TRUE' : parts.join(' AND ');
}

function bound(
  session: Session,
  columns: readonly string[],
  values: readonly KeyValue[],
  strictly: '<' | '>',
  last: string,
): string {
  const [column, ...others] = columns;
  const value = session.text('?', [values[0]]);
  if (others.length === 0) return `${column} ${last} ${value}`;
  const rest = bound(session, others, values.slice(1), strictly, last);
  return `(${column} ${strictly}= ${value} AND (${column} ${strictly} ${value} OR (${rest})))`;
}

/** The same text for the same key only. */
export const keyText = (key: readonly KeyValue[]): string =>
  JSON.stringify(key.map((value) => (Buffer.isBuffer(value) ? { bytes: value.toString('base64') } : String(value))));

/** What `keyText` was made of. */
export function keyOf(text: string): KeyValue[] {
  const parts = JSON.parse(text) as (string | { readonly bytes: string })[];
  return parts.map((part) => (typeof part === 'string' ? part : Buffer.from(part.bytes, 'base64')));
}
