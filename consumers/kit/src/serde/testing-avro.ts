import avro, { type Schema, type Type } from 'avsc';

const bigintLong = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: (value: bigint) => String(value) as unknown as number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/** Writes what the converter writes, by somebody else's code: the same schema with plain types, longs as bigint. */
export function avroWriter(schema: unknown): Type {
  return avro.Type.forSchema(plain(schema) as Schema, {
    wrapUnions: false,
    typeHook: ((one: unknown) => (one === 'long' ? bigintLong : undefined)) as never,
  });
}

function plain(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(plain);
  if (part === null || typeof part !== 'object') return part;
  const own = part as Readonly<Record<string, unknown>>;
  if (own.type === 'long' && own.name === undefined) return 'long';
  const entries = Object.entries(own).filter(([name]) => name !== 'connect.name' && name !== 'default');
  return Object.fromEntries(entries.map(([name, value]) => [name, plain(value)]));
}
