import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { avroReader, type Wanted } from './avro-reader.ts';
import { avroWriter } from './testing-avro.ts';

/** One field of each type there is, and a record that has itself in it. */
const schema = {
  type: 'record',
  name: 'Every',
  namespace: 'one.two',
  fields: [
    { name: 'flag', type: 'boolean' },
    { name: 'int', type: 'int' },
    { name: 'long', type: { type: 'long' } },
    { name: 'float', type: 'float' },
    { name: 'double', type: 'double' },
    { name: 'bytes', type: 'bytes' },
    { name: 'text', type: { type: 'string', 'connect.version': 1 } },
    { name: 'optional', type: ['string', 'null'] },
    { name: 'choice', type: ['null', 'int', 'string', 'bytes'] },
    { name: 'letter', type: { type: 'enum', name: 'Letter', symbols: ['A', 'B', 'C'] } },
    { name: 'sum', type: { type: 'fixed', name: 'Sum', namespace: 'three', size: 3 } },
    { name: 'list', type: { type: 'array', items: ['null', 'long'] } },
    { name: 'names', type: { type: 'map', values: 'Letter' } },
    { name: 'other', type: ['null', 'three.Sum'] },
    { name: 'inner', type: ['null', 'Every'] },
  ],
};
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = (constraints: fc.IntArrayConstraints) => fc.uint8Array(constraints).map((array) => Buffer.from(array));
const letter = fc.constantFrom('A', 'B', 'C');
const text = fc.string({ unit: 'binary', maxLength: 8 });
const { every } = fc.letrec((tie) => ({
  every: fc.record({
    flag: fc.boolean(),
    int: fc.integer(),
    long: fc.oneof(
      long,
      fc.constantFrom(2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n, -(2n ** 63n), 2n ** 27n, 2n ** 55n, -1n),
    ),
    float: fc.float({ noNaN: true }),
    double: fc.double({ noNaN: true }),
    bytes: bytes({ maxLength: 9 }),
    text,
    optional: fc.option(text),
    choice: fc.oneof(fc.constant(null), fc.integer(), text, bytes({ maxLength: 4 })),
    letter,
    sum: bytes({ minLength: 3, maxLength: 3 }),
    list: fc.array(fc.option(long), { maxLength: 4 }),
    names: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), letter, { maxKeys: 3 }),
    other: fc.option(bytes({ minLength: 3, maxLength: 3 })),
    inner: fc.option(tie('every'), { maxDepth: 2 }),
  }),
}));
const writer = avroWriter(schema);
const plainly = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(plainly);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainly(one)]));
};

describe('avroReader', () => {
  it('reads back whatever another implementation has written', () => {
    const read = avroReader(schema);
    fc.assert(
      fc.property(every, fc.nat(7), (value, from) => {
        const body = writer.toBuffer(value);
        const message = Buffer.concat([Buffer.alloc(from, 0xff), body]);
        expect(plainly(read(message, from))).toEqual(plainly(value));
      }),
      { numRuns: 500 },
    );
  });

  it('passes over what is not wanted, whatever it is, and repeats a text only when it is the same', () => {
    const names = schema.fields.map(({ name }) => name);
    fc.assert(
      fc.property(fc.array(every, { minLength: 2, maxLength: 4 }), fc.subarray(names), (values, some) => {
        const wanted: Wanted = Object.fromEntries(some.map((name) => [name, name === 'text' ? 'repeating' : 'all']));
        const read = avroReader(schema, wanted);
        for (const value of [...values, values.at(-1)!]) {
          const kept = Object.entries(value as object).filter(([name]) => some.includes(name));
          expect(plainly(read(writer.toBuffer(value)))).toEqual(plainly(Object.fromEntries(kept)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what is cut off, and what goes on behind its end', () => {
    const read = avroReader(schema);
    fc.assert(
      fc.property(every, fc.nat(), (value, cut) => {
        const body = writer.toBuffer(value);
        expect(() => read(body.subarray(0, cut % body.length))).toThrow();
        expect(() => read(Buffer.concat([body, Buffer.alloc(1)]))).toThrow('goes on behind its end');
      }),
    );
  });

  it.each<[string, unknown, string]>([
    ['a long of 71 bits', 'long', 'ffffffffffffffffffffff01'],
    ['an int of 33 bits', 'int', '8080808020'],
    ['a length below zero', 'bytes', '01'],
    ['a length without end', 'string', 'feffffffffffffffff01'],
    ['items without end', { type: 'array', items: 'null' }, 'feffffffffffffffff01'],
    ['a choice that is none', ['null', 'int'], '04'],
    ['a symbol that is none', { type: 'enum', name: 'E', symbols: ['A'] }, '02'],
  ])('refuses %s', (_, type, hex) => expect(() => avroReader(type)(Buffer.from(hex, 'hex'))).toThrow(RangeError));

  it('takes an array in blocks, with their sizes or without', () => {
    const read = avroReader({ type: 'array', items: 'int' });
    expect(read(Buffer.from('02020304060800', 'hex'))).toEqual([1, 3, 4]);
  });

  it('keeps a copy of bytes, not the message with all that was fetched beside it', () => {
    const message = Buffer.from([4, 1, 2]);
    const value = avroReader('bytes')(message) as Buffer;
    message.fill(9);
    expect([...value]).toEqual([1, 2]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('takes a field called %s as any other', (name) => {
    const row = avroReader({ type: 'record', name: 'R', fields: [{ name, type: 'int' }] })(Buffer.from([2])) as object;
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect(Object.hasOwn(row, 'toString')).toBe(name === 'toString');
  });

  it.each([null, 7, {}, { type: 'nonsense' }, 'Unknown', [{}], { type: 'record', name: 'R', fields: [{ name: 'a' }] }])(
    'refuses %j, which is no schema',
    (none) => expect(() => avroReader(none)).toThrow(Error),
  );

  it('refuses an encoding of the connector on a type that it is never written as', () => {
    expect(() => avroReader({ type: 'int', 'connect.name': 'io.debezium.time.MicroTimestamp' })).toThrow(
      'io.debezium.time.MicroTimestamp is written as "int", not as long',
    );
  });
});
