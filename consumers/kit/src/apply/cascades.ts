import type { ChangeEvent, Row, SourceValue } from '../change-event/index.ts';
import type { MirrorTable, Projection } from '../projection/index.ts';
import type { ForeignKey } from '../read-store/index.ts';
import { valuesOf } from './coalesce.ts';
import type { ReadStore, Where } from './read-store.ts';

const rowsPerStep = 1000;

/** A row that is gone, or has another key: what its foreign keys do about it happens at the source without a word in the binlog. */
export interface Loss {
  readonly change: ChangeEvent;
  readonly before: Row;
  /** Null: deleted. */
  readonly after: Row | null;
}

/**
 * Does to the mirrors what InnoDB does at the source when a parent is deleted or its key changes, since the binlog does not show it
 * (https://mariadb.com/kb/en/foreign-keys/): in the order of the binlog, down to the last child, in the open transaction.
 */
export class Cascades {
  readonly #store: ReadStore;
  readonly #mirrors: ReadonlyMap<string, MirrorTable>;
  readonly #byParent: ReadonlyMap<string, readonly ForeignKey[]>;
  /** A delete that ended a batch: the next change may be the other half of a changed key. */
  #held: ChangeEvent | null = null;

  /** `foreignKeys` are those between tables of the projection. */
  constructor(store: ReadStore, { tables }: Projection, foreignKeys: readonly ForeignKey[]) {
    this.#store = store;
    this.#mirrors = new Map(tables.map((table) => [table.source, table]));
    this.#byParent = Map.groupBy(foreignKeys, ({ parent }) => parent);
  }

