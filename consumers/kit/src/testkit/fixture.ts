import { checkQueries, SessionStore, Writer } from '../apply/index.ts';
import { parsePosition } from '../change-event/index.ts';
import type { Projection } from '../projection/index.ts';
import { createQueryApi } from '../query-api/index.ts';
import { emptyCheckpoint } from '../read-store/index.ts';
import { ReadDatabase } from './read-database.ts';
import { put, remove, SourceTables, type TableRows, type Transaction, tx } from './source-tables.ts';

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
  readonly #writer: Writer;
  readonly #url: string;
  readonly #opened: AsyncDisposableStack;
  readonly #source: SourceTables;
  #sequence = 0;

  private constructor(projection: Projection, writer: Writer, url: string, opened: AsyncDisposableStack) {
    this.#source = new SourceTables(projection);
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
    const writer = new Writer({ store: new SessionStore(session), projection, lease, foreignKeys: [], filled: false });
    const api = createQueryApi({ projection, database: database.access, auth: 'off', freshWithinMs: 60_000 });
    opened.defer(() => api.close());
    const url = await api.listen({ port: 0 });
    const fixture = new Fixture(projection, writer, url, opened.move());
    await fixture.put({}); // An empty monolith: the read model is filled.
    return fixture;
  }

  /** Rows that are new, or known by their key and changed: one transaction. */
  put(rows: TableRows): Promise<void> {
    return this.commit(tx(put(rows)));
  }

  /** Rows that go, by their keys: one transaction. */
  remove(keys: TableRows): Promise<void> {
    return this.commit(tx(remove(keys)));
  }

  async commit(transaction: Transaction): Promise<void> {
    const sequence = ++this.#sequence;
    const position = parsePosition(`0-1-${sequence}`)!;
    await this.#writer.write(this.#source.change(transaction, { sequence, gtid: position.get(0)! }));
    await this.#writer.commit({ ...emptyCheckpoint, filled: true, position }, Date.now());
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
}
