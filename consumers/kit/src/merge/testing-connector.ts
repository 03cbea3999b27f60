import fc from 'fast-check';
import type { Gtid, TransactionMarker } from '../change-event/index.ts';
import type { History, HistoryRow, HistoryTransaction } from './testing-history.ts';
import type { MergeRecord } from './types.ts';

/** A connector, with its restarts, that writes a history into Kafka's logs. Pure, for property tests. */

export const markerPartition = 'transaction/0';

export interface LogEntry {
  /** Writes that happened before, over all partitions: what is read at all was written by then. */
  readonly time: number;
  readonly offset: bigint;
  /** Null: a control marker or an aborted record, never given to a reader, but it occupies an offset. */
  readonly record: MergeRecord | null;
}

/** All logs by partition, the subscribed ones and the markers; an unsubscribed table has none. */
export type Logs = ReadonlyMap<string, readonly LogEntry[]>;

export interface Restart {
  /** After how many writes since the restart before. */
  readonly afterWrites: number;
  /** How many transactions it goes back behind the current one; each begins again with a BEGIN. */
  readonly back: number;
  /** How much of what had been written is not written a second time, 0 to 1. With exactly-once support: 1. */
  readonly remembered: number;
  /** What the counters of a transaction that was begun twice say in its END. */
  readonly counters: 'restarted' | 'empty' | 'doubled';
  /** Which markers of transactions that had ended already come again. */
  readonly endedAgain: 'both' | 'BEGIN' | 'END';
  /** The rest of the current transaction, END included, is never written, once it has begun again and has rows in the logs. */
  readonly cuts: boolean;
}

export interface ConnectorPlan {
  readonly restarts: readonly Restart[];
  readonly controlRecords: readonly {
    readonly afterWrites: number;
    readonly partition: number;
    readonly count: number;
  }[];
}

