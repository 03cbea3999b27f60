import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeEvent, Row, SourceValue } from '../change-event/index.ts';
import { query } from '../projection/index.ts';
import { emptyCheckpoint, type Lease, type Session } from '../read-store/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { SessionStore } from './session-store.ts';
import { Writer } from './writer.ts';

jest.setTimeout(60_000); // for a machine that is busy with other things

const projection = query({
  name: 'queries',
  from: {
    customers: {
      source: 's.customers',
      key: ['id'],
      columns: { id: 'bigint', name: 'varchar(20)', kind: 'varchar(10) collate utf8mb4_general_ci' },
    },
    accounts: {
      source: 's.accounts',
      key: ['id'],
      columns: { id: 'bigint', customer_id: 'bigint', currency: 'char(3)' },
      indexes: [['customer_id']],
    },
    lines: {
      source: 's.lines',
      key: ['id'],
      columns: { id: 'bigint', account_id: 'bigint', month: 'int', amount: 'decimal(19,4)' },
    },
    kinds: {
      source: 's.kinds',
      key: ['kind'],
      columns: { kind: 'varchar(10) collate utf8mb4_general_ci', label: 'varchar(20)' },
    },
  },
  tables: {
    // An outer join, a text in the SELECT with a question mark, a table whose rows matter to all.
    turnover: {
      key: ['account_id', 'month'],
      group: ['account_id'],
      columns: {
        account_id: 'bigint',
        month: 'int',
        owner: 'varchar(20)',
        label: 'varchar(20)',
        turnover_in: 'decimal(41,4)',
        lines: 'bigint',
        mark: 'char(1)',
      },
      select: `
        SELECT a.id AS account_id, COALESCE(l.month, 0) AS month, MAX(c.name) AS owner, MAX(k.label) AS label,
               COALESCE(SUM(CASE WHEN l.amount > 0 THEN l.amount END), 0) AS turnover_in, COUNT(l.id) AS \`lines\`, '?' AS mark
        FROM accounts a
        LEFT JOIN \`lines\` l ON l.account_id = a.id
        LEFT JOIN customers c ON c.id = a.customer_id
        LEFT JOIN kinds k ON k.kind = c.kind
        GROUP BY a.id, COALESCE(l.month, 0)`,
      dirty: {
        accounts: { account_id: 'id' },
        lines: { account_id: 'account_id' },
        customers: 'SELECT a.id AS account_id FROM accounts a JOIN changed c ON a.customer_id = c.id',
        kinds: 'all',
      },
    },
    // A group of columns of two tables, one of them text under a _ci collation, by two steps of look-up: a transaction may change the
    // one's column and the other's link to it.
    by_kind: {
      key: ['kind', 'currency'],
      group: ['kind', 'currency'],
      columns: {
        kind: 'varchar(10) collate utf8mb4_general_ci',
        currency: 'char(3) collate utf8mb4_bin',
        total: 'decimal(41,4)',
      },
      select: `
        SELECT c.kind, a.currency, COALESCE(SUM(l.amount), 0) AS total
        FROM accounts a JOIN customers c ON c.id = a.customer_id LEFT JOIN \`lines\` l ON l.account_id = a.id
        WHERE c.kind IS NOT NULL AND a.currency IS NOT NULL
        GROUP BY c.kind, a.currency`,
      dirty: {
        customers: 'SELECT c.kind, a.currency FROM changed c JOIN accounts a ON a.customer_id = c.id',
        accounts: 'SELECT c.kind, a.currency FROM changed a JOIN customers c ON c.id = a.customer_id',
        lines: `SELECT DISTINCT c.kind, a.currency FROM accounts a JOIN customers c ON c.id = a.customer_id
                WHERE a.id IN (SELECT account_id FROM changed)`,
        kinds: 'SELECT kind, NULL AS currency FROM changed',
      },
    },
    // A table joined with itself, each row in either place.
    pairs: {
      key: ['month', 'other_month'],
      group: ['month', 'other_month'],
      columns: { month: 'int', other_month: 'int', pairs: 'bigint' },
      select: `
        SELECT l.month, o.month AS other_month, COUNT(*) AS pairs
        FROM \`lines\` l JOIN \`lines\` o ON o.id = l.account_id
        WHERE l.month IS NOT NULL AND o.month IS NOT NULL
        GROUP BY l.month, o.month`,
      dirty: {
        lines: `
          SELECT l.month, o.month AS other_month FROM changed l JOIN \`lines\` o ON o.id = l.account_id
          UNION SELECT l.month, o.month FROM changed o JOIN \`lines\` l ON l.account_id = o.id`,
        customers: 'none',
        accounts: 'none',
        kinds: 'none',
      },
    },
  },
});

