import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeEvent, Operation, Row } from '../change-event/index.ts';
import { mirror } from '../projection/index.ts';
import { emptyCheckpoint, type Lease, type Session } from '../read-store/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { SessionStore } from './session-store.ts';
import { Writer } from './writer.ts';

// Under this collation a, A, ä and `a ` are one key. The mirror has the source's, so it must come out as the source would.
const keyTexts = ['a', 'A', 'ä', 'a ', 'b', 'B', 'é', 'e', '', ' ', "it's", '\\', '😀', '\u0000'];
const projection = mirror({
  name: 'model',
  tables: {
    model: {
      source: 's.model',
      key: ['k', 'n'],
      columns: {
        k: 'varchar(20) collate utf8mb4_general_ci',
        n: 'bigint unsigned',
        text: 'longtext collate utf8mb4_bin',
        bytes: 'blob',
        amount: 'decimal(38,10)',
        ratio: 'double',
      },
    },
  },
});

type Key = readonly [string, string];
type Step =
  | { readonly do: 'create' | 'update' | 'delete'; readonly key: Key; readonly values: Row }
  | { readonly do: 'rename'; readonly key: Key; readonly to: Key; readonly values: Row }
  | { readonly do: 'truncate' };

const key = fc.tuple(
  fc.constantFrom(...keyTexts),
  fc.constantFrom('0', '18446744073709551615', '18446744073709551614', '9007199254740993'),
);
const values: fc.Arbitrary<Row> = fc.record({
  text: fc.option(
    fc.string({
      unit: fc.oneof(
        fc.constantFrom("'", '"', '\\', '`', '\0', '\n', '?', '😀', '%'),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
      ),
      maxLength: 12,
    }),
  ),
  bytes: fc.option(fc.uint8Array({ maxLength: 12 })),
  amount: fc.option(
    fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map((unscaled) => {
      const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(11, '0');
      return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -10)}.${digits.slice(-10)}`;
    }),
  ),
  ratio: fc.option(fc.oneof(fc.constant(-0), fc.double({ noNaN: true, noDefaultInfinity: true }))),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('create', 'update'), key, values }) as fc.Arbitrary<Step> },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete'), key, values }) as fc.Arbitrary<Step> },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename'), key, to: key, values }) as fc.Arbitrary<Step> },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('truncate') }) as fc.Arbitrary<Step> },
);

/** The source: rows by their key as the collation compares it. Gives the events of what was legal. */
class Source {
  readonly rows = new Map<string, Row>();
  readonly events: ChangeEvent[] = [];

  take(step: Step): void {
    if (step.do === 'truncate') {
      this.rows.clear();
      this.#tell('truncate', null, null);
      return;
    }
    const name = folded(step.key);
    const before = this.rows.get(name) ?? null;
    if (step.do === 'create') {
      if (before) return;
      this.#put({ ...step.values, k: step.key[0], n: step.key[1] });
    } else if (before && step.do === 'update') {
      const after = { ...step.values, k: before.k!, n: before.n! };
      this.rows.set(name, after);
      this.#tell('update', before, after);
    } else if (before && step.do === 'delete') {
      this.rows.delete(name);
      this.#tell('delete', before, null);
    } else if (before && step.do === 'rename') {
      if (folded(step.to) !== name && this.rows.has(folded(step.to))) return; // a duplicate key
      this.rows.delete(name);
      this.#tell('delete', before, null);
      this.#put({ ...step.values, k: step.to[0], n: step.to[1] });
    }
  }

  #put(row: Row): void {
    this.rows.set(folded([String(row.k), String(row.n)]), row);
    this.#tell('create', null, row);
  }

  #tell(operation: Operation, before: Row | null, after: Row | null): void {
    const source = { binlogFile: 'b', binlogPosition: this.events.length, rowNumber: 0, timestampMs: 0 };
    this.events.push({ operation, table: 's.model', before, after, source, transaction: null });
  }
}

/** utf8mb4_general_ci for the texts above: case, accents and blanks at the end do not count; a character beyond the BMP is U+FFFD. */
function folded([text, number]: Key): string {
  const letters = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toUpperCase();
  return `${letters.replace(/ +$/, '')}|${number}`;
}

jest.setTimeout(30_000); // for a machine that is busy with other things

describe('the apply', () => {
  let database: ReadDatabase;
  let session: Session;
  let lease: Lease;
  beforeAll(async () => {
    database = await ReadDatabase.open();
    session = await database.session();
    lease = await database.lease(session, projection);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  /** The table as it stands, values in a form that tells every two of them apart. */
  async function stored(): Promise<string[]> {
    const rows = await database.rows(
      'SELECT HEX(k) AS k, n, HEX(text) AS text, HEX(bytes) AS bytes, amount, CAST(ratio AS CHAR) AS ratio FROM model',
    );
    return rows.map((row) => JSON.stringify(row)).sort();
  }
  const hex = (value: Row[string] | undefined) =>
    value === null || value === undefined
      ? null
      : Buffer.from(value as string)
          .toString('hex')
          .toUpperCase();
  async function expected(rows: Iterable<Row>): Promise<string[]> {
    const all: string[] = [];
    for (const { k, n, text, bytes, amount, ratio } of rows) {
      // How MariaDB writes a double is asked of it, not the value itself.
      const [written] = await database.rows<{ ratio: string | null }>(
        'SELECT CAST(CAST(? AS DOUBLE) AS CHAR) AS ratio',
        [Object.is(ratio, -0) ? '-0' : (ratio ?? null)],
      );
      all.push(JSON.stringify({ k: hex(k), n, text: hex(text), bytes: hex(bytes), amount, ratio: written!.ratio }));
    }
    return all.sort();
  }

  it('ends as the source, for any legal history in any batches, and again when it comes again', async () => {
    const history = fc.array(fc.tuple(step, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        await database.admin.query('DELETE FROM model');
        const source = new Source();
        const batches: ChangeEvent[][] = [];
        for (const [one, endsBatch] of steps) {
          source.take(one);
          if (endsBatch) batches.push(source.events.splice(0));
        }
        batches.push(source.events.splice(0));
        for (let time = 0; time < 2; time++) {
          const writer = new Writer({
            store: new SessionStore(session),
            projection,
            lease,
            filled: true,
            foreignKeys: [],
          });
          for (const [index, batch] of batches.entries()) {
            await writer.write(batch);
            if (steps[index]?.[2]) await writer.commit(emptyCheckpoint, null);
          }
          await writer.commit(emptyCheckpoint, null);
          expect(await stored()).toEqual(await expected(source.rows.values()));
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  // A snapshot taken again does not mention what was deleted meanwhile, but has the row of today.
  it('takes the spelling of a key from the newest row, also without a delete before it', async () => {
    await database.admin.query('DELETE FROM model');
    const writer = new Writer({ store: new SessionStore(session), projection, lease, filled: true, foreignKeys: [] });
    const row = (k: string, text: string): Row => ({ k, n: '1', text, bytes: null, amount: null, ratio: null });
    const source = { binlogFile: 'b', binlogPosition: 4, rowNumber: 0, timestampMs: 0 };
    for (const after of [row('a', 'old'), row('A', 'new')])
      await writer.write([{ operation: 'read', table: 's.model', before: null, after, source, transaction: null }]);
    await writer.commit(emptyCheckpoint, null);
    expect(await database.rows('SELECT k, text FROM model')).toEqual([{ k: 'A', text: 'new' }]);
  });
});