export const connectorPlans: fc.Arbitrary<ConnectorPlan> = fc.record({
  restarts: fc.array(
    fc.record({
      afterWrites: fc.integer({ min: 1, max: 25 }),
      back: fc.constantFrom(0, 0, 0, 1, 2),
      remembered: fc.constantFrom(1, 1, 0.5, 0),
      counters: fc.constantFrom('restarted', 'empty', 'doubled'),
      endedAgain: fc.constantFrom('both', 'both', 'BEGIN', 'END'),
      cuts: fc.nat({ max: 9 }).map((drawn) => drawn === 9),
    }),
    { maxLength: 3 },
  ),
  controlRecords: fc.array(
    fc.record({
      afterWrites: fc.nat({ max: 120 }),
      partition: fc.nat({ max: 4 }),
      count: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 12 },
  ),
});

/** Of every log: it need not be 0. */
export const firstOffset = 5n;

export function writeLogs({ tables, transactions, steps }: History, plan: ConnectorPlan): Logs {
  const logs = new Map<string, LogEntry[]>([[markerPartition, []]]);
  for (const { name, partitions, subscribed } of tables) {
    for (let index = 0; subscribed && index < partitions; index++) logs.set(`${name}/${index}`, []);
  }
  let writes = 0;
  const append = (partition: string, record: ((offset: bigint) => MergeRecord) | null) => {
    const log = logs.get(partition);
    const offset = (log?.at(-1)?.offset ?? firstOffset - 1n) + 1n;
    log?.push({ time: writes, offset, record: record === null ? null : record(offset) });
  };
  const control = (from: number, to: number) => {
    for (const { afterWrites, partition, count } of plan.controlRecords) {
      if (afterWrites < from || afterWrites >= to) continue;
      for (let index = 0; index < count; index++) append([...logs.keys()][partition % logs.size]!, null);
    }
  };
  const write = (partition: string, record: (offset: bigint) => MergeRecord) => {
    append(partition, record);
    writes++;
    control(writes, writes + 1);
  };
  const writeRow = (row: HistoryRow) => {
    const ignored = (offset: bigint): MergeRecord => ({ kind: 'ignored', offset });
    write(row.partition, row.skipped ? ignored : (offset) => ({ kind: 'change', offset, change: { ...row.change } }));
    if (row.change.operation === 'delete') write(row.partition, ignored);
  };
  const writeMarker = (transaction: number, status: 'BEGIN' | 'END', counts: TransactionMarker['counts']) => {
    const { gtid, committedAtMs } = transactions[transaction]!;
    const marker: TransactionMarker = { status, transaction: { ...gtid }, timestampMs: committedAtMs, counts };
    write(markerPartition, (offset) => ({ kind: 'marker', offset, marker }));
  };

  control(0, 1);
  const restarts = [...plan.restarts];
  const begun = new Map<number, number>();
  const counters = new Map<number, Map<string, number>>();
  const endOf = (transaction: number) =>
    steps.findIndex((step) => step.kind === 'end' && step.transaction === transaction);
  let latest: Restart | null = null;
  let sinceRestart = 0;
  let progress = 0;
  let remembered = 0;
  let newestBegun = -1;
  const cut = new Set<number>();
  const hasRowsInLogs = (transaction: number) =>
    steps.some(
      (step, index) =>
        index < progress && step.kind === 'row' && step.transaction === transaction && isChangeInLogs(step.row),
    );
  const isChangeInLogs = ({ partition, skipped }: HistoryRow) => !skipped && logs.has(partition);
  for (let index = 0; index < steps.length; ) {
    if (restarts[0] && newestBegun >= 0 && writes - sinceRestart >= restarts[0].afterWrites) {
      latest = restarts.shift()!;
      sinceRestart = writes;
      const isOpen =
        steps.findLastIndex((step) => step.kind !== 'loose' && step.transaction === newestBegun) >= progress;
      if (latest.cuts && isOpen && newestBegun < transactions.length - 1 && hasRowsInLogs(newestBegun)) {
        cut.add(newestBegun);
        writeMarker(newestBegun, 'BEGIN', null);
        continue;
      }
      const target = Math.max(0, newestBegun - latest.back);
      index = steps.findIndex((step) => step.kind === 'begin' && step.transaction === target);
      remembered = index + Math.floor((progress - index) * latest.remembered);
      newestBegun = target;
    }
    const step = steps[index]!;
    const isNew = index >= progress;
    if (step.kind === 'loose') {
      if (isNew) writeRow(step.row);
    } else if (cut.has(step.transaction) && step.kind !== 'begin') {
      // Lost.
    } else if (step.kind === 'row') {
      if (isNew || index >= remembered) {
        writeRow(step.row);
        const { table } = step.row.change;
        const counts = counters.get(step.transaction)!;
        counts.set(table, (counts.get(table) ?? 0) + 1);
      }
    } else if (step.kind === 'begin') {
      newestBegun = step.transaction;
      begun.set(step.transaction, (begun.get(step.transaction) ?? 0) + 1);
      counters.set(step.transaction, new Map());
      const hadEnded = endOf(step.transaction) !== -1 && endOf(step.transaction) < progress;
      if (!hadEnded || latest?.endedAgain !== 'END') writeMarker(step.transaction, 'BEGIN', null);
    } else if (isNew || latest?.endedAgain !== 'BEGIN') {
      const counts = counters.get(step.transaction)!;
      const trusted = begun.get(step.transaction) === 1;
      const how = trusted ? 'restarted' : latest!.counters;
      const factor = how === 'doubled' ? 2 : 1;
      const said = how === 'empty' ? [] : [...counts].map(([table, rows]) => [table, rows * factor] as const);
      writeMarker(step.transaction, 'END', new Map(said));
    }
    index++;
    progress = Math.max(progress, index);
  }
  control(writes + 1, Number.POSITIVE_INFINITY);
  return logs;
}

/** The first transaction, from the given one on, that a merge must not take for whole: begun twice, with rows, never ended, and closed. */
export function cutTransaction(logs: Logs, { transactions }: History, from: number): HistoryTransaction | null {
  const markers = logs
    .get(markerPartition)!
    .flatMap(({ record }) => (record?.kind === 'marker' ? [record.marker] : []));
  const isOf = (gtid: Gtid) => (marker: TransactionMarker) =>
    marker.transaction.sequence === gtid.sequence && marker.transaction.domain === gtid.domain;
  const cut = transactions.findIndex(({ gtid, rows }, index) => {
    const next = transactions[index + 1];
    const closing = next ? markers.findIndex(isOf(next.gtid)) : -1;
    const own = markers.filter(isOf(gtid));
    return (
      index >= from &&
      closing !== -1 &&
      own.every(({ status }) => status === 'BEGIN') &&
      markers.slice(0, closing).filter(isOf(gtid)).length > 1 &&
      rows.some(({ partition, skipped }) => !skipped && logs.has(partition))
    );
  });
  return transactions[cut] ?? null;
}
