import { setImmediate } from 'node:timers/promises';
import {
  type ChangeEvent,
  type Gtid,
  type Operation,
  type Position,
  parseGtid,
  parsePosition,
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
    readonly snapshot?: string | null;
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

/** Of the registry, what a pass needs. */
export type KnownSchemas = Pick<Schemas, 'known' | 'fetch' | 'rowSchema' | 'versionsOf'>;

/** What a topic carries. */
export type TopicKind = 'changes' | 'transactions';

/** Messages decoded at a stretch: others have their turn in between. */
const stretch = 250;

/**
 * Turns a chunk of messages into records for the merge. All schemas it needs are fetched first. Throws KitError; `undecodable` names topic, partition and offset.
 */
export async function decodeChunk(schemas: KnownSchemas, kind: TopicKind, chunk: Chunk): Promise<MergeRecord[]> {
  for (const message of chunk.messages) {
    const id = message.value && schemaId(message.value, chunk, message);
    if (id !== null && !schemas.known(id)) await fetchFor(schemas, id, chunk, message);
  }
  const records: MergeRecord[] = [];
  for (const message of chunk.messages) {
    records.push(decode(schemas, kind, chunk, message));
    if (records.length % stretch === 0) await setImmediate();
  }
  return records;
}

/**
 * What the newest of some heartbeats says: each transaction up to there is in Kafka, whole, in front of it. Null when it says nothing, or nothing
 * that can be read: another one comes.
 */
export async function publishedPosition(schemas: KnownSchemas, { messages }: Chunk): Promise<Position | null> {
  const value = messages.at(-1)?.value;
  const id = value ? schemaIdIn(value) : null;
  if (!value || id === null) return null;
  try {
    if (!schemas.known(id)) await schemas.fetch(id);
    const { gtids } = schemas.known(id)!(value, bodyAt) as { readonly gtids?: string | null };
    return gtids ? parsePosition(gtids) : null;
  } catch {
    return null;
  }
}

/** The message's key as exact values by column; null when it has none, as a TRUNCATE has. Throws as `decodeChunk` does. */
export async function decodeKey(schemas: KnownSchemas, chunk: Chunk, message: Message): Promise<Row | null> {
  const { key } = message;
  if (key === null) return null;
  const id = schemaId(key, chunk, message);
  if (!schemas.known(id)) await fetchFor(schemas, id, chunk, message);
  try {
    return schemas.known(id)!(key, bodyAt) as Row;
  } catch (error) {
    throw undecodable(chunk, message, `its key: ${(error as Error).message}`, error);
  }
}

async function fetchFor(schemas: KnownSchemas, id: number, chunk: Chunk, message: Message): Promise<void> {
  try {
    await schemas.fetch(id);
  } catch (error) {
    if (error instanceof KitError && error.code === 'undecodable')
      throw undecodable(chunk, message, error.message, error);
    throw error;
  }
}

function decode(schemas: KnownSchemas, kind: TopicKind, chunk: Chunk, message: Message): MergeRecord {
  const { offset, value } = message;
  if (value === null) return { kind: 'ignored', offset }; // a tombstone
  try {
    const decoded = schemas.known(schemaId(value, chunk, message))!(value, bodyAt);
    return kind === 'changes'
      ? { kind: 'change', offset, change: changeEvent(decoded as Envelope) }
      : { kind: 'marker', offset, marker: marker(decoded as TransactionRecord) };
  } catch (error) {
    if (error instanceof KitError) throw error;
    throw undecodable(chunk, message, (error as Error).message, error);
  }
}

const bodyAt = 5;

/** Confluent wire format: a zero byte, the schema id as four bytes big-endian, then the Avro body. */
function schemaId(value: Uint8Array, chunk: Chunk, message: Message): number {
  return schemaIdIn(value) ?? refuseHead(chunk, message);
}

/** Null for what is no such message. */
export function schemaIdIn(value: Uint8Array): number | null {
  if (value.length < 5 || value[0] !== 0) return null;
  return ((value[1]! << 24) | (value[2]! << 16) | (value[3]! << 8) | value[4]!) >>> 0;
}

function refuseHead(chunk: Chunk, message: Message): never {
  throw undecodable(chunk, message, 'it does not begin with the byte 0 and a schema id');
}

/** Messages never repeat what is in the record: it may be anything. */
function changeEvent(envelope: Envelope): ChangeEvent {
  const operation = operations.get(envelope.op);
  if (!operation) throw new RangeError(`its operation is none of ${[...operations.keys()].join(' ')}`);
  const { source } = envelope;
  // A TRUNCATE has no transaction block, but the GTID of its own statement, for which there is a BEGIN.
  const id = envelope.transaction?.id ?? (operation === 'truncate' ? source.gtid : null);
  return {
    operation,
    table: tableOf(source),
    before: envelope.before,
    after: envelope.after,
    source: {
      binlogFile: source.file,
      binlogPosition: Number(source.pos),
      rowNumber: source.row,
      timestampMs: Number(source.ts_ms),
    },
    transaction: id === null ? null : gtid(id),
    ...(source.snapshot === 'incremental' && { incremental: true as const }),
  };
}

function marker(record: TransactionRecord): TransactionMarker {
  if (record.status !== 'BEGIN' && record.status !== 'END')
    throw new RangeError('its transaction status is neither BEGIN nor END');
  const counts =
    record.status === 'END'
      ? new Map(record.data_collections?.map((one) => [one.data_collection, Number(one.event_count)]))
      : null;
  return { status: record.status, transaction: gtid(record.id), timestampMs: Number(record.ts_ms), counts };
}

/** Rows of one transaction, and of one table, come one after the other. */
let latestGtid: { readonly text: string; readonly parsed: Gtid } | null = null;
let latestTable = { db: '', table: null as string | null, name: '' };

function gtid(text: string): Gtid {
  if (latestGtid?.text === text) return latestGtid.parsed;
  const parsed = parseGtid(text);
  if (!parsed) throw new RangeError('its transaction is no MariaDB GTID; is the source a MariaDB with GTIDs?');
  latestGtid = { text, parsed };
  return parsed;
}

function tableOf({ db, table }: Envelope['source']): string {
  if (latestTable.db !== db || latestTable.table !== table) latestTable = { db, table, name: `${db}.${table}` };
  return latestTable.name;
}

function undecodable(chunk: Chunk, message: Message, why: string, cause?: unknown): KitError {
  const where = `topic ${chunk.topic}, partition ${chunk.partition}, offset ${message.offset}`;
  const remedy = 'nothing after it was applied; mend what wrote it, then say how to go on: banyan retry, skip or park';
  const text = `${where}: the message cannot be decoded: ${why}`;
  return new KitError('undecodable', text, { cause, remedy, offset: message.offset });
}
