import type { Row, SourceValue } from './change-event.ts';
import { formatPosition, type Position, parsePosition } from './gtid.ts';

/** What a key has at the source at a position, told beside the log: rows that the log did not show, or showed wrongly. */
export interface RowCorrections {
  readonly kind: 'rows';
  readonly at: Position;
  /** `database.table`. */
  readonly table: string;
  /** By the source's names of columns: the key, and the whole captured row; null when there is none. */
  readonly rows: readonly { readonly key: Row; readonly row: Row | null }[];
}

/** Groups of one projection's query that are to be computed anew from its mirrors. */
export interface GroupCorrections {
  readonly kind: 'groups';
  readonly at: Position;
  readonly projection: string;
  readonly query: string;
  readonly groups: readonly (readonly SourceValue[])[];
}

/** A message of `<topic.prefix>.corrections`; true for every read model that applies it exactly at its position. */
export type Correction = RowCorrections | GroupCorrections;

type ValueJson = null | string | number | boolean | { readonly n: string } | { readonly b: string };

/** JSON in which 64-bit integers are `{"n":"…"}` and bytes `{"b":"base64"}`. */
export function encodeCorrection(correction: Correction): Buffer {
  const json = { v: 1, ...correction, at: formatPosition(correction.at) };
  return Buffer.from(
    JSON.stringify(json, function (this: Record<string, unknown>, name) {
      const value = this[name]; // Buffer has made itself an object by its toJSON before
      if (typeof value === 'bigint') return { n: String(value) };
      return value instanceof Uint8Array ? { b: Buffer.from(value).toString('base64') } : value;
    }),
  );
}

/** Throws RangeError when it is none, without a word of what is in it. */
export function decodeCorrection(bytes: Uint8Array): Correction {
  const json = parsed(bytes);
  const at = typeof json.at === 'string' ? parsePosition(json.at) : null;
  if (json.v !== 1 || at === null) throw new RangeError('it is no correction of version 1');
  if (json.kind === 'rows' && typeof json.table === 'string' && Array.isArray(json.rows)) {
    const rows = json.rows as { key: Record<string, ValueJson>; row: Record<string, ValueJson> | null }[];
    return {
      kind: 'rows',
      at,
      table: json.table,
      rows: rows.map(({ key, row }) => ({ key: rowOf(key), row: row && rowOf(row) })),
    };
  }
  if (json.kind === 'groups' && typeof json.projection === 'string' && typeof json.query === 'string') {
    const groups = (json.groups as ValueJson[][]).map((group) => group.map(sourceValue));
    return { kind: 'groups', at, projection: json.projection, query: json.query, groups };
  }
  throw new RangeError('it is neither one of rows nor one of groups');
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch {
    // Not told what it is: there may be anything in it.
  }
  throw new RangeError('it is no JSON object');
}

const rowOf = (row: Record<string, ValueJson>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, sourceValue(value)]));

function sourceValue(value: ValueJson): SourceValue {
  if (typeof value !== 'object' || value === null) return value;
  return 'n' in value ? BigInt(value.n) : Buffer.from(value.b, 'base64');
}
