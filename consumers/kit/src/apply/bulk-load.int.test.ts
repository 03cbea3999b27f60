import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { SourceValue } from '../change-event/index.ts';
import { type MirrorTable, mirror } from '../projection/index.ts';
import { ensureTables, Session } from '../read-store/index.ts';
import { ReadDatabase } from '../testkit/read-database.ts';
import { BulkLoad } from './bulk-load.ts';
import { SessionStore } from './session-store.ts';

jest.setTimeout(120_000); // for a machine that is busy with other things

const of = (...values: SourceValue[]) => fc.constantFrom(...values);
type Values = fc.Arbitrary<SourceValue>;
/** NULL now and then, and more rarely what the column does not take. */
const mostly = (good: Values, ...bad: SourceValue[]): Values =>
  fc.oneof({ weight: 60, arbitrary: good }, { weight: 8, arbitrary: of(null) }, { weight: 2, arbitrary: of(...bad) });
const also = (values: Values, ...some: SourceValue[]): Values => fc.oneof(values, of(...some));
const textOf = (units: string, maxLength: number): Values => fc.string({ unit: fc.constantFrom(...units), maxLength });
const odd = '\\\t\n\r\0\b\x1a\'"N,;% aAeéÉ€ÿßщ日❄\u2028\ufeff';
const text = (maxLength: number): Values => also(textOf(odd, maxLength), ...['\\N', '\\.', 'NULL', '']);
const smileys = (maxLength: number): Values => fc.string({ unit: fc.constantFrom('😀', '\\', 'a'), maxLength });
const bytes = (maxLength: number, minLength = 0): Values => fc.uint8Array({ minLength, maxLength });
const whole = (low: bigint, high: bigint): Values =>
  mostly(also(fc.bigInt({ min: low, max: high }), low, high, 0n, '12'), high + 1n, low - 1n, 'x');
const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n }), fc.nat(9_999_999))
  .map(([a, b]) => `${a}.${String(b).padStart(7, '0')}`);
const two = (high: number, low = 0) =>
  fc.integer({ min: low, max: high }).map((value) => String(value).padStart(2, '0'));
const clock = fc
  .tuple(two(23), two(59), two(59), fc.nat(999_999))
  .map(([h, m, s, f]) => `${h}:${m}:${s}.${String(f).padStart(6, '0')}`);
const day = fc.tuple(fc.integer({ min: 1971, max: 2037 }), two(12, 1), two(28, 1)).map((parts) => parts.join('-'));
const moment = fc.tuple(day, clock).map((parts) => parts.join(' '));
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const double = fc.double({ noNaN: true, noDefaultInfinity: true });

