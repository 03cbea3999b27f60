import type { Type } from 'avsc';
import {
  type ChangeEvent,
  type Operation,
  parseGtid,
  type Row,
  type TransactionMarker,
} from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { MergeRecord } from '../merge/types.ts';
import type { Chunk, Message } from '../transport/index.ts';
import type { Schemas } from './schemas.ts';

/** Debezium's envelope as decoded; longs are bigint. Source: Debezium MariaDB connector page, "Data change events". */
interface Envelope {
  readonly op: string;
  readonly before: Row | null;
  readonly after: Row | null;
  readonly source: {
    readonly db: string;
    readonly table: string | null;
    readonly gtid: string | null;
    readonly file: string;
    readonly pos: bigint;
    readonly row: number;
    readonly ts_ms: bigint;
  };
  readonly transaction: { readonly id: string } | null;
}

/** A record of the transaction topic. Source: same page, "Transaction metadata". */
interface TransactionRecord {
  readonly status: string;
  readonly id: string;
  readonly ts_ms: bigint;
  readonly data_collections: readonly { readonly data_collection: string; readonly event_count: bigint }[] | null;
}

const operations: ReadonlyMap<string, Operation> = new Map([
  ['c', 'create'],
  ['r', 'read'],
  ['u', 'update'],
  ['d', 'delete'],
  ['t', 'truncate'],
]);

/** What a topic carries. */
export type TopicKind = 'changes' | 'transactions';

/**
 * Turns a chunk of messages into records for the merge. All schemas it needs are fetched first, then it decodes without
 * waiting. Throws KitError; `undecodable` names topic, partition and offset.
 */
export async function decodeChunk(schemas: Schemas, kind: TopicKind, chunk: Chunk): Promise<MergeRecord[]> {
  for (const message of chunk.messages) {
    const id = message.value && schemaId(message.value, chunk, message);
    if (id !== null && !schemas.known(id)) await fetchFor(schemas, id, chunk, message);
  }
  return chunk.messages.map((message) => decode(schemas, kind, chunk, message));
}

async function fetchFor(schemas: Schemas, id: number, chunk: Chunk, message: Message): Promise<void> {
  try {
    await schemas.fetch(id);
  } catch (error) {
    if (error instanceof KitError && error.code === 'undecodable')
      throw undecodable(chunk, message, error.message, error);
    throw error;
  }
}

function decode(schemas: Schemas, kind: TopicKind, chunk: Chunk, message: Message): MergeRecord {
  const { offset, value } = message;
  if (value === null) return { kind: 'ignored', offset }; // a tombstone
  try {
    const type = schemas.known(schemaId(value, chunk, message))!;
    const decoded = fromBuffer(type, value);
    return kind === 'changes'
      ? { kind: 'change', offset, change: changeEvent(decoded as Envelope) }
      : { kind: 'marker', offset, marker: marker(decoded as TransactionRecord) };
  } catch (error) {
    if (error instanceof KitError) throw error;
    throw undecodable(chunk, message, (error as Error).message, error);
  }
}

/** Confluent wire format: a zero byte, the schema id as four bytes big-endian, then the Avro body. */
function schemaId(value: Uint8Array, chunk: Chunk, message: Message): number {
  if (value.length < 5 || value[0] !== 0)
    throw undecodable(chunk, message, 'it does not begin with the byte 0 and a schema id');
  return Buffer.from(value.buffer, value.byteOffset, value.length).readUInt32BE(1);
}

function fromBuffer(type: Type, value: Uint8Array): unknown {
  return type.fromBuffer(Buffer.from(value.buffer, value.byteOffset + 5, value.length - 5));
}

function changeEvent(envelope: Envelope): ChangeEvent {
  const operation = operations.get(envelope.op);
  if (!operation) throw new RangeError(`operation '${envelope.op}' is none of ${[...operations.keys()].join(' ')}`);
  const { source } = envelope;
  // A TRUNCATE has no transaction block, but the GTID of its own statement, for which there is a BEGIN.
  const id = envelope.transaction?.id ?? (operation === 'truncate' ? source.gtid : null);
  return {
    operation,
    table: `${source.db}.${source.table}`,
    before: envelope.before,
    after: envelope.after,
    source: {
      binlogFile: source.file,
      binlogPosition: Number(source.pos),
      rowNumber: source.row,
      timestampMs: Number(source.ts_ms),
    },
    transaction: id === null ? null : gtid(id),
  };
}

function marker(record: TransactionRecord): TransactionMarker {
  if (record.status !== 'BEGIN' && record.status !== 'END')
    throw new RangeError(`transaction status '${record.status}' is neither BEGIN nor END`);
  const counts =
    record.status === 'END'
      ? new Map(record.data_collections?.map((one) => [one.data_collection, Number(one.event_count)]))
      : null;
  return { status: record.status, transaction: gtid(record.id), timestampMs: Number(record.ts_ms), counts };
}

function gtid(text: string) {
  const parsed = parseGtid(text);
  if (!parsed) throw new RangeError(`'${text}' is not a MariaDB GTID; is the source a MariaDB with GTIDs?`);
  return parsed;
}

function undecodable(chunk: Chunk, message: Message, why: string, cause?: unknown): KitError {
  const where = `topic ${chunk.topic}, partition ${chunk.partition}, offset ${message.offset}`;
  const remedy = 'nothing after it was applied; mend or remove what wrote it, then start the projector again';
  return new KitError('undecodable', `${where}: the message cannot be decoded: ${why}`, { cause, remedy });
}
