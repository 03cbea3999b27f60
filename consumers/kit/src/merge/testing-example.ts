import type { ChangeEvent, Gtid, Operation } from '../change-event/index.ts';
import { formatPosition, parsePosition } from '../change-event/index.ts';
import { TransactionMerge } from './transaction-merge.ts';
import type { Checkpoint, MergeRecord } from './types.ts';

/** A batch, short enough to be read in an expectation. */
export interface ShortBatch {
  readonly rows: readonly string[];
  readonly transactions: number;
  /** The checkpoint's position as text; `filling`; null: no checkpoint. */
  readonly at: string | null;
}

interface RowOptions {
  readonly domain?: number;
  readonly operation?: Operation;
  /** Binlog position and row number; without them the row is further than all rows before. */
  readonly at?: number;
  readonly rowNumber?: number;
  readonly binlogFile?: string;
}

/**
 * A merge with one partition for each table and a shorthand for what is written and read: each call writes one record to its
 * log, and the merge reads it at once. Rows have names. Sequences are those of domain 0 unless told otherwise.
 */
export class Example {
  readonly merge: TransactionMerge;
  readonly #next: Map<string, bigint>;
  #binlogPosition = 1000;

  constructor({
    position = '0-1-9' as string | null,
    tables = ['a', 'b'],
    maxRows = 100,
    start = undefined as Checkpoint | undefined,
  } = {}) {
    const partitions = ['tx', ...tables].map((name) => `${name}/0`);
    const beginning: Checkpoint = {
      position: position === null ? null : parsePosition(position),
      committedAtMs: null,
      offsets: new Map(partitions.map((partition) => [partition, 0n])),
    };
    this.#next = new Map((start ?? beginning).offsets);
    this.merge = new TransactionMerge({
      markers: 'tx/0',
      tables: new Map(tables.map((name) => [`${name}/0`, `bank.${name.split('#')[0]}`])),
      start: start ?? beginning,
      maxRows,
    });
  }

  begin(sequence: number, domain = 0): this {
    return this.#write('tx', (offset) => ({
      kind: 'marker',
      offset,
      marker: { status: 'BEGIN', transaction: gtid(sequence, domain), timestampMs: sequence * 1000, counts: null },
    }));
  }

  /** Counts by table name without the database; null: the END carries none. */
  end(sequence: number, counts: Readonly<Record<string, number>> | null = {}, domain = 0): this {
    const byTable = counts && new Map(Object.entries(counts).map(([table, rows]) => [`bank.${table}`, rows]));
    return this.#write('tx', (offset) => ({
      kind: 'marker',
      offset,
      marker: { status: 'END', transaction: gtid(sequence, domain), timestampMs: sequence * 1000 + 1, counts: byTable },
    }));
  }

  row(table: string, sequence: number, name: string, options: RowOptions = {}): this {
    return this.#change(table, gtid(sequence, options.domain ?? 0), name, options);
  }

  /** A row without a transaction. Where it is in the binlog says nothing. */
  loose(table: string, name: string, operation: Operation = 'read', at = 1_000_000): this {
    return this.#change(table, null, name, { operation, at });
  }

  /** A tombstone, or another record of no interest. */
  ignored(table: string): this {
    return this.#write(table, (offset) => ({ kind: 'ignored', offset }));
  }

  /** Control markers: offsets without a record. */
  control(table: string, count = 1): this {
    const next = this.offset(table) + BigInt(count);
    this.merge.push(`${table}/0`, [], next);
    this.#next.set(`${table}/0`, next);
    return this;
  }

  /** The fetch position. */
  offset(table: string): bigint {
    return this.#next.get(`${table}/0`)!;
  }

  /** Asks for end offsets and answers at once: what was read is all there is, and `more` records by table. */
  answer(more: Readonly<Record<string, number>> = {}): number | null {
    const request = this.merge.wantsEndOffsets();
    if (request !== null) this.merge.endOffsets(request, this.ends(more));
    return request;
  }

  ends(more: Readonly<Record<string, number>> = {}): Map<string, bigint> {
    return new Map(
      [...this.#next].map(([partition, next]) => [partition, next + BigInt(more[partition.slice(0, -2)] ?? 0)]),
    );
  }

  take(): ShortBatch | null {
    const batch = this.merge.take();
    if (batch === null) return null;
    const { changes, transactions, checkpoint } = batch;
    const at = checkpoint && (checkpoint.position === null ? 'filling' : formatPosition(checkpoint.position));
    return { rows: changes.map(nameOf), transactions, at };
  }

  /** The offsets of the next batch's checkpoint. */
  takeOffsets(): Record<string, number> {
    const offsets = this.merge.take()?.checkpoint?.offsets ?? new Map<string, bigint>();
    return Object.fromEntries([...offsets].map(([partition, offset]) => [partition.slice(0, -2), Number(offset)]));
  }

  #change(table: string, transaction: Gtid | null, name: string, options: RowOptions): this {
    const { operation = 'create', at, rowNumber = 0, binlogFile = 'bin.1' } = options;
    if (at === undefined) this.#binlogPosition++;
    const source = { binlogFile, binlogPosition: at ?? this.#binlogPosition, rowNumber, timestampMs: 0 };
    const change: ChangeEvent = {
      operation,
      table: `bank.${table}`,
      before: null,
      after: { name },
      source,
      transaction,
    };
    return this.#write(table, (offset) => ({ kind: 'change', offset, change }));
  }

  #write(table: string, record: (offset: bigint) => MergeRecord): this {
    const offset = this.offset(table);
    this.merge.push(`${table}/0`, [record(offset)], offset + 1n);
    this.#next.set(`${table}/0`, offset + 1n);
    return this;
  }
}

function gtid(sequence: number, domain: number): Gtid {
  return { domain, server: 1, sequence: BigInt(sequence) };
}

function nameOf(change: ChangeEvent): string {
  return String(change.after?.name);
}
