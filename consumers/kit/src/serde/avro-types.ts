import avro, { type Schema, type Type } from 'avsc';
import { bitsBytes, dateText, dateTimeText, decimalText, timeText, zonedText } from './exact-values.ts';

type Attributes = { readonly type?: unknown; readonly scale?: number; readonly [name: string]: unknown };
type Conversion = (value: never, attributes: Attributes) => unknown;

/** By `connect.name`, which the Avro converter keeps on the field's type. */
const conversions: Readonly<Record<string, Conversion>> = {
  'org.apache.kafka.connect.data.Decimal': (bytes: Uint8Array, { scale }) => decimalText(bytes, scale ?? 0),
  'io.debezium.time.Date': (days: number) => dateText(days),
  'io.debezium.time.Timestamp': (ms: bigint) => dateTimeText(ms, 3),
  'io.debezium.time.MicroTimestamp': (micros: bigint) => dateTimeText(micros, 6),
  'io.debezium.time.MicroTime': (micros: bigint) => timeText(micros),
  'io.debezium.time.ZonedTimestamp': (iso: string) => zonedText(iso),
  'io.debezium.data.Bits': (bytes: Uint8Array) => bitsBytes(bytes),
};

/** Every Avro long is a bigint: Debezium's nanosecond stamps are beyond 2^53, where avsc's own type throws. */
const bigintLong = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: (value: number | string) => BigInt(value),
  toJSON: (value: bigint) => String(value) as unknown as number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/** The options that make avsc decode to exact values; hand them to whatever builds the types. */
export function exactTypes(): { wrapUnions: false; typeHook: (schema: Schema, options: object) => Type | undefined } {
  const entered = new WeakSet<object>();
  return {
    wrapUnions: false,
    typeHook: (schema, options) => {
      if (schema === 'long') return bigintLong;
      if (typeof schema !== 'object' || schema === null || entered.has(schema)) return undefined;
      const attributes = schema as unknown as Attributes;
      dropDefaults(attributes);
      const convert = conversions[String(attributes['connect.name'])];
      if (convert) {
        entered.add(schema);
        // An Avro logical type on the converter's `decimal` would be built first and refuse ours.
        const { logicalType: _, ...plain } = attributes;
        return new ExactType(plain as unknown as Schema, options, convert);
      }
      return attributes.type === 'long' ? bigintLong : undefined;
    },
  };
}

/**
 * The defaults of columns, in place: they are for reading with another schema than the writer's, which never happens here.
 * avsc would convert them to exact values and then take those for what is on the wire: no such schema could be used.
 */
function dropDefaults({ type, fields }: Attributes): void {
  if (type === 'record') for (const field of fields as { default?: unknown }[]) delete field.default;
}

class ExactType extends avro.types.LogicalType {
  readonly #convert: Conversion;
  readonly #attributes: Attributes;

  constructor(schema: Schema, options: object, convert: Conversion) {
    // The underlying type alone goes on to avsc, so that the hook does not meet this schema again.
    const attributes = schema as unknown as Attributes;
    super({ type: attributes.type } as unknown as Schema, options);
    this.#convert = convert;
    this.#attributes = attributes;
  }

  protected override _fromValue(value: unknown): unknown {
    return this.#convert(value as never, this.#attributes);
  }

  protected override _toValue(): unknown {
    return undefined; // decoding only
  }
}
