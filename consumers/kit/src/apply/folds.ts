import { type ChangeEvent, type Row, type SourceValue, sameValue } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { FoldChange, FoldRow, FoldTable, MirrorTable, Projection } from '../projection/index.ts';
import type { ChangeLog } from '../read-store/change-log.ts';
import { identity } from './coalesce.ts';
import { nowhere } from './corrected-rows.ts';
import { foldRow, heldValue } from './fold-values.ts';
import type { ReadStore } from './read-store.ts';

const rowsAtOnce = 1000;
const statesAtOnce = 1000;

export interface FoldsOptions {
  readonly store: ReadStore;
  readonly projection: Projection;
  /** The rows of the snapshot are in the states. */
  readonly begun: boolean;
  readonly log: ChangeLog | null;
}

/** Changes of one kind, in order. */
interface Part {
  readonly kind: 'read' | 'truncate' | 'change';
  readonly changes: readonly ChangeEvent[];
}

/** A change, and where it stands in the binlog. */
interface Told {
  readonly change: FoldChange;
  readonly at: ChangeEvent['source'];
}

interface State {
  readonly key: FoldRow;
  readonly before: FoldRow | null;
  row: FoldRow | null;
}

/**
 * Folds changes of the mirrors into states, in the transaction that changes the mirrors. Before the first transaction of the source
 * nothing is folded; then each row of the snapshot is, table by table and by key, and from there on each change, once, in order.
 * What was written depends on the stream alone: not on how it is cut into batches, nor on how often it was begun again.
 */
export class Folds {
  readonly #store: ReadStore;
  readonly #log: ChangeLog | null;
  readonly #folds: readonly FoldTable[];
  readonly #mirrors: ReadonlyMap<string, MirrorTable>;
  #begun: boolean;
  #waiting: Told[] = [];
  /** Rows of an incremental snapshot, by table and key, as the mirror had them. */
  #known = new Map<string, Row | null>();

  constructor({ store, projection: { tables, folds }, begun, log }: FoldsOptions) {
    this.#store = store;
    this.#log = log;
    this.#folds = folds;
    this.#mirrors = new Map(tables.map((table) => [table.source, table]));
    this.#begun = begun;
  }

