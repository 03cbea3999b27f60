import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '../errors.ts';
import type { Projection } from '../projection/index.ts';
import {
  type DatabaseAccess,
  differencesOf,
  evidenceOf,
  finishProof,
  forgetProgress,
  noteDifferences,
  noteProgress,
  quoted,
  type SeenDifference,
  type Session,
  type TableEvidence,
} from '../read-store/index.ts';
import { type ComparedTable, comparedFolds, comparedTables } from './compared.ts';
import { differencesIn, type Sum, sumOf } from './differences.ts';
import { atFoldedAgain, FoldAgain, type FoldingAgain } from './fold-again.ts';
import { type KeyRange, type KeyValue, keyOf, keyText, rangeCondition } from './key-range.ts';
import { parkedKeys } from './parked-keys.ts';
import { readWhole, type WholeRead } from './plan.ts';
import { openReadModel, openSource } from './snapshots.ts';
import { atSource, type Window, Windows, type WindowsCost } from './windows.ts';

export interface ProveOptions {
  readonly projection: Projection;
  /** The monolith's server, as one who may SELECT. */
  readonly source: Omit<DatabaseAccess, 'database'>;
  readonly database: DatabaseAccess;
  /** How folds are folded again; without it they are not proved. */
  readonly folding?: FoldingAgain;
  /** The most rows a second that are read on the source; default: as many as one connection gives. */
  readonly rowsPerSecond?: number;
  /** How old a snapshot may get, on both sides, ms; default 5,000, at most 25,000. DDL of the source waits that long. */
  readonly snapshotMs?: number;
  /** From the beginning, also when a proof was cut off before. */
  readonly anew?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProofProgress) => void;
}

export interface ProofProgress {
  readonly table: string;
  /** Rows of this table that are compared, and about how many there are. */
  readonly rows: number;
  readonly estimatedRows: number;
  /** Empty while folds are folded again: nothing is compared yet. */
  readonly position: string;
  readonly differences: number;
}

/** What the proof of one table came to. */
export interface TableProof {
  readonly table: string;
  readonly kind: ComparedTable['kind'];
  readonly rows: number;
  readonly differences: number;
  /** Keys that are parked: their rows are not said to be true. */
  readonly parked: number;
  readonly fromPosition: string;
  readonly toPosition: string;
}

/** What a proof came to, and what it cost. */
export interface Proof {
  readonly tables: readonly TableProof[];
  readonly rows: number;
  readonly differences: number;
  readonly tookMs: number;
  /** The oldest that a snapshot got. */
  readonly longestSnapshotMs: number;
  /** The longest that the projection was held at a time, and in all. */
  readonly longestHoldMs: number;
  readonly heldMs: number;
  /** Time that the source has worked for it, on one connection. */
  readonly sourceMs: number;
}

const firstRows = 5000;
const mostRows = 50_000;
const fewestRows = 100;
/** A range may cost a whole read of a table of so many ranges, and no more: a proof would cost the square of that. */
const mostWholeReads = 10;
/** More, and it is no matter of single rows: the read model is to be made anew. */
const mostDifferences = 10_000;

/**
 * Compares a read model with its source: each range of keys at one position, in a snapshot on either side, by checksum, then row by
 * row where these differ. Writes down how far it has come and what it found; cut off, the next one goes on there. It shares no code
 * with what applies changes. A fold has no source to be read: the whole stream is folded again, and the two are compared.
 *
 * Throws KitError `not-held` when the projection cannot be held, `source-unreachable`, `database-unreachable`, `declaration` when a
 * table cannot be compared, and `too-different`.
 */
export async function prove(options: ProveOptions): Promise<Proof> {
  const { projection, source: access, database, signal } = options;
  await using source = await openSource({ ...access, database: schemaOf(projection) });
  await using read = await openReadModel(database);
  await using notes = await openReadModel(database);
  if (options.anew) await forgetProgress(notes, projection.name);
  const since = Date.now();
  const sessions = { source, read };
  const open = atSource(projection.name, sessions, notes, signal);
  const tables = await comparedTables(projection, source, read, database.database);
  const parts = [await proveTables(options, tables, new Windows({ ...options, sessions, open }), notes)];
  if (projection.folds.length > 0 && options.folding)
    parts.push(await proveFolds(options, options.folding, read, notes));
  const proofs = parts.flatMap(({ proofs }) => proofs);
  const costs = parts.map(({ cost }) => cost);
  return {
    tables: proofs,
    rows: proofs.reduce((sum, { rows }) => sum + rows, 0),
    differences: proofs.reduce((sum, { differences }) => sum + differences, 0),
    tookMs: Date.now() - since,
    longestSnapshotMs: Math.max(...costs.map((cost) => cost.longestSnapshotMs)),
    longestHoldMs: Math.max(...costs.map((cost) => cost.longestHoldMs)),
    heldMs: costs.reduce((sum, cost) => sum + cost.heldMs, 0),
    sourceMs: parts[0]!.cost.sourceMs,
  };
}

