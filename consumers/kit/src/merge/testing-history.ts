import fc from 'fast-check';
import type { ChangeEvent, Gtid, Operation } from '../change-event/index.ts';

/** Generated source histories: what happened in the database, before any connector or log. Pure, for property tests. */

export interface HistoryTable {
  readonly name: string;
  readonly partitions: number;
  readonly subscribed: boolean;
}

export interface HistoryRow {
  /** Its number in the history; also the value of its one column. */
  readonly id: number;
  readonly partition: string;
  readonly subscribed: boolean;
  /** Counted by the connector, but left out of the stream on purpose. */
  readonly skipped: boolean;
  readonly change: ChangeEvent;
}

export interface HistoryTransaction {
  readonly gtid: Gtid;
  readonly committedAtMs: number;
  /** False for DDL and XA: a BEGIN without an END. */
  readonly ended: boolean;
  /** In binlog order. */
  readonly rows: readonly HistoryRow[];
}

/** What a connector that is never disturbed writes, in its order. `transaction` is an index. */
export type HistoryStep =
  | { readonly kind: 'begin' | 'end'; readonly transaction: number }
  | { readonly kind: 'row'; readonly transaction: number; readonly row: HistoryRow }
  | { readonly kind: 'loose'; readonly row: HistoryRow };

export interface History {
  readonly tables: readonly HistoryTable[];
  readonly transactions: readonly HistoryTransaction[];
  readonly steps: readonly HistoryStep[];
}

const tables: readonly HistoryTable[] = [
  { name: 'bank.account', partitions: 1, subscribed: true },
  { name: 'bank.card', partitions: 2, subscribed: true },
  { name: 'bank.branch', partitions: 1, subscribed: true },
  { name: 'bank.audit', partitions: 1, subscribed: false },
];

interface RowPlan {
  readonly table: number;
  readonly key: number;
  readonly operation: 'create' | 'update' | 'delete' | 'change key';
  readonly sameBinlogEvent: boolean;
  readonly skipped: boolean;
}

interface LoosePlan {
  readonly table: number;
  readonly key: number;
  readonly operation: 'read' | 'truncate';
  /** Before this row of the transaction; beyond its rows: after its END. */
  readonly before: number;
  /** Its place in the binlog says nothing about its place in the partition. */
  readonly binlogPosition: number;
}

interface TransactionPlan {
  readonly domain: number;
  readonly sequenceStep: number;
  readonly ended: boolean;
  readonly rows: readonly RowPlan[];
  readonly loose: readonly LoosePlan[];
}

// The branch table is idle most of the time.
const table = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constant(2) },
  { weight: 2, arbitrary: fc.constant(3) },
);
const oneIn = (times: number) => fc.nat({ max: times - 1 }).map((drawn) => drawn === times - 1);

const rowPlan: fc.Arbitrary<RowPlan> = fc.record({
  table,
  key: fc.nat({ max: 5 }),
  operation: fc.constantFrom('create', 'update', 'delete', 'change key'),
  sameBinlogEvent: fc.boolean(),
  skipped: oneIn(25),
});
const loosePlan: fc.Arbitrary<LoosePlan> = fc.record({
  table,
  key: fc.nat({ max: 5 }),
  operation: fc.constantFrom('read', 'read', 'truncate'),
  before: fc.nat({ max: 8 }),
  binlogPosition: fc.constantFrom(0, 1_000_000_000),
});
const transactionPlan: fc.Arbitrary<TransactionPlan> = fc.record({
  domain: fc.constantFrom(0, 0, 0, 7),
  sequenceStep: fc.integer({ min: 1, max: 3 }),
  ended: oneIn(5).map((missing) => !missing),
  rows: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 4, arbitrary: fc.array(rowPlan, { minLength: 1, maxLength: 5 }) },
    { weight: 1, arbitrary: fc.array(rowPlan, { minLength: 6, maxLength: 24 }) },
  ),
  loose: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(loosePlan, { minLength: 1, maxLength: 12 }) },
  ),
});

export const histories: fc.Arbitrary<History> = fc
  .record({
    snapshot: fc.array(loosePlan, { maxLength: 12 }),
    transactions: fc.array(transactionPlan, { minLength: 1, maxLength: 9 }),
  })
  .map(({ snapshot, transactions }) => history(snapshot, transactions));

function history(snapshot: readonly LoosePlan[], plans: readonly TransactionPlan[]): History {
  // Beyond what a double can hold: sequences must be compared as bigint.
  const sequences = new Map<number, bigint>();
  const first = 9_007_199_254_740_992n;
  const steps: HistoryStep[] = [];
  const transactions: HistoryTransaction[] = [];
  let ids = 0;
  let binlogPosition = 4;
  let rowNumber = 0;

  const row = (plan: RowPlan | LoosePlan, operation: Operation, key: number, gtid: Gtid | null): HistoryRow => {
    const { name, partitions, subscribed } = tables[plan.table]!;
    const id = ids++;
    const gone = operation === 'delete' || operation === 'truncate';
    const source = {
      binlogFile: 'bin.000001',
      binlogPosition,
      rowNumber,
      timestampMs: 0,
      ...('before' in plan && { binlogPosition: plan.binlogPosition }),
    };
    const change = {
      operation,
      table: name,
      before: gone ? { id } : null,
      after: gone ? null : { id },
      source,
      transaction: gtid,
    };
    return {
      id,
      partition: `${name}/${key % partitions}`,
      subscribed,
      skipped: 'skipped' in plan && plan.skipped,
      change,
    };
  };
  const loose = (plan: LoosePlan) => steps.push({ kind: 'loose', row: row(plan, plan.operation, plan.key, null) });

  snapshot.forEach(loose);
  plans.forEach((plan, transaction) => {
    const sequence = (sequences.get(plan.domain) ?? first) + BigInt(plan.sequenceStep);
    sequences.set(plan.domain, sequence);
    const gtid: Gtid = { domain: plan.domain, server: 1, sequence };
    const rows: HistoryRow[] = [];
    const add = (plan: RowPlan, operation: Operation, key: number) => {
      const added = row(plan, operation, key, gtid);
      rows.push(added);
      steps.push({ kind: 'row', transaction, row: added });
    };
    steps.push({ kind: 'begin', transaction });
    plan.rows.forEach((rowPlan, index) => {
      plan.loose.filter(({ before }) => before === index).forEach(loose);
      if (index > 0 && rowPlan.sameBinlogEvent) {
        rowNumber++;
      } else {
        binlogPosition += 40;
        rowNumber = 0;
      }
      if (rowPlan.operation === 'change key') {
        add(rowPlan, 'delete', rowPlan.key);
        add(rowPlan, 'create', rowPlan.key + 1);
      } else {
        add(rowPlan, rowPlan.operation, rowPlan.key);
      }
    });
    if (plan.ended) steps.push({ kind: 'end', transaction });
    plan.loose.filter(({ before }) => before >= plan.rows.length).forEach(loose);
    transactions.push({ gtid, committedAtMs: 1_000_000 + transaction, ended: plan.ended, rows });
  });
  return { tables, transactions, steps };
}
