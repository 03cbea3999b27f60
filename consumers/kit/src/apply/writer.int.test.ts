import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChangeEvent, Row } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { mirror } from '../projection/index.ts';
import { emptyCheckpoint, Lease, type Session, type StoredCheckpoint } from '../read-store/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { BulkLoad } from './bulk-load.ts';
import { SessionStore } from './session-store.ts';
import { type ApplyStep, Writer } from './writer.ts';

const projection = mirror({
  name: 'writer',
  tables: {
    left: {
      source: 's.left',
      key: ['id'],
      columns: {
        id: 'int',
        small: 'tinyint',
        text: 'varchar(5)',
        amount: 'decimal(4,2)',
        kind: "enum('a','b')",
        at: 'datetime(6)',
        json: 'json',
        latin: 'varchar(5) character set latin1',
        bytes: 'longblob',
      },
    },
    right: { source: 's.right', key: ['id'], columns: { id: 'int', text: 'varchar(20)' } },
    bits: { source: 's.bits', key: ['a', 'b'], columns: { a: 'bit(64)', b: 'bit(1)', c: 'bit(10)' } },
  },
});

const source = { binlogFile: 'b', binlogPosition: 4, rowNumber: 0, timestampMs: 0 };
const changed = (table: string, before: Row | null, after: Row | null): ChangeEvent => ({
  operation: after === null ? 'delete' : before === null ? 'create' : 'update',
  table: `s.${table}`,
  before,
  after,
  source,
  transaction: null,
});
const none: Row = { small: null, text: null, amount: null, kind: null, at: null, json: null, latin: null, bytes: null };
const left = (id: number, values: Row = {}) => changed('left', null, { ...none, id, ...values });
const right = (id: number, text: string | null = null) => changed('right', null, { id, text });

const checkpoint = (sequence: bigint): StoredCheckpoint => ({
  position: new Map([[0, { domain: 0, server: 1, sequence }]]),
  committedAtMs: Number(sequence),
  offsets: new Map([['t/0', sequence]]),
  anchors: new Map([['t/0', { offset: sequence - 1n, timestampMs: 5, crc32: 6 }]]),
  filled: true,
});

jest.setTimeout(30_000); // for a machine that is busy with other things

