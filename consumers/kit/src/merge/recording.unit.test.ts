import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatGtid } from '../change-event/index.ts';
import { markerPartition } from './testing-connector.ts';
import { Expectation } from './testing-expectation.ts';
import type { HistoryTransaction } from './testing-history.ts';
import { Reader, type ReaderAction, type ReaderPlan } from './testing-reader.ts';
import { RecordedHistory } from './testing-recorded-history.ts';
import { isMarker, readRecording } from './testing-recording.ts';

/**
 * Real topics: small transactions, an ALTER, a grant, XA, a TRUNCATE, a changed key, an idle table, a large transaction in
 * whose middle the Connect worker was killed, and one in whose middle the connector connected anew and sent rows again.
 */
const recording = readRecording('connector-restart');
const recorded = new RecordedHistory(recording);
const { history } = recorded;
const logs = recorded.logs(recording);
const transactionOf = (gtid: string) => history.transactions.find((one) => formatGtid(one.gtid) === gtid);
const markersOf = (gtid: string) =>
  recording.written
    .map(({ content }) => content)
    .filter(isMarker)
    .filter(({ transaction }) => formatGtid(transaction) === gtid);
const replay = (plan: ReaderPlan, maxRows: number, applied = -1) =>
  new Reader(logs, new Expectation(history, logs, applied, maxRows), maxRows).run(plan);

function rowsByTable({ rows }: HistoryTransaction): Record<string, number> {
  const byTable = Map.groupBy(rows, ({ change }) => change.table.slice(change.table.indexOf('.') + 1));
  return Object.fromEntries([...byTable].map(([table, ofTable]) => [table, ofTable.length]));
}

describe('the recording', () => {
  it('has what was done on the source: every row of every transaction, and nothing else', () => {
    for (const { what, gtid, ends, rows } of recording.told) {
      const found = transactionOf(gtid)!;
      expect({ what, ends: found.ended, rows: rowsByTable(found) }).toEqual({ what, ends, rows });
    }
    const told = new Set(recording.told.map(({ gtid }) => gtid));
    const others = history.transactions.filter(({ gtid }) => !told.has(formatGtid(gtid)));
    expect(others.flatMap(({ rows }) => rows)).toEqual([]);
  });

  it('has a transaction that was cut in the middle, whose END counts the rest of it alone', () => {
    const { gtid, rows } = recording.told.findLast(({ what }) => what === 'large transaction 1')!;
    const [first, second, third] = markersOf(gtid);
    expect([first, second, third].map((one) => one!.status)).toEqual(['BEGIN', 'BEGIN', 'END']);
    const counted = [...third!.counts!.values()].reduce((sum, count) => sum + count, 0);
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(rows.orders! + rows.order_lines!);
  });

  it('has rows that came again, an empty END that came again, and a table that never changed', () => {
    const changes = recording.written.filter(({ content }) => !isMarker(content));
    const rows = history.steps.filter(({ kind }) => kind === 'row' || kind === 'loose');
    expect(changes.length).toBeGreaterThan(rows.length + 100);
    const ends = recording.written.flatMap(({ content }) =>
      isMarker(content) && content.status === 'END' ? [content] : [],
    );
    const again = ends.filter(({ transaction }, index) =>
      ends.slice(0, index).some((one) => formatGtid(one.transaction) === formatGtid(transaction)),
    );
    expect(again.map(({ counts }) => counts!.size)).toContain(0);
    expect(logs.get('restarts.regions/0')!.filter(({ record }) => record !== null).length).toBe(4);
  });
});

describe('TransactionMerge on the recording', () => {
  const action: fc.Arbitrary<ReaderAction> = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('read'),
        partition: fc.nat({ max: logs.size - 1 }),
        entries: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 20, max: 400 })),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('take', 'ask') }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer'), which: fc.nat({ max: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), writes: fc.nat({ max: 3000 }) }) },
  );
  const plans: fc.Arbitrary<ReaderPlan> = fc.record({
    actions: fc.array(action, { maxLength: 120, size: 'max' }),
    rest: fc.record({ entries: fc.integer({ min: 25, max: 400 }), markersFirst: fc.boolean(), lazy: fc.boolean() }),
  });
  // Rarely a small one: a large transaction then goes out in hundreds of parts, and each is checked against everything before.
  const maxRows = fc.oneof(
    { weight: 1, arbitrary: fc.integer({ min: 10, max: 60 }) },
    { weight: 5, arbitrary: fc.constantFrom(150, 400, 700, 5000) },
  );
  const applied = fc.oneof(fc.constant(-1), fc.nat({ max: history.transactions.length }));

  it('hands out each transaction whole, once, in commit order, under any schedule', () => {
    fc.assert(
      fc.property(plans, maxRows, applied, (plan, maxRows, applied) => replay(plan, maxRows, applied)),
      { numRuns: 60 },
    );
  });

  const again = recording.told.filter(({ gtid }) => markersOf(gtid).length > 2);
  const ends = again.flatMap(({ what, gtid }) =>
    markersOf(gtid).flatMap(({ counts }, index) => (counts === null ? [] : [{ what, gtid, index, counts }])),
  );

  it.each(ends)(
    'rows are late: of $what there are just as many as its marker $index counts',
    ({ gtid, index, counts }) => {
      const reads: ReaderAction[] = [...logs.keys()].map((partition, number) => ({
        kind: 'read',
        partition: number,
        entries:
          partition === markerPartition
            ? entriesUpToMarker(gtid, index)
            : entriesUpToRow(partition, gtid, counts.get(partition.slice(0, -2)) ?? 0),
      }));
      const settle: ReaderAction[] = history.transactions.flatMap((_, which) => [
        { kind: 'take' },
        { kind: 'ask' },
        ...history.transactions.slice(0, which + 1).map((_, which) => ({ kind: 'answer', which }) as const),
      ]);
      replay({ actions: [...reads, ...settle], rest: { entries: 100, markersFirst: true, lazy: false } }, 5000);
    },
  );

  it('has such late rows to wait for: partial counts, and none at all', () => {
    const counted = ends.map(({ counts }) => [...counts.values()].reduce((sum, rows) => sum + rows, 0));
    expect(counted).toContain(0);
    expect(counted.filter((rows) => rows > 0).length).toBeGreaterThan(1);
  });
});

/** How many entries a reader takes until it has read that marker of the transaction. */
function entriesUpToMarker(gtid: string, index: number): number {
  const log = logs.get(markerPartition)!;
  const own = log.filter(({ record }) => record?.kind === 'marker' && formatGtid(record.marker.transaction) === gtid);
  return log.indexOf(own[index]!) + 1;
}

/** How many entries a reader takes until it has so many rows of the transaction, each counted once. */
function entriesUpToRow(partition: string, gtid: string, rows: number): number {
  const log = logs.get(partition)!;
  const seen = new Set<unknown>();
  const next = log.findIndex(({ record }) => {
    if (record?.kind !== 'change' || record.change.transaction === null) return false;
    if (formatGtid(record.change.transaction) !== gtid) return false;
    return seen.add(record.change.after!.id).size > rows;
  });
  return next < 0 ? log.length : next;
}