/** The source: rows by table and id, and the events that its changes make. */
class Source {
  readonly #rows = new Map<string, Row>();
  #position = 0;

  change(table: string, key: Row, after: Row | null): ChangeEvent[] {
    const at = `${table}/${Object.values(key).join('/').toLowerCase()}`;
    const before = this.#rows.get(at) ?? null;
    if (before === null && after === null) return [];
    if (after) this.#rows.set(at, after);
    else this.#rows.delete(at);
    const operation = before === null ? 'create' : after === null ? 'delete' : 'update';
    return [this.#event(table, operation, before, after)];
  }

  truncate(table: string): ChangeEvent[] {
    for (const at of this.#rows.keys()) if (at.startsWith(`${table}/`)) this.#rows.delete(at);
    return [this.#event(table, 'truncate', null, null)];
  }

  #event(table: string, operation: ChangeEvent['operation'], before: Row | null, after: Row | null): ChangeEvent {
    const source = { binlogFile: 'b', binlogPosition: ++this.#position, rowNumber: 0, timestampMs: 0 };
    return { operation, table: `s.${table}`, before, after, source, transaction: null };
  }
}

type Step =
  | { readonly table: string; readonly key: Row; readonly after: Row | null }
  | { readonly truncate: string }
  | 'part'
  | 'commit';

const id = fc.bigInt({ min: 1n, max: 4n });
const oneOf = (...values: SourceValue[]) => fc.constantFrom(...values);
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { freq: 3 });
const amount = fc.integer({ min: -99_999, max: 99_999 }).map((cents) => (cents / 100).toFixed(4));
const row = (table: string, key: fc.Arbitrary<Row>, rest: fc.Arbitrary<Row>) =>
  fc
    .record({ key, rest: maybe(rest) })
    .map(({ key, rest }): Step => ({ table, key, after: rest && { ...key, ...rest } }));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: row(
        'customers',
        fc.record({ id }),
        fc.record({ name: oneOf('Ada', 'Åsa', null), kind: oneOf('a', 'A', 'b', null) }),
      ),
    },
    {
      weight: 4,
      arbitrary: row(
        'accounts',
        fc.record({ id }),
        fc.record({ customer_id: oneOf(1n, 2n, 3n, null), currency: oneOf('EUR', 'CHF', null) }),
      ),
    },
    {
      weight: 8,
      arbitrary: row(
        'lines',
        fc.record({ id: fc.bigInt({ min: 1n, max: 9n }) }),
        fc.record({ account_id: id, month: fc.integer({ min: 1, max: 3 }), amount }),
      ),
    },
    {
      weight: 1,
      arbitrary: row(
        'kinds',
        fc.record({ kind: oneOf('a', 'A', 'b') }),
        fc.record({ label: oneOf('private', 'business') }),
      ),
    },
    { weight: 1, arbitrary: fc.record({ truncate: fc.constantFrom('lines', 'customers') }) },
    { weight: 2, arbitrary: fc.constant<Step>('part') },
    { weight: 3, arbitrary: fc.constant<Step>('commit') },
  ),
  { minLength: 1, maxLength: 60, size: 'max' },
);

