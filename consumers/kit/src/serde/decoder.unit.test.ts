import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KitError } from '../errors.ts';
import type { Message } from '../transport/index.ts';
import { decodeChunk, type TopicKind } from './decoder.ts';
import { readerOf, type Schemas, type ValueReader } from './schemas.ts';
import { avroWriter } from './testing-avro.ts';

const named = (type: string, name: string, more: object = {}) => ({ type, 'connect.name': name, ...more });
const optional = (type: unknown) => ['null', type];

/** Rows as the Avro converter describes them, with the defaults that a column may have. */
const row = {
  type: 'record',
  name: 'Value',
  fields: [
    { name: 'id', type: 'long' },
    {
      name: 'amount',
      type: optional(named('bytes', 'org.apache.kafka.connect.data.Decimal', { scale: 4 })),
      default: null,
    },
    { name: 'day', type: named('int', 'io.debezium.time.Date'), default: 0 },
    { name: 'at', type: optional(named('long', 'io.debezium.time.MicroTimestamp')), default: null },
    { name: 'at_ms', type: named('long', 'io.debezium.time.Timestamp'), default: 0 },
    { name: 'lasts', type: named('long', 'io.debezium.time.MicroTime'), default: 0 },
    { name: 'seen', type: named('string', 'io.debezium.time.ZonedTimestamp'), default: '1970-01-01T00:00:00Z' },
    { name: 'flags', type: named('bytes', 'io.debezium.data.Bits'), default: '\u0001' },
    { name: 'kind', type: named('string', 'io.debezium.data.Enum'), default: 'a' },
    { name: 'big', type: { type: 'long', 'connect.default': 5 }, default: 5 },
    { name: 'constructor', type: optional('string'), default: null },
  ],
};
const envelopeSchema = {
  type: 'record',
  name: 'Envelope',
  namespace: 'bank.bank.accounts',
  fields: [
    { name: 'before', type: ['null', row], default: null },
    { name: 'after', type: ['null', 'Value'], default: null },
    {
      name: 'source',
      type: {
        type: 'record',
        name: 'Source',
        fields: [
          { name: 'ts_ms', type: 'long' },
          { name: 'db', type: 'string' },
          { name: 'table', type: optional('string') },
          { name: 'gtid', type: optional('string') },
          { name: 'file', type: 'string' },
          { name: 'pos', type: 'long' },
          { name: 'row', type: 'int' },
          { name: 'ts_ns', type: optional('long') },
          { name: 'snapshot', type: [named('string', 'io.debezium.data.Enum'), 'null'], default: 'false' },
        ],
      },
    },
    { name: 'op', type: 'string' },
    {
      name: 'transaction',
      type: optional({ type: 'record', name: 'block', fields: [{ name: 'id', type: 'string' }] }),
      default: null,
    },
  ],
};
const markerSchema = {
  type: 'record',
  name: 'TransactionMetadataValue',
  fields: [
    { name: 'status', type: 'string' },
    { name: 'id', type: 'string' },
    { name: 'ts_ms', type: 'long' },
    {
      name: 'data_collections',
      type: optional({
        type: 'array',
        items: {
          type: 'record',
          name: 'Collection',
          fields: [
            { name: 'data_collection', type: 'string' },
            { name: 'event_count', type: 'long' },
          ],
        },
      }),
      default: null,
    },
  ],
};

const types = new Map([
  [7, readerOf(envelopeSchema)],
  [258, readerOf(markerSchema)],
]);
const written = new Map([
  [7, avroWriter(envelopeSchema)],
  [258, avroWriter(markerSchema)],
]);

let fetched: number[];
let failing: KitError | null;
let schemas: Schemas;
beforeEach(() => {
  fetched = [];
  failing = null;
  const known = new Map<number, ValueReader>();
  schemas = {
    known: (id: number) => known.get(id),
    fetch: async (id: number) => {
      fetched.push(id);
      if (failing) throw failing;
      known.set(id, types.get(id)!);
    },
  } as unknown as Schemas;
});

const message = (value: Uint8Array | null, offset = 9n): Message => ({ offset, timestampMs: 0, key: null, value });
const wire = (id: number, body: Uint8Array) => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, body]);
};
const decode = (kind: TopicKind, ...messages: Message[]) =>
  decodeChunk(schemas, kind, { topic: 'bank.bank.accounts', partition: 3, messages, nextOffset: 100n });

