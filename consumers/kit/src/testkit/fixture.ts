import { checkQueries, Writer } from '../apply/index.ts';
import { type ChangeEvent, parsePosition, type Row } from '../change-event/index.ts';
import type { MirrorTable, Projection } from '../projection/index.ts';
import { createQueryApi } from '../query-api/index.ts';
import { emptyCheckpoint } from '../read-store/index.ts';
import { ReadDatabase } from './read-database.ts';

/** Rows by table, named as in the declaration; columns as in the monolith. What is left out is NULL, or stays. */
export type FixtureRows = Readonly<Record<string, readonly Row[]>>;

export interface FixtureAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  readonly data: any;
}

/**
 * A service on rows that a test makes up: real read model, real API, no stream. Each commit is applied as one transaction of the
 * monolith would be, by the kit's own writer.
 */
export class Fixture {
  readonly #projection: Projection;
  readonly #writer: Writer;
  readonly #url: string;
  readonly #opened: AsyncDisposableStack;
  readonly #rows = new Map<string, Row>();
  #sequence = 0;

  private constructor(projection: Projection, writer: Writer, url: string, opened: AsyncDisposableStack) {
    this.#projection = projection;
    this.#writer = writer;
    this.#url = url;
    this.#opened = opened;
  }

  /** Throws KitError `declaration` for what cannot be right, as the projector does. */
  static async open(projection: Projection): Promise<Fixture> {
    await using opened = new AsyncDisposableStack();
    const database = opened.use(await ReadDatabase.open());
    const session = await database.session();
    const lease = await database.lease(session, projection);
    await checkQueries(session, projection);
    const writer = new Writer({ session, projection, lease, foreignKeys: [], filled: false });
    const api = createQueryApi({ projection, database: database.access, auth: 'off', freshWithinMs: 60_000 });
    opened.defer(() => api.close());
    const url = await api.listen({ port: 0 });
    const fixture = new Fixture(projection, writer, url, opened.move());
    await fixture.put({}); // An empty monolith: the read model is filled.
    return fixture;
  }

  /** Rows that are new, or known by their key and changed: one transaction. */
  put(rows: FixtureRows): Promise<void> {
    return this.#commit(rows, (before, row) => ({ ...before, ...row }));
  }

  /** Rows that go, by their keys: one transaction. */
  remove(keys: FixtureRows): Promise<void> {
    return this.#commit(keys, () => null);
  }

  /** What the API answers, without the position. */
  async get(path: string): Promise<FixtureAnswer> {
    const response = await fetch(`${this.#url}${path}`);
    const { data } = (await response.json()) as { readonly data?: unknown };
    return { status: response.status, data };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }

  async #commit(tables: FixtureRows, next: (before: Row | null, row: Row) => Row | null): Promise<void> {
    const sequence = ++this.#sequence;
    const changes: ChangeEvent[] = [];
    for (const [name, rows] of Object.entries(tables)) {
      const table = this.#table(name);
      for (const row of rows) changes.push(this.#change(table, row, next, sequence, changes.length));
    }
    await this.#writer.write(changes);
    await this.#writer.commit(
      { ...emptyCheckpoint, filled: true, position: parsePosition(`0-1-${sequence}`) },
      Date.now(),
    );
  }

  #change(
    table: MirrorTable,
    row: Row,
    next: (before: Row | null, row: Row) => Row | null,
    sequence: number,
    rowNumber: number,
  ): ChangeEvent {
    const stranger = Object.keys(row).find((column) => !table.columns.some(({ from }) => from === column));
    if (stranger !== undefined) throw new Error(`${table.source} has no column ${stranger} in the declaration`);
    const key = JSON.stringify([table.source, ...table.key.map(({ from }) => String(row[from]))]);
    const before = this.#rows.get(key) ?? null;
    const known = next(before, row);
    const after = known && Object.fromEntries(table.columns.map(({ from }) => [from, known[from] ?? null]));
    if (before === null && after === null) throw new Error(`there is no row ${key} to be removed`);
    if (after) this.#rows.set(key, after);
    else this.#rows.delete(key);
    const operation = before === null ? 'create' : after === null ? 'delete' : 'update';
    const source = { binlogFile: 'fixture', binlogPosition: sequence, rowNumber, timestampMs: 0 };
    return { operation, table: table.source, before, after, source, transaction: null };
  }

  #table(name: string): MirrorTable {
    const { name: projection, tables } = this.#projection;
    const found = tables.find((table) => table.name === name);
    if (found) return found;
    throw new Error(`${projection} has no table ${name}; it has ${tables.map((table) => table.name).join(', ')}`);
  }
}
