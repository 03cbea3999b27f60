import type { ChangeEvent, Row } from '../change-event/index.ts';
import { cutTransaction, type Logs, type Restart, writeLogs } from '../merge/testing-connector.ts';
import type { History, HistoryRow, HistoryStep, HistoryTransaction } from '../merge/testing-history.ts';
import type { ReadTable } from '../projection/index.ts';
import { textOf } from './column-values.ts';
import { ExpectedFolds } from './expected-folds.ts';
import type { Scenario } from './scenario.ts';
import { type Schedule, usually } from './schedule.ts';
import { put, SourceTables, type Transaction } from './source-tables.ts';

/** The rows of a table as texts, sorted. */
export type TableTexts = readonly string[];

/** What happened in the monolith, and what a connector wrote of it. */
export interface SourceStory {
  readonly logs: Logs;
  /** By the number of transactions up to there: what each mirror and each fold is to hold. */
  readonly states: readonly ReadonlyMap<ReadTable, TableTexts>[];
}

export function sourceStory(scenario: Scenario, schedule: Schedule): SourceStory {
  const { projection, given = {}, when = [], foreignKeys } = scenario;
  const { start = 'snapshot', withoutEnd = [], restarts = [], gaps = [] } = schedule;
  const source = new SourceTables(projection, foreignKeys);
  const folds = new ExpectedFolds(projection);
  const states: ReadonlyMap<ReadTable, TableTexts>[] = [];
  const steps: HistoryStep[] = [];
  const transactions: HistoryTransaction[] = [];
  const keep = () =>
    states.push(
      new Map<ReadTable, TableTexts>([
        ...projection.tables.map((table) => [table, textsOf(table, source.rows(table))] as const),
        ...projection.folds.map((fold) => [fold, textsOf(fold, folds.rows(fold))] as const),
      ]),
    );
  const commit = (changes: Transaction, ended: boolean) => {
    const transaction = transactions.length;
    const gtid = { domain: 0, server: 1, sequence: BigInt(transaction + 1) };
    const told = source.change(changes, { sequence: transaction + 1, gtid });
    folds.commit(told, source);
    const rows = told.map(historyRow);
    steps.push({ kind: 'begin', transaction });
    for (const row of rows) steps.push({ kind: 'row', transaction, row });
    if (ended) steps.push({ kind: 'end', transaction });
    transactions.push({ gtid, committedAtMs: 1000 * (transaction + 1), ended, rows });
    keep();
  };
  if (start === 'snapshot') {
    for (const change of source.change([put(given)], { sequence: 0, gtid: null }))
      steps.push({ kind: 'loose', row: historyRow({ ...change, operation: 'read' }) });
    folds.snapshot(source);
  }
  keep();
  // A position is known with the next transaction, of whatever table.
  commit(start === 'stream' ? [put(given)] : [], true);
  for (const [index, changes] of when.entries())
    commit(changes, !withoutEnd.includes(index) && !changes.some((change) => 'truncate' in change));
  // The one before has no END, maybe.
  commit([], true);
  const tables = projection.tables.map(({ source: name }) => ({ name, partitions: 1, subscribed: true }));
  const history: History = { tables, transactions, steps };
  const again: Restart[] = restarts.map((one) => ({ ...usually, ...one }));
  const logs = writeLogs(history, { restarts: again, controlRecords: gaps });
  // One that is begun anew and has no END is a named stop, which is no matter of a schedule.
  const isCut = cutTransaction(logs, history, 0) !== null;
  return { logs: isCut ? writeLogs(history, { restarts: [], controlRecords: gaps }) : logs, states };
}

let rows = 0;

function historyRow(change: ChangeEvent): HistoryRow {
  return { id: rows++, partition: `${change.table}/0`, subscribed: true, skipped: false, change };
}

export function textsOf(table: ReadTable, rows: readonly Row[]): TableTexts {
  return rows.map((row) => JSON.stringify(table.columns.map((column) => textOf(column, row[column.from]!)))).sort();
}
