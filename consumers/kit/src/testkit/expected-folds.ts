import { foldRow } from '../apply/fold-values.ts';
import type { ChangeEvent, Row } from '../change-event/index.ts';
import type { FoldChange, FoldRow, FoldTable, MirrorTable, Projection } from '../projection/index.ts';
import { comparedAll, inOrder, textOf, valuesIn } from './column-values.ts';

interface Source {
  rows(table: MirrorTable): readonly Row[];
}

/** What folds are to hold: each change folded on its own, one after another, without batches, a store or a restart. */
export class ExpectedFolds {
  readonly #projection: Projection;
  readonly #rows: ReadonlyMap<MirrorTable, Map<string, Row>>;
  readonly #states: ReadonlyMap<FoldTable, Map<string, FoldRow>>;

  constructor(projection: Projection) {
    this.#projection = projection;
    this.#rows = new Map(projection.tables.map((table) => [table, new Map()]));
    this.#states = new Map(projection.folds.map((fold) => [fold, new Map()]));
  }

  /** What was there before the first transaction: table by table, by key. */
  snapshot(source: Source): void {
    for (const table of this.#projection.tables)
      for (const row of source.rows(table).toSorted((a, b) => inOrder(table, a, b)))
        this.#tell(table, 'read', null, row, null);
  }

  /** One transaction: what the binlog shows of it, and then what foreign keys did besides. */
  commit(changes: readonly ChangeEvent[], source: Source): void {
    for (const { table: name, operation, before, after, source: at } of changes) {
      const table = this.#projection.tables.find((one) => one.source === name)!;
      const rows = [...this.#rows.get(table)!.values()].sort((a, b) => inOrder(table, a, b));
      if (operation === 'truncate') for (const row of rows) this.#tell(table, 'delete', row, null, at.timestampMs);
      else this.#tell(table, operation, before, after, at.timestampMs);
    }
    for (const table of this.#projection.tables) this.#settle(table, source);
  }

  rows(fold: FoldTable): readonly FoldRow[] {
    return [...this.#states.get(fold)!.values()];
  }

  #settle(table: MirrorTable, source: Source): void {
    const known = this.#rows.get(table)!;
    const there = new Map(source.rows(table).map((row) => [keyOf(table, row), row]));
    for (const [key, row] of [...known]) if (!there.has(key)) this.#tell(table, 'delete', row, null, 0);
    for (const [key, row] of there)
      this.#tell(table, known.has(key) ? 'update' : 'create', known.get(key) ?? null, row, 0);
  }

  #tell(
    table: MirrorTable,
    operation: FoldChange['operation'],
    before: Row | null,
    after: Row | null,
    committedAtMs: number | null,
  ): void {
    const rows = this.#rows.get(table)!;
    if (before) rows.delete(keyOf(table, before));
    if (after) rows.set(keyOf(table, after), after);
    const [was, is] = [before && foldRow(table.columns, before), after && foldRow(table.columns, after)];
    if (textsOf(table, before) === textsOf(table, after)) return;
    const change = { table: table.name, operation, before: was, after: is, committedAtMs: committedAtMs || null };
    for (const fold of this.#projection.folds) this.#fold(fold, change);
  }

  #fold(fold: FoldTable, change: FoldChange): void {
    const states = this.#states.get(fold)!;
    const keys = [change.before, change.after].flatMap((row) => (row ? fold.keys(row, change.table) : []));
    for (const [id, key] of new Map(keys.map((values) => [comparedAll(fold.key, values), values]))) {
      const named = Object.fromEntries(fold.key.map(({ name }, index) => [name, key[index]!]));
      const next = fold.step(states.get(id) ?? null, change, named);
      if (next === null) states.delete(id);
      else states.set(id, foldRow(fold.columns, { ...named, ...next }));
    }
  }
}

const keyOf = (table: MirrorTable, row: Row): string => comparedAll(table.key, valuesIn(table.key, row));

const textsOf = ({ columns }: MirrorTable, row: Row | null): string | null =>
  row && JSON.stringify(columns.map((column) => textOf(column, row[column.from] ?? null)));
