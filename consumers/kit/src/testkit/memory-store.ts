import { type LeaseHeld, type ReadStore, refuseLoss, type TableEffect, type Where } from '../apply/index.ts';
import type { Row, SourceValue } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { MirrorTable, Projection, ReadTable } from '../projection/index.ts';
import { emptyCheckpoint, Lease, type StoredCheckpoint } from '../read-store/index.ts';
import { compared, comparedAll, inOrder, valuesIn } from './column-values.ts';
import type { Held, ReadModel } from './read-model.ts';

type Rows = ReadonlyMap<string, Row>;

/**
 * A read model of mirrors and folds without a database, for schedules by the thousand. It keeps what `read-store-contract.ts` says, as MariaDB
 * does; it has no queries, for it has no SQL.
 */
export class MemoryReadModel implements ReadModel {
  readonly locksRows = false;
  readonly #projection: Projection;
  readonly #tables = new Map<string, Rows>();
  #checkpoint: StoredCheckpoint = emptyCheckpoint;
  #epoch = 0n;
  /** Who has moved the checkpoint and not committed. */
  #holder: MemoryStore | null = null;

  constructor(projection: Projection) {
    this.#projection = projection;
  }

  async reset(): Promise<void> {
    this.#tables.clear();
    this.#checkpoint = emptyCheckpoint;
    this.#holder = null;
  }

  async takeOver(): Promise<Held | null> {
    if (this.#holder) return null;
    return { store: new MemoryStore(this), lease: new Lease(this.#projection.name, ++this.#epoch) };
  }

  async kill(store: ReadStore): Promise<void> {
    (store as MemoryStore).die();
  }

  async checkpoint(): Promise<StoredCheckpoint> {
    return this.#checkpoint;
  }

  async rows(table: ReadTable): Promise<Row[] | null> {
    return this.#projection.queries.some((one) => one === table) ? null : [...this.rowsOf(table).values()];
  }

  async unlikeQueries(): Promise<string[]> {
    return [];
  }

  rowsOf({ name }: ReadTable): Rows {
    return this.#tables.get(name) ?? new Map();
  }

  /** Holds the checkpoint for a transaction; false: its epoch is over. */
  hold(store: MemoryStore, epoch: bigint): boolean {
    if (this.#holder && this.#holder !== store)
      throw new KitError('database-unreachable', 'the checkpoint is locked by another transaction');
    if (epoch !== this.#epoch) return false;
    this.#holder = store;
    return true;
  }

  release(store: MemoryStore): void {
    if (this.#holder === store) this.#holder = null;
  }

  settle(tables: ReadonlyMap<string, Rows>, checkpoint: StoredCheckpoint | null): void {
    for (const [name, rows] of tables) this.#tables.set(name, rows);
    this.#checkpoint = checkpoint ?? this.#checkpoint;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class MemoryStore implements ReadStore {
  readonly session = null;
  readonly #model: MemoryReadModel;
  #open: { readonly tables: Map<string, Map<string, Row>>; checkpoint: StoredCheckpoint | null } | null = null;
  #isDead = false;

  constructor(model: MemoryReadModel) {
    this.#model = model;
  }

  async begin(): Promise<void> {
    this.#alive();
    this.#open = { tables: new Map(), checkpoint: null };
  }

  async write(table: MirrorTable, { truncate, deletes, upserts }: TableEffect): Promise<void> {
    this.#alive();
    refuseLoss(table, upserts);
    const rows = this.#staged(table);
    if (truncate) rows.clear();
    for (const key of deletes) rows.delete(comparedAll(table.key, key));
    for (const values of upserts) {
      const row = Object.fromEntries(table.columns.map(({ from }, index) => [from, values[index]!]));
      rows.set(keyOf(table, row), row);
    }
  }

  async find(table: MirrorTable, where: Where, limit: number): Promise<Row[]> {
    this.#alive();
    return [...this.#seen(table).values()].filter(isAmong(where)).slice(0, limit);
  }

  async *scan(table: MirrorTable, atOnce: number): AsyncGenerator<Row[]> {
    this.#alive();
    const all = [...this.#seen(table).values()].sort((a, b) => inOrder(table, a, b));
    for (let from = 0; from < all.length; from += atOnce) yield all.slice(from, from + atOnce);
  }

  async set(table: MirrorTable, where: Where, values: readonly SourceValue[]): Promise<void> {
    this.#alive();
    const rows = this.#staged(table);
    const found = [...rows.values()].filter(isAmong(where));
    const set = Object.fromEntries(where.columns.map(({ from }, index) => [from, values[index]!]));
    for (const row of found) rows.delete(keyOf(table, row));
    for (const row of found) {
      const changed = { ...row, ...set };
      if (rows.has(keyOf(table, changed))) throw new KitError('row-refused', `duplicate key in ${table.name}`);
      rows.set(keyOf(table, changed), changed);
    }
  }

  async moveCheckpoint({ epoch }: LeaseHeld, checkpoint: StoredCheckpoint): Promise<boolean> {
    this.#alive();
    if (!this.#model.hold(this, epoch)) return false;
    this.#transaction().checkpoint = checkpoint;
    return true;
  }

  async commit(): Promise<void> {
    this.#alive();
    const { tables, checkpoint } = this.#transaction();
    this.#model.settle(tables, checkpoint);
    this.#end();
  }

  async rollback(): Promise<void> {
    this.#alive();
    this.#end();
  }

  async keepOpen(): Promise<void> {
    this.#alive();
  }

  die(): void {
    this.#isDead = true;
    this.#end();
  }

  #end(): void {
    this.#open = null;
    this.#model.release(this);
  }

  #alive(): void {
    if (this.#isDead) throw new KitError('database-unreachable', 'the connection is lost');
  }

  #transaction() {
    if (this.#open) return this.#open;
    throw new Error('there is no open transaction');
  }

  #seen(table: MirrorTable): Rows {
    return this.#open?.tables.get(table.name) ?? this.#model.rowsOf(table);
  }

  #staged(table: MirrorTable): Map<string, Row> {
    const { tables } = this.#transaction();
    const rows = tables.get(table.name) ?? new Map(this.#model.rowsOf(table));
    tables.set(table.name, rows);
    return rows;
  }
}

const keyOf = (table: MirrorTable, row: Row): string => comparedAll(table.key, valuesIn(table.key, row));

/** NULL is equal to nothing. */
function isAmong({ columns, values }: Where): (row: Row) => boolean {
  const wanted = new Set(values.filter((one) => !one.includes(null)).map((one) => comparedAll(columns, one)));
  return (row) => wanted.has(JSON.stringify(columns.map((column) => compared(column, row[column.from]!))));
}
