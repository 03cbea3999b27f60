import type { ChangeEvent, Gtid } from '../change-event/index.ts';
import { formatGtid } from '../change-event/index.ts';
import type { LogEntry, Logs } from './testing-connector.ts';
import type { History, HistoryRow, HistoryStep, HistoryTransaction } from './testing-history.ts';
import { isMarker, type Recorded, type Recording } from './testing-recording.ts';
import type { MergeRecord } from './types.ts';

type RecordedChange = Recorded & { readonly content: ChangeEvent };

/**
 * What a recording tells of the source, by its own rule: the GTIDs in the order of their first BEGIN, and to each its rows by
 * place in the binlog, every place once. A row is known by its number, which takes the place of its columns.
 */
export class RecordedHistory {
  readonly history: History;
  readonly #rows = new Map<string, HistoryRow>();

  constructor({ tables, written }: Recording) {
    const changes = written.filter((one): one is RecordedChange => !isMarker(one.content));
    const steps: HistoryStep[] = changes
      .filter(({ content }) => content.transaction === null)
      .map((change) => ({ kind: 'loose', row: this.#row(change) }));
    const byGtid = Map.groupBy(changes, ({ content }) => nameOf(content.transaction));
    const transactions: HistoryTransaction[] = [];
    const markers = written.flatMap(({ content }) => (isMarker(content) ? [content] : []));
    for (const ofOne of Map.groupBy(markers, ({ transaction }) => nameOf(transaction)).values()) {
      const gtid = ofOne[0]!.transaction;
      const end = ofOne.find(({ status }) => status === 'END');
      const inBinlogOrder = (byGtid.get(nameOf(gtid)) ?? []).sort((a, b) => byPlace(a.content, b.content));
      const rows = [...new Set(inBinlogOrder.map((change) => this.#row(change)))];
      const transaction = transactions.length;
      steps.push({ kind: 'begin', transaction });
      for (const row of rows) steps.push({ kind: 'row', transaction, row });
      if (end) steps.push({ kind: 'end', transaction });
      transactions.push({ gtid, committedAtMs: (end ?? ofOne[0]!).timestampMs, ended: end !== undefined, rows });
    }
    const subscribed = tables.map((name) => ({ name, partitions: 1, subscribed: true }));
    this.history = { tables: subscribed, transactions, steps };
  }

  /** The logs as they were recorded, repeated records and holes in the offsets included. */
  logs({ written, ends }: Recording): Logs {
    const logs = new Map<string, LogEntry[]>([...ends.keys()].map((partition) => [partition, []]));
    written.forEach((one, time) => {
      const log = logs.get(one.partition)!;
      fillUp(log, one.offset, time);
      log.push({ time, offset: one.offset, record: this.#record(one) });
    });
    for (const [partition, log] of logs) fillUp(log, ends.get(partition)!, written.length);
    return logs;
  }

  #record({ partition, offset, writtenMs, content }: Recorded): MergeRecord {
    if (isMarker(content)) return { kind: 'marker', offset, marker: content };
    const { change } = this.#row({ partition, offset, writtenMs, content });
    return { kind: 'change', offset, change: { ...change } };
  }

  #row({ partition, content }: RecordedChange): HistoryRow {
    const place = placeOf(content);
    const known = this.#rows.get(place);
    if (known) return known;
    const id = this.#rows.size;
    const change = { ...content, after: { id } };
    const row = { id, partition, subscribed: true, skipped: false, change };
    this.#rows.set(place, row);
    return row;
  }
}

/** Kafka's own markers and aborted records are no records for a reader, but they occupy offsets. */
function fillUp(log: LogEntry[], upTo: bigint, time: number): void {
  const from = log.length === 0 ? 0n : log.at(-1)!.offset + 1n;
  for (let offset = from; offset < upTo; offset++) {
    log.push({ time: log.at(-1)?.time ?? time, offset, record: null });
  }
}

/** All rows of a snapshot are at one place, and each key is there once. A changed key is a delete and a create at one place. */
function placeOf({ table, transaction, operation, source, after }: ChangeEvent): string {
  if (transaction === null) return [table, 'key', after?.key].join(' ');
  const { binlogFile, binlogPosition, rowNumber } = source;
  return [table, nameOf(transaction), binlogFile, binlogPosition, rowNumber, operation === 'delete'].join(' ');
}

function byPlace(a: ChangeEvent, b: ChangeEvent): number {
  const deletesFirst = Number(b.operation === 'delete') - Number(a.operation === 'delete');
  return a.source.binlogPosition - b.source.binlogPosition || a.source.rowNumber - b.source.rowNumber || deletesFirst;
}

const nameOf = (gtid: Gtid | null): string => (gtid === null ? 'none' : formatGtid(gtid));
