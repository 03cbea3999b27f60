import type { ChangeEvent, Gtid, Row } from '../change-event/index.ts';
import type { Column, MirrorTable, Projection } from '../projection/index.ts';
import type { ForeignKey } from '../read-store/index.ts';
import { comparedAll, valuesIn } from './column-values.ts';

/** Rows by table, named as in the declaration; columns as in the monolith. What is left out is NULL, or stays. */
export type TableRows = Readonly<Record<string, readonly Row[]>>;

/** A part of a transaction of the monolith. */
export type Change =
  | { readonly put: TableRows }
  | { readonly remove: TableRows }
  | { readonly rekey: string; readonly from: Row; readonly to: Row }
  | { readonly truncate: string };

export type Transaction = readonly Change[];

/** One transaction of the monolith, its changes in order. */
export const tx = (...changes: Change[]): Transaction => changes;
/** Rows that are new, or known by their key and changed. */
export const put = (rows: TableRows): Change => ({ put: rows });
/** Rows that go, by their keys. */
export const remove = (keys: TableRows): Change => ({ remove: keys });
/** A row that gets another key: `rekey('accounts', { id: 1n }, { id: 9n })`. */
export const rekey = (table: string, from: Row, to: Row): Change => ({ rekey: table, from, to });
/** All rows of a table go, in a transaction of its own. */
export const truncate = (table: string): Transaction => [{ truncate: table }];

interface Place {
  readonly sequence: number;
  /** Null: rows of a snapshot. */
  readonly gtid: Gtid | null;
}

interface Told extends Pick<ChangeEvent, 'operation' | 'before' | 'after'> {
  readonly table: MirrorTable;
  readonly isOtherHalf?: true;
}

/** The monolith's tables, as far as a projection reads them: each transaction changes them, and says what the binlog would show. */
export class SourceTables {
  readonly #projection: Projection;
  readonly #foreignKeys: readonly ForeignKey[];
  readonly #rows: ReadonlyMap<MirrorTable, Map<string, Row>>;

  constructor(projection: Projection, foreignKeys: readonly ForeignKey[] = []) {
    this.#projection = projection;
    this.#foreignKeys = foreignKeys;
    this.#rows = new Map(projection.tables.map((table) => [table, new Map()]));
  }

  /** What there is, by the source's names of columns. */
  rows(table: MirrorTable): readonly Row[] {
    return [...this.#rows.get(table)!.values()];
  }

  change(transaction: Transaction, { sequence, gtid }: Place): ChangeEvent[] {
    let rowNumber = -1;
    return transaction
      .flatMap((change) => [...this.#changes(change)])
      .map(({ operation, table, before, after, isOtherHalf }) => {
        if (!isOtherHalf) rowNumber++;
        const source = { binlogFile: 'bin.000001', binlogPosition: 100 * sequence, rowNumber, timestampMs: 0 };
        return { operation, table: table.source, before, after, source, transaction: gtid };
      });
  }

  *#changes(change: Change): Generator<Told> {
    if ('truncate' in change) {
      const table = this.#table(change.truncate);
      this.#rows.get(table)!.clear();
      yield { operation: 'truncate', table, before: null, after: null };
    } else if ('rekey' in change) {
      const table = this.#table(change.rekey);
      yield* this.#replace(table, this.#there(table, change.from), change.to);
    } else if ('put' in change) {
      for (const [table, row] of this.#each(change.put)) yield* this.#replace(table, this.#find(table, row), row);
    } else {
      for (const [table, key] of this.#each(change.remove)) {
        const before = this.#there(table, key);
        this.#store(table, before, null);
        yield { operation: 'delete', table, before, after: null };
      }
    }
  }

  /** A row with another key is written by the connector as two changes at one place. */
  *#replace(table: MirrorTable, before: Row | null, row: Row): Generator<Told> {
    const known: Row = { ...before, ...row };
    const after = Object.fromEntries(table.columns.map(({ from }) => [from, known[from] ?? null]));
    this.#store(table, before, after);
    if (before === null) yield { operation: 'create', table, before, after };
    else if (isSame(table.key, before, after)) yield { operation: 'update', table, before, after };
    else {
      yield { operation: 'delete', table, before, after: null };
      yield { operation: 'create', table, before: null, after, isOtherHalf: true };
    }
  }

  /** What foreign keys do about it happens as well, and nobody is told. */
  #store(table: MirrorTable, before: Row | null, after: Row | null): void {
    const rows = this.#rows.get(table)!;
    const [was, is] = [before && keyOf(table, before), after && keyOf(table, after)];
    if (is !== null && is !== was && rows.has(is)) throw new Error(`${table.source} has a row ${is} already`);
    if (was !== null) rows.delete(was);
    if (is !== null) rows.set(is, after!);
    for (const key of before ? this.#foreignKeys.filter(({ parent }) => parent === table.source) : [])
      this.#cascade(key, table, before!, after);
  }

  #cascade(key: ForeignKey, parent: MirrorTable, before: Row, after: Row | null): void {
    const action = after === null ? key.onDelete : key.onUpdate;
    const child = this.#projection.tables.find(({ source }) => source === key.child);
    if (action === 'none' || !child) return;
    const columnsOf = (table: MirrorTable, names: readonly string[]) =>
      names.map((from) => table.columns.find((column) => column.from === from)!);
    const [own, theirs] = [columnsOf(child, key.childColumns), columnsOf(parent, key.parentColumns)];
    const was = valuesIn(theirs, before);
    const is = after && action === 'cascade' ? valuesIn(theirs, after) : null;
    if (after && isSame(theirs, before, after)) return;
    for (const row of this.rows(child)) {
      const values = valuesIn(own, row);
      if (values.includes(null) || comparedAll(own, values) !== comparedAll(own, was)) continue;
      const set = Object.fromEntries(own.map(({ from }, index) => [from, is?.[index] ?? null]));
      this.#store(child, row, after === null && action === 'cascade' ? null : { ...row, ...set });
    }
  }

  #find(table: MirrorTable, key: Row): Row | null {
    return this.#rows.get(table)!.get(keyOf(table, key)) ?? null;
  }

  #there(table: MirrorTable, key: Row): Row {
    const found = this.#find(table, key);
    if (found) return found;
    throw new Error(`${table.source} has no row ${keyOf(table, key)}`);
  }

  *#each(rows: TableRows): Generator<[MirrorTable, Row]> {
    for (const [name, some] of Object.entries(rows)) {
      const table = this.#table(name);
      for (const row of some) {
        const stranger = Object.keys(row).find((column) => !table.columns.some(({ from }) => from === column));
        if (stranger !== undefined) throw new Error(`${table.source} has no column ${stranger} in the declaration`);
        yield [table, row];
      }
    }
  }

  #table(name: string): MirrorTable {
    const { name: projection, tables } = this.#projection;
    const found = tables.find((table) => table.name === name);
    if (found) return found;
    throw new Error(`${projection} has no table ${name}; it has ${tables.map((table) => table.name).join(', ')}`);
  }
}

/** To the letter: a key that changes its case alone is another one. */
const isSame = (columns: readonly Column[], a: Row, b: Row): boolean =>
  String(valuesIn(columns, a)) === String(valuesIn(columns, b));

const keyOf = (table: MirrorTable, row: Row): string => comparedAll(table.key, valuesIn(table.key, row));
