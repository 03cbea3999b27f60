import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChangeEvent, TransactionMarker } from '../../consumers/kit/src/change-event/index.ts';
import { formatGtid } from '../../consumers/kit/src/change-event/index.ts';
import type { Told } from './source-story.ts';
import type { SeenLog, SeenRecord, TopicTail } from './topic-tail.ts';

const file = join(import.meta.dirname, '../../consumers/kit/src/merge/recordings/connector-restart.json');

/**
 * Keeps everything that the tail has read as a recording, next to the merge whose tests replay it, with what was done on the
 * source. The same topics give the same text. Of a row there is what the merge uses, and its key.
 */
export async function writeRecording(tail: TopicTail, told: readonly Told[]): Promise<void> {
  const logs = [tail.markers, ...tail.tables.values()];
  const since = Math.min(...logs.flatMap(({ records }) => records.slice(0, 1).map(({ timestampMs }) => timestampMs)));
  const recording = {
    about: [
      'All topics of one connector as a reader with read_committed found them: RECORD=1 make test ONLY=connector-restart.',
      'Marker lines: offset, ms since the first record, BEGIN or END, GTID, its time; for END the counts by table.',
      'Change lines: offset, ms, operation, GTID or -, binlog file, position, row number, its time, primary key or -.',
      'An offset without a line is a marker of Kafka itself or a record of an aborted Kafka transaction.',
    ],
    told,
    markers: recorded(tail.markers, since),
    tables: Object.fromEntries([...tail.tables].map(([table, log]) => [table, recorded(log, since)])),
  };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(recording, null, 2)}\n`);
}

function recorded({ first, nextOffset, records }: SeenLog, since: number) {
  return { first: String(first), next: String(nextOffset), records: records.map((one) => line(one, since)) };
}

function line({ record, timestampMs }: SeenRecord, since: number): string {
  if (record.kind === 'ignored') throw new Error(`offset ${record.offset}: the capture has no tombstones; found one`);
  const words = record.kind === 'marker' ? markerWords(record.marker) : changeWords(record.change);
  return [record.offset, timestampMs - since, ...words].join(' ');
}

function markerWords({ status, transaction, timestampMs, counts }: TransactionMarker): (string | number)[] {
  const counted = [...(counts ?? [])].map(([table, rows]) => `${table}=${rows}`);
  return [status, formatGtid(transaction), timestampMs, ...counted];
}

function changeWords({ operation, transaction, source, before, after }: ChangeEvent): (string | number)[] {
  const { binlogFile, binlogPosition, rowNumber, timestampMs } = source;
  const key = (after ?? before)?.id;
  return [
    operation,
    transaction === null ? '-' : formatGtid(transaction),
    binlogFile,
    binlogPosition,
    rowNumber,
    timestampMs,
    key === undefined ? '-' : String(key),
  ];
}
