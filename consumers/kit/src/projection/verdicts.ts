import { crc32 } from 'node:zlib';
import { type ChangeEvent, formatPosition } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { type MergeRecord, partitionName } from '../merge/index.ts';
import {
  type DatabaseAccess,
  keyTextOf,
  type LeftOut,
  leftOut,
  noteStop,
  type ParkedKey,
  parkedOf,
  Session,
  type StoppedRecord,
  type StoredCheckpoint,
  settleVerdicts,
} from '../read-store/index.ts';
import { decodeKey, type Schemas } from '../serde/index.ts';
import type { Chunk, Message } from '../transport/index.ts';
import type { MirrorTable, Projection } from './declaration.ts';

/** What was decided about records that a projector stopped at, as it stood when a pass began; and where a new stop is written down. */
export class Verdicts {
  readonly parked: readonly ParkedKey[];
  readonly #projection: Projection;
  readonly #database: DatabaseAccess;
  readonly #schemas: Schemas;
  /** By partition, then by offset. */
  readonly #leftOut: ReadonlyMap<string, ReadonlyMap<bigint, LeftOut>>;
  readonly #changes = new WeakSet<ChangeEvent>();

  private constructor(
    { projection, database, schemas }: VerdictsOptions,
    records: readonly LeftOut[],
    parked: readonly ParkedKey[],
  ) {
    this.#projection = projection;
    this.#database = database;
    this.#schemas = schemas;
    this.#leftOut = new Map(
      [...Map.groupBy(records, partitionName)].map(([partition, some]) => [
        partition,
        new Map(some.map((record) => [record.offset, record])),
      ]),
    );
    this.parked = parked;
  }

  /** To be called by who holds the lease: keys are parked and released here. */
  static async settle(session: Session, checkpoint: StoredCheckpoint, options: VerdictsOptions): Promise<Verdicts> {
    const { name } = options.projection;
    const { position } = checkpoint;
    await settleVerdicts(session, name, position && formatPosition(position));
    return new Verdicts(options, await leftOut(session, name), await parkedOf(session, name));
  }

  /**
   * The chunk without the records that were skipped or parked and cannot be decoded; they count as read. Another message at the place
   * of one is no such record.
   */
  without(chunk: Chunk): Chunk {
    const records = this.#leftOut.get(partitionName(chunk));
    if (!records) return chunk;
    return { ...chunk, messages: chunk.messages.filter((message) => leftOutAs(records, message)?.isChange ?? true) };
  }

  /** Remembers which changes, of the records of a chunk's messages, were skipped or parked: they are read and counted, and not applied. */
  mark(chunk: Chunk, records: readonly MergeRecord[]): void {
    const leftOut = this.#leftOut.get(partitionName(chunk));
    if (!leftOut) return;
    for (const [index, record] of records.entries())
      if (record.kind === 'change' && leftOutAs(leftOut, chunk.messages[index]!)) this.#changes.add(record.change);
  }

  /** The changes that are to be applied. */
  applied(changes: readonly ChangeEvent[]): readonly ChangeEvent[] {
    return this.#leftOut.size === 0 ? changes : changes.filter((change) => !this.#changes.has(change));
  }

  /** Writes the record down that an error names, if it names one, on a session of its own: the pass's may be in a transaction. */
  async note(thrown: unknown, chunk: Chunk, table: string | undefined, checkpoint: StoredCheckpoint): Promise<void> {
    if (!(thrown instanceof KitError) || thrown.offset === null) return;
    const message = chunk.messages.find(({ offset }) => offset === thrown.offset)!;
    const mirror = this.#projection.tables.find(({ source }) => source === table);
    const stop: StoppedRecord = {
      ...{ topic: chunk.topic, partition: chunk.partition, offset: message.offset },
      ...{ keyBytes: message.key, valueBytes: message.value, crc32: checksum(message) },
      ...{ code: thrown.code, message: thrown.message, table: mirror?.name ?? null },
      ...(await this.#keyOf(mirror, chunk, message)),
      // While it is filling, a row may lack what comes later in its own topic.
      position: checkpoint.filled && checkpoint.position ? formatPosition(checkpoint.position) : null,
    };
    await using session = await Session.open(this.#database);
    try {
      await noteStop(session, this.#projection.name, stop);
    } catch (error) {
      // More bytes than the server takes in one statement: they are still in Kafka.
      if (KitError.from(error).code !== 'row-refused') throw error;
      await noteStop(session, this.#projection.name, { ...stop, keyBytes: null, valueBytes: null });
    }
  }

  async #keyOf(mirror: MirrorTable | undefined, chunk: Chunk, message: Message) {
    const unknown = (keyProblem: string) => ({ key: null, keyProblem });
    if (!mirror) return unknown('it is no record of a table');
    try {
      const row = await decodeKey(this.#schemas, chunk, message);
      if (row === null) return unknown('the message has no key');
      const key = keyTextOf(mirror, row);
      return key === null ? unknown('the message’s key has other columns than the table') : { key, keyProblem: null };
    } catch (error) {
      return unknown(KitError.from(error).message);
    }
  }
}

export interface VerdictsOptions {
  readonly projection: Projection;
  readonly database: DatabaseAccess;
  readonly schemas: Schemas;
}

function leftOutAs(records: ReadonlyMap<bigint, LeftOut>, message: Message): LeftOut | null {
  const record = records.get(message.offset);
  return record && record.crc32 === checksum(message) ? record : null;
}

const checksum = ({ key, value }: Message): number => crc32(value ?? new Uint8Array(), crc32(key ?? new Uint8Array()));