const wholeRow = {
  id: 9_223_372_036_854_775_807n,
  amount: Buffer.from([0xff]),
  day: 19_782,
  at: -1n,
  at_ms: 1n,
  lasts: -3_020_399_000_000n,
  seen: '2024-02-03T04:05:06.123456Z',
  flags: Buffer.from([1, 2]),
  kind: 'savings',
  big: -1n,
  constructor: 'a name like any other',
};
const source = {
  ts_ms: 1_700_000_000_000n,
  db: 'bank',
  table: 'accounts',
  gtid: '0-1-5',
  file: 'binlog.000002',
  pos: 4_294_967_295n,
  row: 2,
  ts_ns: 1_700_000_000_000_000_001n,
  snapshot: 'false',
};
const envelope = { before: null, after: wholeRow, source, op: 'c', transaction: { id: '0-1-5' } };
const envelopeOf = (change: object) => wire(7, written.get(7)!.toBuffer({ ...envelope, ...change }));
const markerOf = (change: object) =>
  wire(258, written.get(258)!.toBuffer({ status: 'END', id: '0-1-5', ts_ms: 12n, data_collections: null, ...change }));

describe('decodeChunk of changes', () => {
  it('gives exact values, the place in the binlog and the transaction', async () => {
    const [record] = await decode('changes', message(envelopeOf({})));
    expect(record).toMatchObject({
      kind: 'change',
      offset: 9n,
      change: {
        operation: 'create',
        table: 'bank.accounts',
        before: null,
        source: { binlogFile: 'binlog.000002', binlogPosition: 4_294_967_295, rowNumber: 2, timestampMs: 1.7e12 },
        transaction: { domain: 0, server: 1, sequence: 5n },
      },
    });
    expect(record?.kind === 'change' && { ...record.change.after }).toEqual({
      id: 9_223_372_036_854_775_807n,
      amount: '-0.0001',
      day: '2024-02-29',
      at: '1969-12-31 23:59:59.999999',
      at_ms: '1970-01-01 00:00:00.001',
      lasts: '-838:59:59.000000',
      seen: '2024-02-03 04:05:06.123456',
      flags: Buffer.from([2, 1]),
      kind: 'savings',
      big: -1n,
      constructor: 'a name like any other',
    });
  });

  it.each([
    ['c', 'create'],
    ['r', 'read'],
    ['u', 'update'],
    ['d', 'delete'],
    ['t', 'truncate'],
  ])('op %s is %s', async (op, operation) => {
    expect(await decode('changes', message(envelopeOf({ op })))).toMatchObject([{ change: { operation } }]);
  });

  it('takes the transaction of a TRUNCATE from its own GTID, and that of a snapshot row from nowhere', async () => {
    const none = { transaction: null };
    const records = await decode(
      'changes',
      message(envelopeOf({ ...none, op: 't', before: null, after: null }), 1n),
      message(envelopeOf({ ...none, op: 'r' }), 2n),
      message(envelopeOf({ ...none, op: 'c' }), 3n), // an incremental snapshot's, or anything without a block
    );
    expect(records.map((record) => record.kind === 'change' && record.change.transaction)).toEqual([
      { domain: 0, server: 1, sequence: 5n },
      null,
      null,
    ]);
  });

  it('knows a row of an incremental snapshot, and no other, by its source', async () => {
    const records = await decode(
      'changes',
      ...['true', 'last', 'incremental', null, 'incremental'].map((snapshot, index) =>
        message(envelopeOf({ op: 'r', transaction: null, source: { ...source, snapshot } }), BigInt(index)),
      ),
    );
    expect(records.map((record) => record.kind === 'change' && record.change.incremental)).toEqual([
      ...[undefined, undefined, true, undefined, true],
    ]);
  });

  it('passes over a tombstone', async () => {
    expect(await decode('changes', message(null, 4n))).toEqual([{ kind: 'ignored', offset: 4n }]);
    expect(fetched).toEqual([]);
  });

  it('asks for each schema once, before it decodes', async () => {
    await decode('changes', message(envelopeOf({})), message(envelopeOf({})));
    await decode('changes', message(envelopeOf({})));
    expect(fetched).toEqual([7]);
  });

  it('decodes a message that is a piece of a larger buffer', async () => {
    const bytes = envelopeOf({});
    const larger = Buffer.concat([Buffer.alloc(11, 0xff), bytes, Buffer.alloc(11, 0xff)]);
    const piece = new Uint8Array(larger.buffer, larger.byteOffset + 11, bytes.length);
    expect(await decode('changes', message(piece))).toMatchObject([{ change: { operation: 'create' } }]);
  });
});

