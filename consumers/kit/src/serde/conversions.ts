import type { Read } from './avro-reader.ts';
import type { Cursor } from './cursor.ts';
import { bitsBytes, dateText, dateTimeText, decimalText, timeText, zonedText } from './exact-values.ts';

interface Conversion {
  /** What it is written as. */
  readonly type: string;
  readonly read: (scale: number) => (cursor: Cursor) => unknown;
}

/** By `connect.name`, which the Avro converter keeps on the field's type. */
const conversions: Readonly<Record<string, Conversion>> = {
  'org.apache.kafka.connect.data.Decimal': {
    type: 'bytes',
    read: (scale) => (cursor) => {
      const length = cursor.length();
      cursor.at += length;
      return decimalText(cursor.bytes, scale, cursor.at - length, cursor.at);
    },
  },
  'io.debezium.time.Date': { type: 'int', read: () => (cursor) => dateText(cursor.int()) },
  'io.debezium.time.Timestamp': { type: 'long', read: () => (cursor) => dateTimeText(cursor.whole(), 3) },
  'io.debezium.time.MicroTimestamp': { type: 'long', read: () => (cursor) => dateTimeText(cursor.whole(), 6) },
  'io.debezium.time.MicroTime': { type: 'long', read: () => (cursor) => timeText(BigInt(cursor.whole())) },
  'io.debezium.time.ZonedTimestamp': {
    type: 'string',
    read: () => (cursor) => zonedText(cursor.text(cursor.length())),
  },
  'io.debezium.data.Bits': { type: 'bytes', read: () => (cursor) => bitsBytes(cursor.copy(cursor.length())) },
};

/** The reader of a type that the connector encodes its own way; null for any other. Throws Error for an encoding of another type. */
export function conversionOf(schema: object): Read | null {
  const attributes = schema as Readonly<Record<string, unknown>> | null;
  const name = String(attributes?.['connect.name']);
  if (!attributes || !Object.hasOwn(conversions, name)) return null;
  const { type, read } = conversions[name]!;
  if (attributes.type !== type)
    throw new Error(`${name} is written as ${JSON.stringify(attributes.type)}, not as ${type}`);
  return read(Number(attributes.scale ?? 0));
}