describe.each([
  ['by INSERT', Number.POSITIVE_INFINITY],
  ['in bulk', 1],
])('Writer %s', (_how, fromRows) => {
  let database: ReadDatabase;
  let session: Session;
  let lease: Lease;
  beforeAll(async () => {
    database = await ReadDatabase.open();
  });
  afterAll(() => database[Symbol.asyncDispose]());
  afterEach(() => session[Symbol.asyncDispose]());
  beforeEach(async () => {
    session = await database.session();
    lease = await database.lease(session, projection);
    for (const table of ['`left`', '`right`', 'bits']) await database.admin.query(`DELETE FROM ${table}`);
    await database.admin.query('UPDATE banyan_checkpoint SET position = NULL, fresh_at_ms = NULL');
  });

  const writer = (onStep?: (step: ApplyStep) => void) =>
    new Writer({
      store: new SessionStore(session, new BulkLoad({ fromRows })),
      projection,
      lease,
      foreignKeys: [],
      filled: true,
      ...(onStep && { onStep }),
    });
  /** What anybody else sees: ids of both tables and the checkpoint. */
  async function seen() {
    const [row] = await database.rows<{ position: string | null; partitions: string; fresh_at_ms: string | null }>(
      'SELECT position, partitions, fresh_at_ms FROM banyan_checkpoint',
    );
    const ids = (table: string) => database.rows<{ id: number }>(`SELECT id FROM \`${table}\` ORDER BY id`);
    const [lefts, rights] = [await ids('left'), await ids('right')];
    return { left: lefts.map(({ id }) => id), right: rights.map(({ id }) => id), ...row! };
  }
  async function refused(doing: Promise<unknown>): Promise<KitError> {
    const error: unknown = await doing.catch((thrown) => thrown);
    if (error instanceof KitError) return error;
    throw new Error(`no KitError: ${error}`);
  }
  /** As the projector does after an error. */
  const giveUp = () => session[Symbol.asyncDispose]();

  it('shows rows of all tables, offsets and position at once, and nothing of them before', async () => {
    const steps: ApplyStep[] = [];
    const one = writer((step) => steps.push(step));
    await one.write([left(1), right(1)]);
    await one.write([left(2)]);
    expect(await seen()).toMatchObject({ left: [], right: [], position: null });
    await one.commit(checkpoint(7n), 1234);
    expect(await seen()).toEqual({
      left: [1, 2],
      right: [1],
      position: '0-1-7',
      partitions: '{"t/0":{"next":"7","anchor":{"offset":"6","timestampMs":5,"crc32":6}}}',
      fresh_at_ms: '1234',
    });
    expect(steps).toEqual([
      'batch-taken',
      'rows-written',
      'batch-taken',
      'rows-written',
      'checkpoint-written',
      'committed',
    ]);
  });

  it('commits a position without rows, the same one twice too, and never takes freshness back', async () => {
    const one = writer();
    await one.write([]);
    await one.commit(checkpoint(7n), 1000);
    await one.commit(checkpoint(7n), 1000);
    await one.commit(checkpoint(8n), 999);
    await one.commit(checkpoint(9n), null);
    expect(await seen()).toMatchObject({ position: '0-1-9', fresh_at_ms: '1000' });
  });

  it.each([
    ['the rows are written', 'UPDATE banyan_checkpoint'],
    ['the checkpoint is written', 'COMMIT'],
  ])('leaves nothing of a connection lost when %s', async (_, next) => {
    const steps: ApplyStep[] = [];
    const lost = new Writer({
      store: new SessionStore(cutBefore(next), new BulkLoad({ fromRows })),
      projection,
      lease,
      foreignKeys: [],
      filled: true,
      onStep: (step) => steps.push(step),
    });
    await lost.write([left(1), right(1)]);
    expect(await refused(lost.commit(checkpoint(7n), 5))).toMatchObject({
      code: 'database-unreachable',
      retriable: true,
    });
    expect(steps.includes('checkpoint-written')).toBe(next === 'COMMIT');
    expect(await seen()).toMatchObject({ left: [], right: [], position: null, fresh_at_ms: null });
    expect(await refused(lost.commit(checkpoint(7n), 5))).toMatchObject({ code: 'database-unreachable' });
  });

  /** The session as it is, but that the server ends it right before the statement. */
  function cutBefore(statement: string): Session {
    const run: Session['run'] = async (sql, values) => {
      if (sql.startsWith(statement)) await database.kill(session);
      return session.run(sql, values);
    };
    return { run, rows: session.rows.bind(session), load: session.load.bind(session) } as unknown as Session;
  }

  it('is refused under an epoch that is over, and its rows are gone', async () => {
    const one = writer();
    await one.write([left(1), right(1)]);
    await database.admin.query("UPDATE banyan_checkpoint SET lease_until = '1970-01-01'");
    const next = await database.session();
    expect(await Lease.take(next, projection.name, 'another', 60_000)).not.toBeNull();
    const error = await refused(one.commit(checkpoint(7n), null));
    expect(error).toMatchObject({ code: 'lease-lost', retriable: true });
    await giveUp();
    expect(await seen()).toMatchObject({ left: [], right: [], position: null });
  });

  it.each<[string, Row]>([
    ['a text too long', { text: '123456' }],
    ['a number too large', { small: 128 }],
    ['a decimal with too many digits in front', { amount: '100.00' }],
    ['a member that the ENUM lacks', { kind: 'c' }],
    ['a date that is none', { at: '2024-02-30 00:00:00' }],
    ['no JSON', { json: '{' }],
    ['a character that the column’s set lacks', { latin: '😀' }],
    ['no number', { small: 'x' }],
    // STRICT mode takes these, and changes them.
    ['a decimal that would be rounded', { amount: '1.105' }],
    ['a whole number that would be rounded', { small: 1.5 }],
    ['blanks that would be cut off', { text: 'abcd   ' }],
  ])('stops at %s, and nothing of the batch is to be seen', async (_, values) => {
    const one = writer();
    const error = await refused(one.write([right(1), left(1), left(2, values), left(3)]));
    expect(error).toMatchObject({ code: 'row-refused', retriable: false });
    expect(error.remedy).toBeTruthy();
    expect(error.message).toMatch(/column|`|constraint/i); // it names the place
    await giveUp();
    expect(await seen()).toMatchObject({ left: [], right: [], position: null });
  });

  it('finds rows by keys of BIT columns', async () => {
    const ones = Buffer.from('ffffffffffffffff', 'hex');
    const other = Buffer.from('fffffffffffffffe', 'hex');
    const row = (a: Uint8Array, b: boolean): Row => ({ a, b, c: Buffer.from('03ff', 'hex') });
    const one = writer();
    await one.write([row(ones, true), row(ones, false), row(other, true)].map((each) => changed('bits', null, each)));
    await one.write([changed('bits', row(ones, true), null)]);
    await one.commit(checkpoint(7n), null);
    expect(await database.rows('SELECT HEX(a) AS a, b+0 AS b, HEX(c) AS c FROM bits ORDER BY a, b')).toEqual([
      { a: 'FFFFFFFFFFFFFFFE', b: 1, c: '3FF' },
      { a: 'FFFFFFFFFFFFFFFF', b: 0, c: '3FF' },
    ]);
  });

  it('writes 100 rows of 1 MB each', async () => {
    const bytes = Buffer.alloc(1_000_000, 0xa5);
    const one = writer();
    await one.write(Array.from({ length: 100 }, (_, id) => left(id, { bytes })));
    await one.commit(checkpoint(7n), null);
    expect(
      await database.rows(
        'SELECT COUNT(*) AS n, SUM(LENGTH(bytes)) AS bytes, COUNT(DISTINCT MD5(bytes)) AS same FROM `left`',
      ),
    ).toEqual([{ n: '100', bytes: '100000000', same: '1' }]);
  }, 30_000);

  // The server ends the connection of a client that says more: it would look like a server that is away, for ever.
  it('stops at one row that is larger than the server takes, and says what to raise', async () => {
    const [limit] = await database.rows<{ bytes: string }>('SELECT @@max_allowed_packet AS bytes');
    const error = await refused(writer().write([left(1, { bytes: Buffer.alloc(Number(limit!.bytes) / 2) })]));
    expect(error).toMatchObject({ code: 'row-refused', retriable: false });
    expect(error.remedy).toContain('max_allowed_packet');
    expect((await session.rows('SELECT 1 AS one'))[0]).toEqual({ one: 1 });
  }, 30_000);

  it('begins a new commit from nothing: an empty checkpoint is a checkpoint', async () => {
    const one = writer();
    await one.write([left(1)]);
    await one.commit(emptyCheckpoint, null);
    expect(await seen()).toMatchObject({ left: [1], position: null, partitions: '{}', fresh_at_ms: null });
  });
});