  /** Cuts changes, in order, where something must be looked up before the next ones are written. */
  cut(changes: readonly ChangeEvent[]): readonly Part[] {
    if (this.#folds.length === 0) return [{ kind: 'change', changes }];
    const parts: { kind: Part['kind']; changes: ChangeEvent[] }[] = [];
    for (const change of changes) {
      const kind = kindOf(change);
      const last = parts.at(-1);
      if (last?.kind === kind && kind !== 'truncate') last.changes.push(change);
      else parts.push({ kind, changes: [change] });
    }
    return parts;
  }

  /** To be called before a part is written to the mirrors. */
  async before({ kind, changes }: Part): Promise<void> {
    if (this.#folds.length === 0) return;
    const [first] = changes;
    if (first!.transaction !== null) await this.begin();
    if (!this.#begun || kind === 'change') return;
    await this.run();
    this.#known.clear();
    if (kind === 'truncate') await this.#emptied(first!);
    else for (const [source, all] of Map.groupBy(changes, ({ table }) => table)) await this.#lookUp(source, all);
  }

  /** Takes changes that were written to the mirrors, in order; without those of parked keys. */
  note(changes: readonly ChangeEvent[]): void {
    if (!this.#begun || this.#folds.length === 0) return;
    for (const change of changes) {
      if (change.operation === 'truncate') continue; // told row by row
      this.#tell(change.operation === 'read' ? this.#asChange(change) : change);
    }
  }

  /** To be called before the first checkpoint with a position is committed: the mirrors hold the snapshot, all of it, and no more. */
  async begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    if (this.#folds.length === 0) return;
    for (const mirror of this.#mirrors.values())
      for await (const rows of this.#store.scan(mirror, rowsAtOnce)) {
        for (const row of rows) this.#wait(mirror, 'read', null, foldRow(mirror.columns, row), nowhere);
        await this.run();
      }
  }

  /** Folds what was taken. To be called before the commit, and when much of it has come. */
  async run(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const fold of this.#folds) await this.#fold(fold, waiting);
  }

  async #emptied({ table, source }: ChangeEvent): Promise<void> {
    const mirror = this.#mirrors.get(table);
    if (!mirror) return;
    for await (const rows of this.#store.scan(mirror, rowsAtOnce)) {
      for (const row of rows) this.#wait(mirror, 'delete', foldRow(mirror.columns, row), null, source);
      await this.run();
    }
  }

  async #lookUp(source: string, changes: readonly ChangeEvent[]): Promise<void> {
    const mirror = this.#mirrors.get(source);
    if (!mirror) return;
    for (let from = 0; from < changes.length; from += rowsAtOnce) {
      const keys = changes.slice(from, from + rowsAtOnce).map(({ after }) => keyOf(mirror, after!));
      const found = await this.#store.find(mirror, { columns: mirror.key, values: keys }, rowsAtOnce);
      for (const key of keys) this.#known.set(placeOf(mirror, key), null);
      for (const row of found) this.#known.set(placeOf(mirror, keyOf(mirror, row)), row);
    }
  }

  /** What a row of an incremental snapshot changes: often nothing, as the stream has told it. */
  #asChange(change: ChangeEvent): ChangeEvent {
    const mirror = this.#mirrors.get(change.table)!;
    const place = placeOf(mirror, keyOf(mirror, change.after!));
    const before = this.#known.get(place) ?? null;
    this.#known.set(place, change.after);
    return { ...change, before, operation: before === null ? 'create' : 'update' };
  }

  #tell({ table, operation, before, after, source }: ChangeEvent): void {
    const mirror = this.#mirrors.get(table)!;
    const [was, is] = [before && foldRow(mirror.columns, before), after && foldRow(mirror.columns, after)];
    if (was && is && mirror.columns.every(({ name }) => sameValue(was[name], is[name]))) return;
    const isMoved = was && is && mirror.key.some(({ name }) => !sameValue(was[name], is[name]));
    if (isMoved) {
      this.#wait(mirror, 'delete', was, null, source);
      this.#wait(mirror, 'create', null, is, source);
    } else this.#wait(mirror, operation as FoldChange['operation'], operation === 'create' ? null : was, is, source);
  }

  #wait(
    { name: table }: MirrorTable,
    operation: FoldChange['operation'],
    before: FoldRow | null,
    after: FoldRow | null,
    at: ChangeEvent['source'],
  ): void {
    const committedAtMs = at.timestampMs === 0 ? null : at.timestampMs;
    this.#waiting.push({ change: { table, operation, before, after, committedAtMs }, at });
  }

  async #fold(fold: FoldTable, waiting: readonly Told[]): Promise<void> {
    const steps = waiting.map((told) => ({ told, keys: this.#keysOf(fold, told) }));
    const states = await this.#states(fold, new Map(steps.flatMap(({ keys }) => [...keys])));
    for (const { told, keys } of steps)
      for (const id of keys.keys()) {
        const state = states.get(id)!;
        state.row = this.#step(fold, state, told);
      }
    await this.#write(fold, [...states.values()]);
  }

  /** The keys that a row concerned, or concerns now, by identity. */
  #keysOf(fold: FoldTable, told: Told): Map<string, FoldRow> {
    const { before, after, table } = told.change;
    const rows = [before, after].filter((row) => row !== null);
    return trying(fold, told, 'keys', () => {
      const keys = rows.flatMap((row) => fold.keys(row, table)).map((values) => heldKey(fold, values));
      return new Map(keys.map((key) => [identity(Object.values(key)), key]));
    });
  }

  async #states(fold: FoldTable, keys: ReadonlyMap<string, FoldRow>): Promise<Map<string, State>> {
    const states = new Map<string, State>();
    const values = [...keys.values()].map((key) => Object.values(key));
    for (let from = 0; from < values.length; from += statesAtOnce) {
      const where = { columns: fold.key, values: values.slice(from, from + statesAtOnce) };
      for (const found of await this.#store.find(stored(fold), where, statesAtOnce)) {
        const row = foldRow(fold.columns, found);
        const key = keyIn(fold, row);
        states.set(identity(Object.values(key)), { key, before: row, row });
      }
    }
    for (const [id, key] of keys) if (!states.has(id)) states.set(id, { key, before: null, row: null });
    return states;
  }