interface ProvedTables {
  readonly proofs: readonly TableProof[];
  readonly cost: WindowsCost;
}

async function proveTables(
  options: ProveOptions,
  tables: readonly ComparedTable[],
  windows: Windows,
  notes: Session,
): Promise<ProvedTables> {
  const begun = new Map(
    (await evidenceOf(notes, options.projection.name)).filter((one) => !one.isWhole).map((one) => [one.table, one]),
  );
  const proofs: TableProof[] = [];
  try {
    // One that was cut off first: the others are begun anew.
    for (const table of tables.toSorted((a, b) => Number(begun.has(b.name)) - Number(begun.has(a.name))))
      proofs.push(await new TableProver(options, table, windows, notes, begun.get(table.name) ?? null).run());
  } finally {
    await windows.close();
  }
  return { proofs, cost: windows.cost };
}

/** Folds from the first message on, beside, and compares the two at one position. */
async function proveFolds(
  options: ProveOptions,
  folding: FoldingAgain,
  read: Session,
  notes: Session,
): Promise<ProvedTables> {
  const { projection, source, signal, onProgress } = options;
  await using _again = await FoldAgain.start({
    ...{ ...folding, projection, source },
    ...(signal && { signal }),
    onProgress: ({ rowsApplied: rows, lag }) => {
      const left = [...lag.values()].reduce((sum, messages) => sum + messages, 0);
      onProgress?.({
        table: 'folding again',
        rows,
        estimatedRows: rows + left,
        position: '',
        differences: 0,
      });
    },
  });
  await using scratch = await openReadModel(folding.scratch);
  await using scratchNotes = await openReadModel(folding.scratch);
  const sessions = { source: scratch, read };
  const open = atFoldedAgain(projection.name, sessions, { read: notes, scratch: scratchNotes }, signal);
  const { rowsPerSecond: _, ...unlimited } = options; // it costs the source nothing
  const windows = new Windows({ ...options, sessions, open });
  const databases = { scratch: folding.scratch.database, read: options.database.database };
  return await proveTables(unlimited, await comparedFolds(projection, scratch, read, databases), windows, notes);
}

/** What was found and not repaired. Throws KitError `database-unreachable`. */
export async function differences(
  database: DatabaseAccess,
  projection: string,
  most: number,
): Promise<SeenDifference[]> {
  await using session = await openReadModel(database);
  return await differencesOf(session, projection, most);
}

export const schemaOf = ({ tables }: Projection): string => tables[0]!.source.split('.')[0]!;

class TableProver {
  readonly #options: ProveOptions;
  readonly #table: ComparedTable;
  readonly #windows: Windows;
  readonly #notes: Session;
  #after: readonly KeyValue[] | null;
  #rows: number;
  #fromPosition: string;
  #toPosition: string;
  /** That this run has seen. */
  #differences = 0;
  #size = firstRows;
  #isPlanned = false;

  constructor(
    options: ProveOptions,
    table: ComparedTable,
    windows: Windows,
    notes: Session,
    begun: TableEvidence | null,
  ) {
    this.#options = options;
    this.#table = table;
    this.#windows = windows;
    this.#notes = notes;
    this.#after = begun?.nextKey ? keyOf(begun.nextKey) : null;
    this.#rows = begun?.rows ?? 0;
    this.#fromPosition = begun?.fromPosition ?? '';
    this.#toPosition = begun?.toPosition ?? '';
  }

