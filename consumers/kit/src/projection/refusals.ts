import { isDeepStrictEqual } from 'node:util';
import { type Refused, refusedChange, refusedCorrection, type WriterOptions } from '../apply/index.ts';
import type { ChangeEvent } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { partitionName } from '../merge/index.ts';
import type { StoredCheckpoint } from '../read-store/index.ts';
import { decodeChunk, type KnownSchemas } from '../serde/index.ts';
import type { Chunk, LogReader, Message, Start, Transport } from '../transport/index.ts';
import type { Pending } from './corrections.ts';
import type { TableShapes } from './table-shapes.ts';
import type { Topics } from './topics.ts';
import type { Verdicts } from './verdicts.ts';

export interface RefusalsOptions {
  readonly transport: Transport;
  readonly schemas: KnownSchemas;
  readonly verdicts: Pick<Verdicts, 'without' | 'mark' | 'applied' | 'note'>;
  readonly shapes: TableShapes;
  readonly topics: Topics;
  readonly writer: WriterOptions;
}

/** Where the rows that were refused were read: behind the checkpoint, before these offsets. */
export interface ReadUntil {
  readonly checkpoint: StoredCheckpoint;
  readonly positions: ReadonlyMap<string, bigint>;
}

interface Found {
  readonly chunk: Chunk;
  readonly message: Message;
}

const waitMs = 500;
/** Half a minute in which nothing comes of what was read before: it is not looked for any longer. */
const mostWaits = 60;

/**
 * Finds the record of what a read model refuses and writes it down, so that somebody can say how to go on without it. Nothing that is
 * applied carries its place in Kafka, so the record is read again. What is refused by no single row stays as it was thrown.
 */
export class Refusals {
  readonly #options: RefusalsOptions;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** Of changes that were to be written: what is to be thrown for it. Rolls the open transaction back. */
  async ofChanges(thrown: unknown, changes: readonly ChangeEvent[], until: ReadUntil): Promise<unknown> {
    if (!isOfRow(thrown)) return thrown;
    const refused = await refusedChange(this.#options.writer, changes);
    const record = refused && (await this.#recordOf(refused.item, until));
    return record ? this.#note(refused, record, refused.item.table, until) : thrown;
  }

  /** The same of corrections. */
  async ofCorrections(thrown: unknown, due: readonly Pending[], until: ReadUntil): Promise<unknown> {
    if (!isOfRow(thrown)) return thrown;
    const refused = await refusedCorrection(this.#options.writer, due);
    if (!refused) return thrown;
    const { offset } = refused.item;
    const start = { topic: this.#options.topics.corrections, partition: 0, offset };
    const record = await this.#search(
      [start],
      () => offset + 1n,
      async (chunk) => chunk.messages.find((message) => message.offset === offset),
    );
    return record ? this.#note(refused, record, undefined, until) : thrown;
  }

  async #note(
    { error }: Refused<unknown>,
    { chunk, message: { offset } }: Found,
    table: string | undefined,
    { checkpoint }: ReadUntil,
  ): Promise<KitError> {
    const where = `topic ${chunk.topic}, partition ${chunk.partition}, offset ${offset}`;
    const remedy = `${error.remedy ?? 'nothing after it was applied'}; or say how to go on: banyan retry, skip or park`;
    const named = new KitError('row-refused', `${where}: ${error.message}`, { remedy, cause: error, offset });
    await this.#options.verdicts.note(named, chunk, table, checkpoint);
    return named;
  }

  #recordOf(change: ChangeEvent, { checkpoint, positions }: ReadUntil): Promise<Found | null> {
    const { topics, schemas, shapes, verdicts } = this.#options;
    const starts = [...positions].flatMap(([name, end]): Start[] => {
      const slash = name.lastIndexOf('/');
      const [topic, partition] = [name.slice(0, slash), Number(name.slice(slash + 1))];
      const offset = checkpoint.offsets.get(name) ?? 0n;
      return topics.tables.get(topic) === change.table && offset < end ? [{ topic, partition, offset }] : [];
    });
    return this.#search(
      starts,
      (name) => positions.get(name)!,
      async (fetched) => {
        const chunk = verdicts.without(fetched);
        const records = shapes.adapted(chunk, await decodeChunk(schemas, 'changes', chunk));
        verdicts.mark(chunk, records);
        const found = records.findIndex(
          (one) => one.kind === 'change' && isSame(one.change, change) && verdicts.applied([one.change]).length > 0,
        );
        return chunk.messages[found];
      },
    );
  }

  /** The first message that is looked for, of partitions read from these offsets to their ends. */
  async #search(
    starts: readonly Start[],
    endOf: (partition: string) => bigint,
    look: (chunk: Chunk) => Promise<Message | undefined>,
  ): Promise<Found | null> {
    const open = new Set(starts.map(partitionName));
    let reader: LogReader | null = null;
    try {
      for (let waits = 0; open.size > 0 && waits < mostWaits; waits++) {
        reader ??= await this.#options.transport.read(starts);
        for (const chunk of await reader.next(waitMs)) {
          waits = 0;
          const message = await look(chunk);
          if (message) return { chunk, message };
          if (chunk.nextOffset >= endOf(partitionName(chunk))) open.delete(partitionName(chunk));
        }
      }
      return null;
    } finally {
      await reader?.close();
    }
  }
}

/** What a query computes, it computes of many rows. */
const isOfRow = (thrown: unknown): boolean =>
  thrown instanceof KitError && thrown.code === 'row-refused' && thrown.query === null;

/** Rows of one snapshot are all at one place of the binlog. */
const isSame = (a: ChangeEvent, b: ChangeEvent): boolean =>
  a.source.binlogPosition === b.source.binlogPosition &&
  a.source.rowNumber === b.source.rowNumber &&
  isDeepStrictEqual(a, b);