/** Declared types, and values of them as they come from the connector. */
const types: readonly (readonly [string, Values])[] = [
  ['tinyint', mostly(also(fc.integer({ min: -128, max: 127 }), true, false, -0), 128)],
  ['smallint unsigned', mostly(fc.nat(65_535), -1)],
  ['mediumint', mostly(fc.integer({ min: -8_388_608, max: 8_388_607 }), 8_388_608)],
  ['int(4) unsigned zerofill', mostly(fc.nat(9999), -1, 1.5)],
  ['bigint', whole(-(2n ** 63n), 2n ** 63n - 1n)],
  ['bigint unsigned', whole(0n, 2n ** 64n - 1n)],
  ['decimal(38,10)', mostly(also(decimal, '-0.0000000001', '1e2', '-0', '.5'), `1${'0'.repeat(28)}`, '')],
  ['decimal(9,2) unsigned zerofill', mostly(of('7.5', '0', '9999999.99'), '10000000', '-1')],
  ['float', mostly(also(float, -0), 1e39, 0.1)],
  ['double', mostly(also(double, -0, 5e-324, 1.7976931348623157e308, 0.1), 'x')],
  ['bit(1)', mostly(of(true, false, Buffer.from([1])), Buffer.from([2]))],
  ['bit(10)', mostly(bytes(1), Buffer.from([4, 0]), Buffer.from([3, 255]))],
  ['bit(64)', mostly(bytes(8, 8), Buffer.alloc(9, 1))],
  ['char(5)', mostly(text(5), '123456')],
  ['varchar(20)', mostly(fc.oneof(text(20), smileys(20)), 'x'.repeat(21), `${'x'.repeat(20)} `)],
  ['varchar(50) character set latin1', mostly(textOf('é€ÿ\\\ta', 50), '❄')],
  ['varchar(50) character set ucs2', mostly(textOf('❄日\\\na', 50), '😀')],
  ['varchar(50) character set sjis', mostly(textOf('日本表ソ\\\ta', 50), 'é')],
  ['varchar(50) character set cp1251', mostly(textOf('Пя\\\na', 50), 'é')],
  ['varchar(20) character set utf8mb3', mostly(textOf('❄é\\', 20), '😀')],
  ['varchar(20) character set binary', mostly(also(text(6), Buffer.from('a\0\\')), 'x'.repeat(21))],
  ['tinytext', mostly(text(80), 'x'.repeat(256))],
  ['longtext', mostly(fc.oneof(text(300), smileys(300)), Buffer.from('bytes'))],
  ['json', mostly(also(fc.json(), '{"a": 1.0, "b": "\\n\\t\\\\"}'), '{', '')],
  ["enum('a','b''c','x y','','1')", mostly(of('a', "b'c", 'x y', '', '1', 1, 2), 'nothing')],
  ["set('a','b''c')", mostly(of("a,b'c", '', 'a', "b'c"), 'nothing')],
  ['binary(4)', mostly(also(bytes(4), Buffer.from('\\N\t\n')), Buffer.alloc(5))],
  ['varbinary(20)', mostly(also(bytes(20), 'text'), Buffer.alloc(21))],
  ['longblob', mostly(bytes(300), 7)],
  ['date', mostly(also(day, '9999-12-31', '1000-01-01', '1582-10-10'), '2024-02-30', '2024-01-01 00:00:01')],
  ['datetime', mostly(of('9999-12-31 23:59:59', '2024-01-01 00:00:00.0', '2024-01-01'), '2024-13-01 00:00:00')],
  ['datetime(6)', mostly(also(moment, '0069-01-01 00:00:00.5'), '0000-00-00 00:00:00x')],
  ['timestamp(6)', mostly(also(moment, '2024-10-27 01:30:00.5', '1970-01-01 00:00:01.000001'), '1969-12-31 00:00:00')],
  ['time(6)', mostly(also(clock, '-838:59:59', '838:59:59', '-00:00:00.000001', '24:00:00.000001'), '839:00:00')],
  ['year', mostly(of(0, 1901, 2155), 1900, '0', 70)],
];
const columns = Object.fromEntries(types.map(([type], index) => [`c ${index}`, type]));
const ci = 'varchar(10) collate utf8mb4_general_ci';
const projection = mirror({
  name: 'bulk',
  tables: {
    one: { source: 's.one', key: ['id'], columns: { id: 'int', ...columns } },
    two: { source: 's.two', key: ['id'], columns: { id: 'int', ...columns } },
    word: { source: 's.word', key: ['k'], columns: { k: ci } },
    bytes: { source: 's.bytes', key: ['k'], columns: { k: 'varbinary(9)', '`q': 'int' } },
  },
});
const [one, two_, word, ofBytes] = projection.tables as [MirrorTable, MirrorTable, MirrorTable, MirrorTable];

