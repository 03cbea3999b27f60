// One side of `decode` in a process of its own, so that neither warms up or confuses the other's code: ours|peer FILE REGISTRY
import { readFileSync } from 'node:fs';
import { decodeChunk, Schemas } from '@banyan/kit';
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import avro from 'avsc';

const [side, file, registryUrl] = process.argv.slice(2);
const chunkLength = 1000;
const seconds = 4;

const values: Buffer[] = [];
const bytes = readFileSync(file!);
for (let at = 0; at < bytes.length; ) {
  const length = bytes.readUInt32BE(at);
  values.push(bytes.subarray(at + 4, at + 4 + length));
  at += 4 + length;
}

/** As avsc's own documentation has it. */
const bigintLong = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: (value: bigint) => Number(value),
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

function ours(): () => Promise<void> {
  const schemas = new Schemas(registryUrl!);
  const messages = values.map((value, index) => ({ offset: BigInt(index), timestampMs: 0, key: null, value }));
  const chunks = Array.from({ length: Math.ceil(messages.length / chunkLength) }, (_, index) => {
    const some = messages.slice(index * chunkLength, (index + 1) * chunkLength);
    return { topic: 't', partition: 0, messages: some, nextOffset: some.at(-1)!.offset + 1n };
  });
  return async () => {
    for (const chunk of chunks) await decodeChunk(schemas, 'changes', chunk);
  };
}

function peer(): () => Promise<void> {
  const longs = { typeHook: (schema: unknown) => (isLong(schema) ? bigintLong : undefined) };
  const registry = new SchemaRegistry({ host: registryUrl! }, { [SchemaType.AVRO]: longs as object });
  return async () => {
    for (const value of values) await registry.decode(value);
  };
}

const isLong = (schema: unknown): boolean =>
  schema === 'long' || (schema as { readonly type?: unknown } | null)?.type === 'long';

const once = side === 'ours' ? ours() : peer();
for (const until = performance.now() + 2000; performance.now() < until; ) await once(); // until it is compiled
const cpuBefore = process.cpuUsage();
const begin = performance.now();
let rounds = 0;
for (; performance.now() - begin < seconds * 1000; rounds++) await once();
const took = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const messages = rounds * values.length;
// Microseconds for one are seconds for a million.
console.log(JSON.stringify({ values: [messages / took], cpu: (user + system) / messages }));