  async run(): Promise<TableProof> {
    const { projection, signal, onProgress } = this.#options;
    const estimatedRows = await this.#estimate();
    const { name: table, kind } = this.#table;
    await this.#note();
    for (let more = true; more; ) {
      signal?.throwIfAborted();
      more = await this.#next();
      onProgress?.({
        table,
        rows: this.#rows,
        estimatedRows,
        position: this.#toPosition,
        differences: this.#differences,
      });
    }
    const differences = await finishProof(this.#notes, projection.name, table);
    const keys = await parkedKeys(this.#notes, projection.name);
    const parked = keys.filter((key) => key.table === table).length;
    const [fromPosition, toPosition] = [this.#fromPosition, this.#toPosition];
    return { table, kind, rows: this.#rows, differences, parked, fromPosition, toPosition };
  }

  /** Compares the next range; false when it was the last. */
  async #next(): Promise<boolean> {
    const since = Date.now();
    const compared = await this.#windows.during(async (window) => {
      const range = { after: this.#after, upTo: await this.#bound(window) };
      await this.#checkPlan(window, range);
      return { range, rows: await this.#compare(window, range) };
    });
    if (compared === 'table-changed') return true;
    if (compared === 'too-slow') {
      if (this.#size === fewestRows) throw this.#tooSlow();
      this.#size = Math.max(fewestRows, Math.floor(this.#size / 8));
      return true;
    }
    const { range, rows } = compared;
    this.#rows += rows;
    this.#after = range.upTo;
    await this.#note();
    const tookMs = Date.now() - since;
    if (tookMs < 200) this.#size = Math.min(mostRows, this.#size * 2);
    if (tookMs > 1000) this.#size = Math.max(fewestRows, Math.floor(this.#size / 2));
    await this.#keepBudget(rows, tookMs);
    return range.upTo !== null;
  }

  /** A SELECT for which the source has no index would read whole tables for each range. */
  async #checkPlan({ source }: Window, range: KeyRange): Promise<void> {
    if (this.#isPlanned || this.#table.kind !== 'query' || range.upTo === null) return;
    const [largest] = await readWhole(source, this.#table.source, range);
    if (largest && largest.rows > mostWholeReads * this.#size) throw this.#noIndex(largest);
    this.#isPlanned = true;
  }

  /** The last key of the range: so many rows on, in the read model; null when there are not so many. */
  async #bound({ read }: Window): Promise<readonly KeyValue[] | null> {
    const { range, from } = this.#table.read;
    const columns = range.map((column, index) => `${column} AS k${index}`).join(', ');
    const condition = rangeCondition(read, range, { after: this.#after, upTo: null });
    const [row] = await read.rows<Record<string, KeyValue>>(
      `SELECT ${columns} FROM ${from} WHERE ${condition} ORDER BY ${range.join(', ')} LIMIT 1 OFFSET ${this.#size - 1}`,
    );
    return row ? range.map((_, index) => row[`k${index}`]!) : null;
  }

  async #compare(window: Window, range: KeyRange): Promise<number> {
    const [there, here] = await Promise.all([
      window.timed(sumOf(window.source, this.#table.source, range)),
      sumOf(window.read, this.#table.read, range),
    ]);
    this.#toPosition = window.position;
    this.#fromPosition ||= window.position;
    if (!isSame(there, here)) await this.#find(window, range);
    return there.rows;
  }

  async #find(window: Window, range: KeyRange): Promise<void> {
    const found = await window.timed(differencesIn(window, this.#table, range));
    this.#differences += found.length;
    const { name: table } = this.#table;
    const position = window.position;
    await noteDifferences(
      this.#notes,
      this.#options.projection.name,
      found.map(({ key, ...rest }) => ({ ...rest, table, position, key: keyText(key) })),
    );
    if (this.#differences > mostDifferences) throw this.#tooDifferent();
  }

  async #note(): Promise<void> {
    await noteProgress(this.#notes, this.#options.projection.name, {
      table: this.#table.name,
      fromPosition: this.#fromPosition,
      toPosition: this.#toPosition,
      rows: this.#rows,
      nextKey: this.#after && keyText(this.#after),
    });
  }

  async #keepBudget(rows: number, tookMs: number): Promise<void> {
    const { rowsPerSecond, signal } = this.#options;
    if (rowsPerSecond === undefined) return;
    const waitMs = (rows / rowsPerSecond) * 1000 - tookMs;
    if (waitMs <= 0) return;
    await this.#windows.beforeWait(waitMs);
    await delay(waitMs, undefined, signal ? { signal } : {});
  }

  async #estimate(): Promise<number> {
    const sql =
      'SELECT table_rows AS n FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?';
    const [row] = await this.#notes.rows<{ n: string | null }>(sql, [this.#table.name]);
    return Number(row?.n ?? 0);
  }

  #tooSlow(): KitError {
    const { name, kind } = this.#table;
    const text = `${this.#options.projection.name}.${name}: ${fewestRows} rows cannot be read within ${statementSeconds} s`;
    const index = kind === 'query' ? this.#indexes() : 'of its key';
    return new KitError('too-slow', text, {
      remedy: `look for the index ${index} on the source, or prove against a replica`,
    });
  }

  #noIndex({ table, rows }: WholeRead): KitError {
    const text = `${this.#options.projection.name}.${this.#table.name}: for each range of keys the source would read its table or alias ${quoted(table)} whole, about ${rows} rows`;
    return new KitError('too-slow', text, {
      remedy: `look for the index ${this.#indexes()} on the source, or prove against a replica that has one`,
    });
  }

  #indexes(): string {
    return `by ${this.#table.read.range[0]!} in the tables that its SELECT reads`;
  }

  #tooDifferent(): KitError {
    const text = `${this.#options.projection.name}.${this.#table.name}: more than ${mostDifferences} rows are not as the source has them`;
    return new KitError('too-different', text, {
      remedy: 'give the read model a new, empty database; it is filled from the stream',
    });
  }
}

/** As the sessions are set. */
const statementSeconds = 25;

const isSame = (a: Sum, b: Sum): boolean => a.rows === b.rows && a.checksum === b.checksum;
