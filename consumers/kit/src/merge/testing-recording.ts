import { readFileSync } from 'node:fs';
import type { ChangeEvent, Operation, TransactionMarker } from '../change-event/index.ts';
import { parseGtid } from '../change-event/index.ts';
import { markerPartition } from './testing-connector.ts';

/** What was done on the source in one transaction, as told by who did it. */
export interface Told {
  readonly what: string;
  readonly gtid: string;
  /** Whether an END is expected: not of DDL, grants and XA. */
  readonly ends: boolean;
  /** Changes by table, without the database's name. */
  readonly rows: Readonly<Record<string, number>>;
}

export interface Recorded {
  readonly partition: string;
  readonly offset: bigint;
  /** When the connector's producer made it, ms. */
  readonly writtenMs: number;
  /** Of a change the columns are left out, but for the key's value. */
  readonly content: TransactionMarker | ChangeEvent;
}

export interface Recording {
  readonly told: readonly Told[];
  /** `database.table`. */
  readonly tables: readonly string[];
  /** In the order of writing over all partitions. */
  readonly written: readonly Recorded[];
  /** The position behind the last offset, by partition. */
  readonly ends: ReadonlyMap<string, bigint>;
}

interface File {
  readonly told: readonly Told[];
  readonly markers: LogFile;
  readonly tables: Readonly<Record<string, LogFile>>;
}

interface LogFile {
  readonly next: string;
  readonly records: readonly string[];
}

/** Real topics of Debezium 3.5.0 without `BinlogWatch`, kept in `recordings/`; the file itself tells the form of its lines. */
export function readRecording(name: string): Recording {
  const file = JSON.parse(readFileSync(new URL(`recordings/${name}.json`, import.meta.url), 'utf8')) as File;
  const tables = Object.keys(file.tables);
  const logs = new Map([
    [markerPartition, file.markers],
    ...tables.map((table): [string, LogFile] => [`${table}/0`, file.tables[table]!]),
  ]);
  const partitions = [...logs].map(([partition, { records }]) => records.map((line) => recorded(partition, line)));
  return {
    told: file.told,
    tables,
    written: inOrderOfWriting(partitions),
    ends: new Map([...logs].map(([partition, { next }]) => [partition, BigInt(next)])),
  };
}

export const isMarker = (content: Recorded['content']): content is TransactionMarker => 'status' in content;

function recorded(partition: string, line: string): Recorded {
  const [offset, writtenMs, ...words] = line.split(' ');
  const content = partition === markerPartition ? marker(words) : change(partition.slice(0, -2), words);
  return { partition, offset: BigInt(offset!), writtenMs: Number(writtenMs), content };
}

function marker([status, gtid, timestampMs, ...counts]: string[]): TransactionMarker {
  const counted = counts.map((one) => one.split('=')).map(([table, rows]) => [table!, Number(rows)] as const);
  return {
    status: status as TransactionMarker['status'],
    transaction: parseGtid(gtid!)!,
    timestampMs: Number(timestampMs),
    counts: status === 'END' ? new Map(counted) : null,
  };
}

function change(table: string, words: string[]): ChangeEvent {
  const [operation, gtid, binlogFile, binlogPosition, rowNumber, timestampMs, key] = words;
  return {
    operation: operation as Operation,
    table,
    before: null,
    after: { key: key! },
    source: {
      binlogFile: binlogFile!,
      binlogPosition: Number(binlogPosition),
      rowNumber: Number(rowNumber),
      timestampMs: Number(timestampMs),
    },
    transaction: parseGtid(gtid!),
  };
}

/** Merges the partitions by the time of writing; inside one millisecond as a connector writes: BEGIN, rows, END. */
function inOrderOfWriting(partitions: readonly (readonly Recorded[])[]): Recorded[] {
  const next = partitions.map(() => 0);
  const merged: Recorded[] = [];
  for (;;) {
    let first = -1;
    partitions.forEach((log, index) => {
      const candidate = log[next[index]!];
      if (candidate && (first < 0 || isBefore(candidate, partitions[first]![next[first]!]!))) first = index;
    });
    if (first < 0) return merged;
    merged.push(partitions[first]![next[first]!]!);
    next[first]!++;
  }
}

function isBefore(a: Recorded, b: Recorded): boolean {
  if (a.writtenMs !== b.writtenMs) return a.writtenMs < b.writtenMs;
  const [first, second] = [a.content.transaction?.sequence ?? 0n, b.content.transaction?.sequence ?? 0n];
  return first === second ? rank(a) < rank(b) : first < second;
}

function rank({ content }: Recorded): number {
  if (!isMarker(content)) return 1;
  return content.status === 'BEGIN' ? 0 : 2;
}
