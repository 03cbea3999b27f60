import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SessionStore, Writer } from '../apply/index.ts';
import type { Row } from '../change-event/index.ts';
import { mirror, type Projection } from '../projection/index.ts';
import { createQueryApi } from '../query-api/index.ts';
import { type DatabaseAccess, emptyCheckpoint } from '../read-store/index.ts';
import { eventually } from '../testkit/eventually.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { carry } from './carrier.ts';
import type { CarryStep } from './carry.ts';
import { writeBackGrants } from './grants.ts';
import type { OwnershipStanding } from './standing.ts';

/** A service that may own columns of a table of a monolith beside it: two databases, the real API, a projector's writer that is told by hand. */
export class TestOwner {
  readonly own: ReadDatabase;
  readonly monolith: ReadDatabase;
  readonly log: Record<string, unknown>[] = [];
  readonly #projection: Projection;
  readonly #writer: Writer;
  readonly #url: string;
  readonly #carrier: DatabaseAccess;
  readonly #opened: AsyncDisposableStack;
  #sequence = 0n;
  #onStep: (step: CarryStep) => void = () => {};

  private constructor(
    own: ReadDatabase,
    monolith: ReadDatabase,
    {
      projection,
      writer,
      url,
      carrier,
    }: { projection: Projection; writer: Writer; url: string; carrier: DatabaseAccess },
    opened: AsyncDisposableStack,
  ) {
    this.own = own;
    this.monolith = monolith;
    this.#projection = projection;
    this.#writer = writer;
    this.#url = url;
    this.#carrier = carrier;
    this.#opened = opened;
  }

  /** Rows 1 to `rows`, the same on both sides; the monolith owns them. */
  static async open(rows = 3): Promise<TestOwner> {
    await using opened = new AsyncDisposableStack();
    const own = opened.use(await ReadDatabase.open());
    const monolith = opened.use(await ReadDatabase.open('source-db'));
    await monolith.admin.query(
      'CREATE TABLE customers (id BIGINT PRIMARY KEY, name VARCHAR(20), email VARCHAR(40) NOT NULL, city VARCHAR(10), since DATETIME(6))',
    );
    await monolith.admin.query(
      "INSERT INTO customers SELECT seq, 'somebody', CONCAT('a', seq, '@b'), 'Bern', '2012-01-02 03:04:05.000006' FROM ?? LIMIT ?",
      [`seq_1_to_${rows}`, rows],
    );
    const projection = mirror({
      name: 'owning',
      tables: {
        people: {
          source: `${monolith.access.database}.customers`,
          key: ['id'],
          path: '/people',
          owned: ['mail', 'city', 'since'],
          columns: {
            id: 'bigint',
            mail: { type: 'varchar(40)', from: 'email' },
            city: 'varchar(20)',
            since: 'datetime(6)',
          },
        },
      },
    });
    const session = await own.session();
    const lease = await own.lease(session, projection);
    const writer = new Writer({ store: new SessionStore(session), projection, lease, foreignKeys: [], filled: true });
    const api = createQueryApi({ projection, database: own.access, auth: 'off', freshWithinMs: 60_000 });
    opened.defer(() => api.close());
    const url = await api.listen({ port: 0 });
    // With the rights of writeBackGrants alone.
    const carrier = { ...monolith.access, user: monolith.access.database, password: randomUUID() };
    await monolith.admin.query("CREATE USER ?@'127.0.0.1' IDENTIFIED BY ?", [carrier.user, carrier.password]);
    opened.defer(() => monolith.admin.query("DROP USER ?@'127.0.0.1'", [carrier.user]).then(() => {}));
    for (const what of writeBackGrants(projection))
      await monolith.admin.query(`GRANT ${what} TO ?@'127.0.0.1'`, [carrier.user]);
    const owner = new TestOwner(own, monolith, { projection, writer, url, carrier }, opened.move());
    await own.admin.query(
      "INSERT INTO people SELECT seq, CONCAT('a', seq, '@b'), 'Bern', '2012-01-02 03:04:05.000006' FROM ?? LIMIT ?",
      [`seq_1_to_${rows}`, rows],
    );
    return owner;
  }

  /** Carries until it is disposed of; `onStep` may throw, which cuts it off there. */
  carrying(onStep: (step: CarryStep) => void = () => {}): AsyncDisposable {
    this.#onStep = onStep;
    const stop = new AbortController();
    const running = carry(
      {
        projection: this.#projection,
        database: this.own.access,
        monolith: this.#carrier,
        log: (entry) => this.log.push({ ...entry }),
        onStep: (step) => this.#onStep(step),
      },
      stop.signal,
    );
    return {
      [Symbol.asyncDispose]: async () => {
        stop.abort();
        await running;
      },
    };
  }

  async ask(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: a JSON document that the test looks into.
    return { status: response.status, body: (await response.json()) as any };
  }

  async settle(owner: string, epoch: number) {
    return await this.ask('PUT', '/owned/people/owner', { owner, epoch });
  }

  async standing(): Promise<OwnershipStanding> {
    return (await this.ask('GET', '/owned/people')).body;
  }

  patch(id: number, values: unknown, epoch = 1, more = '', headers: Readonly<Record<string, string>> = {}) {
    return this.ask('PATCH', `/people/${id}${more}`, values, { 'banyan-epoch': String(epoch), ...headers });
  }

  async drained(): Promise<void> {
    await eventually('all is carried', async () => (await this.standing()).waiting === 0);
  }

  /** What the monolith has of a row: mail and city. */
  async there(id: number): Promise<[string, string] | null> {
    const [row] = await this.monolith.rows<{ email: string; city: string }>(
      'SELECT email, city FROM customers WHERE id = ?',
      [id],
    );
    return row ? [row.email, row.city] : null;
  }

  /** The monolith's log tells the projector of a change. */
  async cameBack(
    id: number,
    before: readonly [string, string],
    after: readonly [string, string] | null,
  ): Promise<string> {
    const gtid = { domain: 0, server: 1, sequence: ++this.#sequence };
    const row = ([email, city]: readonly [string, string]): Row => ({
      ...{ id: BigInt(id), name: 'somebody', email, city, since: '2012-01-02 03:04:05.000006' },
    });
    const table = this.#projection.tables[0]!.source;
    const source = { binlogFile: 'b', binlogPosition: 4, rowNumber: 0, timestampMs: 5 };
    await this.#writer.write([
      {
        ...{ operation: after ? 'update' : 'delete', table, source, transaction: gtid },
        ...{ before: row(before), after: after && row(after) },
      },
    ]);
    await this.#writer.commit({ ...emptyCheckpoint, filled: true, position: new Map([[0, gtid]]) }, null);
    await delay(0);
    return `0-1-${this.#sequence}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