describe('decodeChunk of transactions', () => {
  it('gives END with its counts, and BEGIN without', async () => {
    const counts = [
      { data_collection: 'bank.accounts', event_count: 2n },
      { data_collection: 'bank.ledger', event_count: 1n },
    ];
    const records = await decode(
      'transactions',
      message(markerOf({ status: 'BEGIN' })),
      message(markerOf({ data_collections: counts })),
      message(markerOf({})),
    );
    const transaction = { domain: 0, server: 1, sequence: 5n };
    expect(records).toEqual([
      { kind: 'marker', offset: 9n, marker: { status: 'BEGIN', transaction, timestampMs: 12, counts: null } },
      {
        kind: 'marker',
        offset: 9n,
        marker: {
          status: 'END',
          transaction,
          timestampMs: 12,
          counts: new Map([
            ['bank.accounts', 2],
            ['bank.ledger', 1],
          ]),
        },
      },
      { kind: 'marker', offset: 9n, marker: { status: 'END', transaction, timestampMs: 12, counts: new Map() } },
    ]);
  });
});

describe('a message that cannot be decoded', () => {
  const refused = async (kind: TopicKind, value: Uint8Array): Promise<KitError> => {
    const error = await decode(kind, message(value, 4711n)).catch((thrown: unknown) => thrown);
    if (!(error instanceof KitError)) throw new Error(`no KitError: ${error}`);
    return error;
  };

  it.each<[string, TopicKind, Uint8Array]>([
    ['nothing', 'changes', Buffer.alloc(0)],
    ['4 bytes', 'changes', Buffer.from([0, 0, 0, 7])],
    ['another magic byte', 'changes', Buffer.concat([Buffer.from([1]), envelopeOf({}).subarray(1)])],
    ['JSON', 'changes', Buffer.from('{"op":"c"}')],
    ['no body', 'changes', wire(7, Buffer.alloc(0))],
    ['a byte too many', 'changes', Buffer.concat([envelopeOf({}), Buffer.from([0])])],
    ['an operation nobody knows', 'changes', envelopeOf({ op: 'm' })],
    ['an operation called constructor', 'changes', envelopeOf({ op: 'constructor' })],
    ['a GTID of another database', 'changes', envelopeOf({ transaction: { id: '3E11FA47-71CA:23' } })],
    ['a timestamp with a zone', 'changes', envelopeOf({ after: { ...wholeRow, seen: '2024-02-03T04:05:06+01:00' } })],
    ['a date no column can hold', 'changes', envelopeOf({ after: { ...wholeRow, day: 2 ** 31 - 1 } })],
    ['a row change among transactions', 'transactions', envelopeOf({})],
    ['a marker among changes', 'changes', markerOf({})],
    ['a marker of unknown status', 'transactions', markerOf({ status: 'MIDDLE' })],
    ['a marker without a GTID', 'transactions', markerOf({ id: 'file=binlog.000001,pos=4' })],
  ])('%s stops, and the error says where', async (_, kind, value) => {
    const error = await refused(kind, value);
    expect(error).toMatchObject({ code: 'undecodable', retriable: false });
    expect(error.message).toContain('topic bank.bank.accounts, partition 3, offset 4711');
    expect(error.remedy).toBeTruthy();
  });

  it('cut anywhere is refused, never half a row', async () => {
    const whole = envelopeOf({});
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        expect((await refused('changes', whole.subarray(0, length))).code).toBe('undecodable');
      }),
    );
  });

  it('of any bytes at all is a KitError or a record, never another error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(7, 258), async (body, id) => {
        for (const kind of ['changes', 'transactions'] as const) {
          await decode(kind, message(wire(id, body))).catch((error: unknown) => expect(error).toBeInstanceOf(KitError));
        }
      }),
    );
  });

  it('says where it is also when its schema is the cause', async () => {
    failing = new KitError('undecodable', 'schema 7 is JSON');
    const error = await refused('changes', envelopeOf({}));
    expect(error.message).toContain('topic bank.bank.accounts, partition 3, offset 4711');
    expect(error.message).toContain('schema 7 is JSON');
  });

  it('waits with the registry, before it decodes anything of the chunk', async () => {
    failing = new KitError('registry-unreachable', 'away');
    await expect(decode('changes', message(envelopeOf({})))).rejects.toBe(failing);
  });
});
