import { type ChangeEvent, formatGtid, type Row, type TransactionMarker } from '@banyan/kit';
import { escaped } from '../terminal/escape.ts';
import type { Output } from '../terminal/output.ts';
import { shownChanges, shownRow } from './values.ts';

/** A change event with where it stands in Kafka. */
export interface TailedChange {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Row | null;
  readonly change: ChangeEvent;
}

/** The documented shape of one line of `tail --json`; 64-bit integers and decimals are text, bytes base64. */
export function changeJson({ topic, partition, offset, key, change }: TailedChange): object {
  const { transaction, ...rest } = change;
  return {
    kind: 'change',
    topic,
    partition,
    offset,
    transaction: transaction && formatGtid(transaction),
    key,
    ...rest,
  };
}

export function markerJson({ status, transaction, timestampMs, counts }: TransactionMarker): object {
  return {
    kind: 'marker',
    status,
    transaction: formatGtid(transaction),
    timestampMs,
    counts: counts && Object.fromEntries(counts),
  };
}

const colours = { create: 'green', read: 'dim', update: 'yellow', delete: 'red', truncate: 'red' } as const;

/** One line for people: time, transaction, operation, table, key, and what changed. */
export function changeText(output: Output, { key, change }: TailedChange): string {
  const { operation, table, before, after, transaction, source } = change;
  const gtid = transaction ? formatGtid(transaction) : operation === 'read' ? 'snapshot' : '-';
  const what =
    before && after
      ? shownChanges(before, after)
      : operation === 'truncate'
        ? '(all rows)'
        : shownRow(after ?? before ?? {});
  const named = before && after && key ? `${shownRow(key)}: ` : '';
  const head = `${time(source.timestampMs)}  ${gtid.padEnd(10)}`;
  return `${output.paint('dim', head)}  ${output.paint(colours[operation], operation.padEnd(8))}  ${escaped(table)}  ${named}${what}`;
}

export function markerText(output: Output, { status, transaction, timestampMs, counts }: TransactionMarker): string {
  const rows = [...(counts ?? [])].map(([table, count]) => `${escaped(table)}=${count}`).join(' ');
  return `${output.paint('dim', time(timestampMs))}  ${formatGtid(transaction).padEnd(10)}  ${output.paint('bold', status)}${rows ? `     ${rows}` : ''}`;
}

const time = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
