import type { SourceValue } from '../change-event/index.ts';
import { avroReader } from './avro-reader.ts';
import type { AvroField, ColumnKind } from './row-schema.ts';

/** What MariaDB puts into old rows for a NOT NULL column without a DEFAULT. */
const implicit: { readonly [kind in ColumnKind]?: SourceValue } = {
  ...{ int16: 0, int32: 0, int64: 0n, decimal: '0', float: 0, double: 0 },
  ...{ text: '', set: '', bytes: new Uint8Array() },
};

/**
 * What `ADD COLUMN` gave to the rows that were there, without a word of them in the binlog: the column's DEFAULT. Null when the schema
 * does not tell it: an expression, a time that stands for one, a number beyond what JSON holds.
 */
export function defaultOf({ type, default: given }: AvroField, own: unknown, kind: ColumnKind): SourceValue {
  const isOptional = Array.isArray(type) && type.includes('null');
  if (given === undefined || given === null) return isOptional ? null : (implicit[kind] ?? null);
  const isTime = kind === 'timestamp' || kind === 'datetime-3' || kind === 'datetime-6' || kind === 'date';
  // What the connector writes for CURRENT_TIMESTAMP.
  if (isTime && (given === 0 || given === '1970-01-01T00:00:00Z')) return null;
  try {
    const bytes = encoded(typeof own === 'string' ? own : (own as { type?: unknown }).type, given);
    return bytes && (avroReader(own)(bytes) as SourceValue);
  } catch {
    return null; // beyond what its type holds
  }
}

/** A default as a message would have it; null for what is none of these. Source: Avro specification, "Field default values". */
function encoded(type: unknown, value: unknown): Buffer | null {
  if ((type === 'int' || type === 'long') && Number.isSafeInteger(value)) return whole(BigInt(value as number));
  if (type === 'boolean') return Buffer.from([value ? 1 : 0]);
  if (type === 'string' || type === 'bytes') {
    const bytes = Buffer.from(String(value), type === 'bytes' ? 'latin1' : 'utf8');
    return Buffer.concat([whole(BigInt(bytes.length)), bytes]);
  }
  const number = Buffer.alloc(type === 'float' ? 4 : 8);
  if (type === 'float') number.writeFloatLE(Number(value));
  else if (type === 'double') number.writeDoubleLE(Number(value));
  else return null;
  return number;
}

function whole(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value < 0n ? -value * 2n - 1n : value * 2n;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