  #step(fold: FoldTable, { key, row }: State, told: Told): FoldRow | null {
    return trying(fold, told, 'step', () => {
      const next = fold.step(row, told.change, key);
      return next === null ? null : heldState(fold, key, next);
    });
  }

  async #write(fold: FoldTable, states: readonly State[]): Promise<void> {
    const changed = states.filter(({ before, row }) => !isSame(fold, before, row));
    if (changed.length === 0) return;
    const deletes = changed.filter(({ row }) => row === null).map(({ key }) => Object.values(key));
    const upserts = changed.flatMap(({ row }) => (row ? [fold.columns.map(({ name }) => row[name]!)] : []));
    try {
      await this.#store.write(stored(fold), { truncate: false, deletes, upserts });
    } catch (thrown) {
      const error = KitError.from(thrown);
      if (error.code !== 'row-refused') throw error;
      throw failed(`fold '${fold.name}': ${error.message}`, error);
    }
    if (this.#log?.follows(fold)) for (const { before, row } of changed) this.#log.note(fold, before, row);
  }
}

function kindOf({ operation }: ChangeEvent): Part['kind'] {
  return operation === 'read' || operation === 'truncate' ? operation : 'change';
}

/** A store writes and finds rows of a state as it does those of a mirror. */
const stored = (fold: FoldTable): MirrorTable => ({ ...fold, owned: [], source: `a state of '${fold.name}'` });

const keyOf = ({ key }: MirrorTable, row: Row): SourceValue[] => key.map(({ from }) => row[from] ?? null);

/** The same for a key of the log and for that of the mirror's row. */
function placeOf(mirror: MirrorTable, key: readonly SourceValue[]): string {
  return `${mirror.name} ${identity(key.map((value, index) => heldValue(mirror.key[index]!, value)))}`;
}

const keyIn = ({ key }: FoldTable, row: FoldRow): FoldRow =>
  Object.fromEntries(key.map(({ name }) => [name, row[name]!]));

function heldKey({ key }: FoldTable, values: readonly SourceValue[]): FoldRow {
  if (values.length !== key.length) throw new Error(`a key has ${key.length} values, not ${values.length}`);
  return Object.fromEntries(
    key.map((column, index) => {
      const value = held(column, values[index]);
      if (value === null) throw new Error(`'${column.name}' of a key is NULL; leave such a key out`);
      // Blanks at its end make no other key.
      return [column.name, typeof value === 'string' ? value.replace(/ +$/, '') : value];
    }),
  );
}

function heldState(fold: FoldTable, key: FoldRow, next: FoldRow): FoldRow {
  const stranger = Object.keys(next).find((name) => !fold.columns.some((column) => column.name === name));
  if (stranger !== undefined) throw new Error(`there is no column '${stranger}'`);
  return Object.fromEntries(
    fold.columns.map((column) => {
      const { name } = column;
      const value = Object.hasOwn(next, name) ? held(column, next[name]) : key[name];
      if (value === undefined) throw new Error(`'${name}' has no value; NULL is null`);
      if (Object.hasOwn(key, name) && !sameValue(key[name], value))
        throw new Error(`'${name}' is of the key, and another`);
      return [name, value];
    }),
  );
}

function held(column: FoldTable['columns'][number], value: SourceValue | undefined): SourceValue {
  if (value === undefined) throw new Error(`'${column.name}' has no value; NULL is null`);
  try {
    return heldValue(column, value);
  } catch (error) {
    throw new Error(`'${column.name}' is ${column.type.sql}: ${(error as Error).message}`, { cause: error });
  }
}

const isSame = ({ columns }: FoldTable, a: FoldRow | null, b: FoldRow | null): boolean =>
  a === b || (a !== null && b !== null && columns.every(({ name }) => sameValue(a[name], b[name])));

/** What the author's code throws, or gives that cannot be, stops the projector before anything is written. */
function trying<T>(
  fold: FoldTable,
  { change: { table, operation }, at: { binlogFile, binlogPosition } }: Told,
  what: 'keys' | 'step',
  run: () => T,
): T {
  try {
    return run();
  } catch (error) {
    const where = binlogFile === '' ? 'of the snapshot' : `at ${binlogFile}:${binlogPosition}`;
    const message = error instanceof Error ? error.message : String(error);
    throw failed(`${what} of fold '${fold.name}', for a ${operation} in ${table} ${where}: ${message}`, error);
  }
}

function failed(text: string, cause: unknown): KitError {
  return new KitError('fold-failed', text, {
    remedy:
      'correct the declaration and start again: nothing of this transaction is written. What was folded wrong before wants a new version: banyan rebuild',
    cause,
  });
}