describe('queries of a projection', () => {
  let database: ReadDatabase;
  let session: Session;
  let lease: Lease;
  let sequence = 0n;
  beforeAll(async () => {
    database = await ReadDatabase.open();
    session = await database.session();
    lease = await database.lease(session, projection);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const tables = ['customers', 'accounts', 'lines', 'kinds', 'turnover', 'by_kind', 'pairs'];
  const empty = async () => {
    for (const table of tables) await database.admin.query('DELETE FROM ??', [table]);
  };
  const checkpoint = (filled: boolean) => ({
    ...emptyCheckpoint,
    filled,
    position: new Map([[0, { domain: 0, server: 1, sequence: ++sequence }]]),
  });
  /** Rows that only the SELECT gives, or only the table. */
  const differences = async () => {
    const found: unknown[] = [];
    for (const { name, select, columns } of projection.queries) {
      const list = columns.map((column) => `\`${column.name}\``).join(', ');
      const [table, asked] = [`SELECT ${list} FROM \`${name}\``, `SELECT ${list} FROM (${select}) q`];
      for (const [one, other] of [
        [table, asked],
        [asked, table],
      ] as const)
        found.push(...(await database.rows(`(${one}) EXCEPT ALL (${other})`)).map((row) => [name, one === table, row]));
    }
    return found;
  };

  const play = async (list: readonly Step[], filled: boolean) => {
    const writer = new Writer({ store: new SessionStore(session), projection, lease, foreignKeys: [], filled });
    const source = new Source();
    let changes: ChangeEvent[] = [];
    for (const step of [...list, 'commit' as const]) {
      if (typeof step === 'object') {
        changes.push(
          ...('truncate' in step ? source.truncate(step.truncate) : source.change(step.table, step.key, step.after)),
        );
        continue;
      }
      await writer.write(changes);
      changes = [];
      if (step === 'part') continue;
      await writer.commit(checkpoint(true), null);
      expect(await differences()).toEqual([]);
    }
  };

  it('are what their SELECTs give over the mirrors, after every commit, whatever changes in whatever parts', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        await empty();
        await play(list, true);
      }),
      { numRuns: 60 },
    );
  });

  it('are empty while the read model fills, and computed with the first checkpoint that is filled', async () => {
    await empty();
    const writer = new Writer({ store: new SessionStore(session), projection, lease, foreignKeys: [], filled: false });
    const source = new Source();
    await writer.write(source.change('accounts', { id: 1n }, { id: 1n, customer_id: 1n, currency: 'EUR' }));
    await writer.commit(checkpoint(false), null);
    expect(await database.rows('SELECT * FROM turnover')).toEqual([]);
    await writer.write(source.change('lines', { id: 1n }, { id: 1n, account_id: 1n, month: 2, amount: '12.5000' }));
    await writer.commit(checkpoint(true), null);
    expect(await database.rows('SELECT account_id, month, turnover_in FROM turnover')).toEqual([
      { account_id: '1', month: 2, turnover_in: '12.5000' },
    ]);
    expect(await differences()).toEqual([]);
  });

  it('go with the transaction: what is not committed is not computed', async () => {
    await empty();
    await play([{ table: 'accounts', key: { id: 1n }, after: { id: 1n, customer_id: 1n, currency: 'EUR' } }], true);
    const other = await database.session();
    const writer = new Writer({ store: new SessionStore(other), projection, lease, foreignKeys: [], filled: true });
    const source = new Source();
    await writer.write(source.change('lines', { id: 1n }, { id: 1n, account_id: 1n, month: 2, amount: '1.0000' }));
    // A rule that asks a temporary table, made here for the first time: DDL that must not commit.
    await writer.write(source.change('customers', { id: 1n }, { id: 1n, name: 'Ada', kind: 'a' }));
    await database.kill(other);
    expect(await database.rows('SELECT month FROM turnover')).toEqual([{ month: 0 }]);
    expect(await database.rows('SELECT id FROM customers')).toEqual([]);
  });
});