describe('rows in bulk', () => {
  let database: ReadDatabase;
  let session: Session;
  let said: unknown[] = [];
  const bulk = () => new SessionStore(session, new BulkLoad({ fromRows: 1, log: (entry) => said.push(entry) }));
  const plain = () => new SessionStore(session, new BulkLoad({ fromRows: Number.POSITIVE_INFINITY }));
  const upserts = (rows: SourceValue[][]) => ({ truncate: true, deletes: [], upserts: rows });
  beforeAll(async () => {
    database = await ReadDatabase.open();
    session = await database.session();
    await ensureTables(session, projection);
  });
  afterAll(() => database[Symbol.asyncDispose]());
  beforeEach(async () => {
    said = [];
    for (const table of projection.tables) await session.run(`DELETE FROM ${table.name}`);
  });

  /** What a way of writing came to: the words of a refusal, or nothing. */
  async function outcome(store: SessionStore, table: MirrorTable, rows: SourceValue[][]): Promise<string | null> {
    await store.begin();
    const refusal = await store.write(table, upserts(rows)).then(
      () => null,
      (error: { code: string; message: string }) => `${error.code} ${error.message.replaceAll(/\b(one|two)\b/g, '')}`,
    );
    if (refusal === null) {
      await store.commit();
      return null;
    }
    await session[Symbol.asyncDispose](); // as the projector does
    session = await database.session();
    return refusal;
  }

  async function checksums(): Promise<unknown[]> {
    const found = await database.rows<{ Checksum: string }>('CHECKSUM TABLE one, two EXTENDED');
    return found.map(({ Checksum }) => Checksum);
  }

  it.each(types.map(([type, values], index) => [type, values, index] as const))(
    'of %s are what an INSERT makes of them, or are refused with its words',
    async (type, values, index) => {
      const row = (value: SourceValue, id: number) => [id, ...types.map((_, at) => (at === index ? value : null))];
      const rows = fc.array(values, { minLength: 1, maxLength: 12 }).map((all) => all.map(row));
      let written = 0;
      await fc.assert(
        fc.asyncProperty(rows, async (some) => {
          const inserted = await outcome(plain(), one, some);
          expect([type, await outcome(bulk(), two_, some)]).toEqual([type, inserted]);
          if (inserted !== null) return;
          written++;
          const [a, b] = await checksums();
          expect(b).toBe(a);
        }),
        { numRuns: 25 },
      );
      expect(written).toBeGreaterThan(0);
      expect(said).toEqual([]);
    },
  );

  it('replace the rows that are there, and of one key the last is kept', async () => {
    const store = bulk();
    await store.begin();
    await store.write(word, { truncate: false, deletes: [], upserts: [['a'], ['é'], ['b'], ['']] });
    await store.write(word, { truncate: false, deletes: [['b']], upserts: [['A'], ['É'], ['c'], ['C  ']] });
    await store.write(ofBytes, {
      truncate: false,
      deletes: [],
      upserts: [
        [Buffer.from('\t\n\\'), 1],
        [Buffer.of(255, 0), 2],
      ],
    });
    await store.write(ofBytes, { truncate: false, deletes: [], upserts: [[Buffer.from('\t\n\\'), 3]] });
    await store.commit();
    const words = await database.rows<{ k: string }>('SELECT k FROM word ORDER BY BINARY k');
    expect(words.map(({ k }) => k)).toEqual(['', 'A', 'C  ', 'É']);
    const keys = await database.rows('SELECT HEX(k) AS k, `\\`q` AS q FROM bytes ORDER BY k'.replace('\\`q', '``q'));
    expect(keys).toEqual([
      { k: '090A5C', q: 3 },
      { k: 'FF00', q: 2 },
    ]);
    expect(said).toEqual([]);
  });

  it('leave what the transaction had before a refusal, and nothing of their own', async () => {
    const store = bulk();
    await store.begin();
    await store.write(word, upserts([['a']]));
    await expect(
      store.write(word, { truncate: false, deletes: [], upserts: [['b'], ['x'.repeat(11)]] }),
    ).rejects.toMatchObject({
      code: 'row-refused',
      message: expect.stringContaining("Data too long for column 'k' at row 2"),
    });
    await store.commit();
    expect(await database.rows('SELECT k FROM word')).toEqual([{ k: 'a' }]);
    expect(said).toEqual([]);
  });

  it('come whole in many pieces', async () => {
    const store = bulk();
    const rows = Array.from({ length: 3000 }, (_, n) => [Buffer.from(`${n}`), n] as SourceValue[]);
    const long: SourceValue[][] = [
      [1, ...types.map(([type]) => (type === 'longtext' ? '\\é\n'.repeat(150_000) : null))],
    ];
    await store.begin();
    await store.write(ofBytes, upserts(rows));
    await store.write(two_, upserts(long));
    await store.commit();
    const [sums] = await database.rows('SELECT COUNT(*) AS n, SUM(`\\`q`) AS sum FROM bytes'.replace('\\`q', '``q'));
    expect(sums).toEqual({ n: '3000', sum: '4498500' });
    const at = types.findIndex(([type]) => type === 'longtext');
    const [found] = await database.rows<{ text: string }>(`SELECT \`c ${at}\` AS text FROM two`);
    expect(found!.text === '\\é\n'.repeat(150_000)).toBe(true);
    expect(said).toEqual([]);
  });

  it('go in by INSERT where the server does not take LOAD DATA, which is said once', async () => {
    // The server refuses it to such a client in the same words as under local_infile=OFF, which would meet other tests too.
    const unable = { ...database.access, flags: ['-LOCAL_FILES'] };
    await using other = await Session.open(unable);
    const store = new SessionStore(other, new BulkLoad({ fromRows: 1, log: (entry) => said.push(entry) }));
    await store.begin();
    await store.write(word, upserts([['a'], ['b']]));
    await store.write(word, { truncate: false, deletes: [], upserts: [['c']] });
    await store.commit();
    expect(await database.rows('SELECT k FROM word ORDER BY k')).toHaveLength(3);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ reason: expect.stringContaining('local infile') });
  });

  it('are not written when the transaction is gone', async () => {
    const store = bulk();
    await store.begin();
    await store.write(word, upserts([['a']]));
    const load = session.load.bind(session);
    session.load = async () => {
      await session.run('ROLLBACK'); // as for a deadlock
      session.load = load;
      throw new Error('Deadlock found');
    };
    await expect(store.write(word, upserts([['b']]))).rejects.toMatchObject({
      message: expect.stringContaining('SAVEPOINT'),
    });
    expect(await database.rows('SELECT k FROM word')).toEqual([]);
    expect(said).toEqual([]);
  });
});