  /**
   * Cuts changes, in order, where children must go before the next change is written: `losses` is what is to be expanded when
   * `changes` are written.
   */
  *cut(changes: readonly ChangeEvent[]): Generator<{ changes: ChangeEvent[]; losses: Loss[] }> {
    let from = 0;
    let losses: Loss[] = [];
    const held = this.#held;
    this.#held = null;
    if (held) {
      const other = changes[0];
      losses = this.#lossOf(held, other && isOtherHalf(held, other) ? other.after : null);
      if (losses.length > 0) yield { changes: [], losses };
      losses = [];
    }
    for (const [index, change] of changes.entries()) {
      if (!this.#byParent.has(change.table)) continue;
      const [next, afterNext] = [changes[index + 1], changes[index + 2]];
      if (change.operation === 'delete' && next === undefined) {
        this.#held = change;
        break;
      }
      const isHalf = next !== undefined && isOtherHalf(change, next);
      losses.push(...this.#lossOf(change, isHalf ? next.after : change.after));
      // Deletes of one table in a row go together; their order makes no difference to their children. A key that changes goes
      // alone: its row may take the place of one that is gone by a cascade.
      const isRun = change.operation === 'delete' && next?.operation === 'delete' && next.table === change.table;
      if (losses.length === 0 || isHalf || (isRun && !(afterNext && isOtherHalf(next, afterNext)))) continue;
      yield { changes: changes.slice(from, index + 1), losses };
      from = index + 1;
      losses = [];
    }
    if (from < changes.length || losses.length > 0) yield { changes: changes.slice(from), losses };
  }

  /** What is left to expand at the end of a transaction. */
  *rest(): Generator<Loss> {
    if (this.#held) yield* this.#lossOf(this.#held, null);
    this.#held = null;
  }

  /** Changes the children, and theirs; gives the changes made, as if they had been in the binlog. */
  async *expand(losses: readonly Loss[]): AsyncGenerator<ChangeEvent[]> {
    for (const key of this.#byParent.get(losses[0]?.change.table ?? '') ?? []) {
      const gone = losses.filter(({ after }) => after === null);
      if (gone.length > 0) yield* this.#onDelete(key, gone);
      for (const loss of losses) if (loss.after !== null) yield* this.#onUpdate(key, loss);
    }
  }

  async *#onDelete(key: ForeignKey, losses: readonly Loss[]): AsyncGenerator<ChangeEvent[]> {
    if (key.onDelete === 'none') return;
    const { change } = losses[0]!;
    const parents = losses.map((loss) => this.#keyOf(key, loss.before, loss.change));
    for (let from = 0; from < parents.length; from += rowsPerStep) {
      const where = this.#whereOf(key, parents.slice(from, from + rowsPerStep));
      if (key.onDelete === 'set null') {
        yield* this.#setAll(
          key,
          change,
          where,
          key.childColumns.map(() => null),
        );
        continue;
      }
      for (let rows = await this.#children(key, where); rows.length > 0; rows = await this.#children(key, where)) {
        await this.#delete(key, rows);
        yield* this.#told(rows.map((row) => synthetic(key, change, row, null)));
      }
    }
  }

  async *#onUpdate(key: ForeignKey, { change, before, after }: Loss): AsyncGenerator<ChangeEvent[]> {
    if (key.onUpdate === 'none' || !this.#isMoved(key, change, before, after!)) return;
    const [was, is] = [this.#keyOf(key, before, change), this.#keyOf(key, after!, change)];
    yield* this.#setAll(key, change, this.#whereOf(key, [was]), key.onUpdate === 'cascade' ? is : is.map(() => null));
  }

  /** All of them at once: under a _ci collation the new key may be found by the old one. */
  async *#setAll(
    key: ForeignKey,
    change: ChangeEvent,
    where: Where,
    values: readonly SourceValue[],
  ): AsyncGenerator<ChangeEvent[]> {
    const rows = await this.#children(key, where, Number.MAX_SAFE_INTEGER);
    if (rows.length === 0) return;
    await this.#store.set(this.#mirrors.get(key.child)!, where, values);
    const set = Object.fromEntries(key.childColumns.map((column, index) => [column, values[index]!]));
    yield* this.#told(rows.map((row) => synthetic(key, change, row, { ...row, ...set })));
  }

  async *#told(made: ChangeEvent[]): AsyncGenerator<ChangeEvent[]> {
    yield made;
    yield* this.expand(made.flatMap((change) => this.#lossOf(change, change.after)));
  }

  /** A change that takes a referenced key away; else none. */
  #lossOf(change: ChangeEvent, after: Row | null): Loss[] {
    const { before, table, operation } = change;
    if (before === null || !this.#byParent.has(table) || operation === 'create') return [];
    if (after !== null && !this.#byParent.get(table)!.some((key) => this.#isMoved(key, change, before, after)))
      return [];
    return [{ change, before, after }];
  }

  #isMoved(key: ForeignKey, change: ChangeEvent, before: Row, after: Row): boolean {
    const is = this.#keyOf(key, after, change);
    return this.#keyOf(key, before, change).some((value, index) => String(value) !== String(is[index]));
  }

  #keyOf(key: ForeignKey, row: Row, change: ChangeEvent): SourceValue[] {
    return valuesOf(this.#mirrors.get(key.parent)!, key.parentColumns, row, change);
  }

  #whereOf(key: ForeignKey, parents: Where['values']): Where {
    const child = this.#mirrors.get(key.child)!;
    const columns = key.childColumns.map((from) => child.columns.find((column) => column.from === from)!);
    return { columns, values: parents };
  }

  #children({ child }: ForeignKey, where: Where, limit = rowsPerStep): Promise<Row[]> {
    return this.#store.find(this.#mirrors.get(child)!, where, limit);
  }

  async #delete({ child }: ForeignKey, rows: readonly Row[]): Promise<void> {
    const table = this.#mirrors.get(child)!;
    const deletes = rows.map((row) => table.key.map(({ from }) => row[from]!));
    await this.#store.write(table, { truncate: false, deletes, upserts: [] });
  }
}

function synthetic({ child }: ForeignKey, cause: ChangeEvent, before: Row, after: Row | null): ChangeEvent {
  const { source, transaction } = cause;
  return {
    operation: after === null ? 'delete' : 'update',
    table: child,
    before,
    after,
    source,
    transaction,
    synthetic: true,
  };
}

/** The connector writes a changed primary key as a delete and then a create, at one place of the binlog. */
function isOtherHalf(gone: ChangeEvent, next: ChangeEvent): boolean {
  const [one, other] = [gone.source, next.source];
  return (
    gone.operation === 'delete' &&
    next.operation === 'create' &&
    next.table === gone.table &&
    one.binlogFile === other.binlogFile &&
    one.binlogPosition === other.binlogPosition &&
    one.rowNumber === other.rowNumber
  );
}
