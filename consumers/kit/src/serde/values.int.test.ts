import { join } from 'node:path';
import { isFree, portsFrom, readConfig, Stack } from '@banyan/stack';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mirror } from '../projection/index.ts';
import { createQueryApi, type Server } from '../query-api/index.ts';
import { type TestingClient, testingClient } from '../query-api/testing-client.ts';
import { CapturedSource } from '../testkit/captured-source.ts';
import { testStack } from '../testkit/test-stack.ts';
import { changed, exact, refused, stopsSnapshot, stopsStream, undeclared } from './testing-values-page.ts';

/** Each type as the MariaDB manual names it: https://mariadb.com/kb/en/data-types/ */
const manual = [
  ...['tinyint', 'boolean', 'smallint', 'mediumint', 'int', 'integer', 'bigint', 'serial', 'middleint'],
  ...['int1', 'int2', 'int3', 'int4', 'int8', 'decimal', 'dec', 'numeric', 'fixed', 'float', 'float4', 'float8'],
  ...['double', 'double precision', 'real', 'bit', 'char', 'national char', 'nchar', 'varchar', 'character varying'],
  ...['national varchar', 'nvarchar', 'binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'],
  ...['long varbinary', 'tinytext', 'text', 'mediumtext', 'longtext', 'long varchar', 'json', 'enum', 'set', 'uuid'],
  ...['inet4', 'inet6', 'date', 'time', 'datetime', 'timestamp', 'year', 'geometry', 'point', 'linestring', 'polygon'],
  ...['multipoint', 'multilinestring', 'multipolygon', 'geometrycollection'],
];

/** A DEFAULT of these types, which the connector's schema of the table then has too. */
const presets: Readonly<Record<string, string>> = {
  bigint: '9223372036854775807',
  'bigint unsigned': '18446744073709551615',
  'tinyint(1)': '1',
  'decimal(38,10)': '1234567890123456789012345678.0123456789',
  'decimal(65,30)': '0',
  float: '0.1',
  double: '0.1',
  'varchar(100)': "'it''s 😀'",
  'varchar(50) character set latin1': "'é€'",
  datetime: "'2000-01-01 00:00:00'",
  'datetime(6)': "'2000-01-01 00:00:00.000001'",
  timestamp: "'2000-01-01 00:00:00'",
  'timestamp(6)': 'CURRENT_TIMESTAMP(6)',
  time: "'-01:00:00'",
  date: "'1999-12-31'",
  year: '2000',
  'bit(1)': "b'1'",
  'bit(10)': "b'1000000001'",
  "enum('a','b''c','x y','')": "'b''c'",
  "set('a','b''c')": "'a'",
  'binary(4)': "X'6100'",
  'varbinary(20)': "X'0102'",
};

const oddColumns = ['a b', 'a`c', '1st', 'ünï', 'constructor', 'select', "it's", 'toString', 'MiXed'];
const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;

type ExactType = (typeof exact)[number];
type Row = Readonly<Record<string, string | number | null>>;

/** What the source says a column's value is, in SQL; the same of what the API gave. */
const asSource = (column: string, { declared, json }: ExactType) => {
  if (json === 'number') return `CAST(CAST(${column} AS DOUBLE) AS CHAR)`;
  if (json === 'text') return `CAST(${column} AS CHAR CHARACTER SET utf8mb4)`;
  return declared.startsWith('bit') ? `LPAD(HEX(${column} + 0), 2 * LENGTH(${column}), '0')` : `HEX(${column})`;
};
const ofSource = (text: string | null, { json }: ExactType) =>
  json === 'number' && text !== null ? Number(text) : text;
const ofApi = (value: Row[string] | undefined, { declared, json }: ExactType) => {
  if (json === 'base64' && typeof value === 'string') return Buffer.from(value, 'base64').toString('hex').toUpperCase();
  return declared.startsWith('float') && typeof value === 'number' ? Math.fround(value) : value;
};

const exactColumns = exact.flatMap((one, index) => [
  { ...one, name: `v${index}`, definition: `v${index} ${one.type}` },
  ...(one.type in presets
    ? [
        { ...one, name: `d${index}`, definition: `d${index} ${one.type} NOT NULL DEFAULT ${presets[one.type]}` },
        { ...one, name: `n${index}`, definition: `n${index} ${one.type} NULL DEFAULT ${presets[one.type]}` },
      ]
    : []),
]);
const rowCount = 1 + Math.max(...exact.map(({ values }) => values.length));
const nullable = exactColumns.filter(({ name }) => name.startsWith('n'));
/**
 * One row for each place in the lists of values; the last row is of NULLs alone. What may be NULL and has a DEFAULT has that in the
 * first row, NULL in the others.
 */
const insertRows = (table: string, first: number) => {
  const rows = Array.from({ length: rowCount }, (_, row) => [
    first + row,
    ...exact.map(({ values }) => values[row] ?? (values.includes('DEFAULT') ? 'DEFAULT' : 'NULL')),
    ...nullable.map(() => (row === 0 ? 'DEFAULT' : 'NULL')),
  ]);
  const columns = [...exact.map((_, index) => `v${index}`), ...nullable.map(({ name }) => name)].join(', ');
  return `SET STATEMENT sql_mode = 'STRICT_ALL_TABLES' FOR INSERT INTO ${table} (id, ${columns}) VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`;
};
const createTable = (table: string) =>
  `CREATE TABLE ${table} (id INT PRIMARY KEY, ${exactColumns.map(({ definition }) => definition).join(', ')})`;
const createLimits = (table: string) =>
  `CREATE TABLE ${quoted(table)} (id INT PRIMARY KEY, ${changed.map(({ type }, index) => `v${index} ${type}`).join(', ')})`;
const insertLimits = (table: string, id: number) =>
  `INSERT INTO ${quoted(table)} VALUES (${[id, ...changed.map(({ value }) => value)].join(', ')})`;
const large = "REPEAT('x', 16777215)";

jest.setTimeout(30_000); // for a machine that is busy with other things

it('each type of the manual stands on the page', () => {
  const statements = stopsStream.flatMap((one) => one.statements);
  const listed = [...exact, ...changed, ...undeclared, ...stopsSnapshot].map(({ type }) => type);
  const isThere = (name: string) =>
    listed.some((type) => new RegExp(`^${name}\\b`).test(type)) || statements.some((one) => one.includes(` ${name})`));
  expect(manual.filter((name) => !isThere(name))).toEqual([]);
});

it.each(undeclared)('$type is refused in a declaration, $instead is not', ({ type, instead }) => {
  const declared = (column: string) => () =>
    mirror({ name: 'p', tables: { t: { source: 'd.t', key: ['id'], columns: { id: 'int', v: column } } } });
  expect(declared(type)).toThrow(expect.objectContaining({ code: 'declaration' }));
  expect(declared(instead)).not.toThrow();
});

describe('values on their way from the source to the API', () => {
  let captured: CapturedSource;
  let api: Server;
  let client: TestingClient;

  beforeAll(async () => {
    captured = await CapturedSource.open();
    const { source } = captured;
    await source.query("SET SESSION sql_mode = ''"); // zero dates, and an ENUM's error
    await source.query(createTable('early'));
    await source.query(insertRows('early', 1));
    await source.query(createLimits('limits'));
    await source.query(insertLimits('limits', 1));
    await source.query('CREATE TABLE large (id INT PRIMARY KEY, v MEDIUMBLOB)');
    await source.query(`INSERT INTO large VALUES (1, ${large})`);
    for (const [index, { type, value }] of refused.entries()) {
      await source.query(`CREATE TABLE refused${index} (id INT PRIMARY KEY, v ${type})`);
      await source.query(`INSERT INTO refused${index} VALUES (1, ${value})`);
    }
    const odd = [...oddColumns, '__proto__'].map((column) => `${quoted(column)} VARCHAR(20)`).join(', ');
    await source.query(`CREATE TABLE ${quoted('my order')} (id INT PRIMARY KEY, ${odd})`);
    const oddRow = [...oddColumns, '__proto__'].map((_, index) => `'v${index}'`).join(', ');
    await source.query(`INSERT INTO ${quoted('my order')} VALUES (1, ${oddRow})`);

    const tables = ['early', 'late', 'limits', 'limits-late', 'large', 'my order'];
    await captured.capture([...tables, ...refused.map((_, index) => `refused${index}`)]);

    await source.query(createTable('late'));
    for (const table of ['early', 'late']) await source.query(insertRows(table, 101));
    await source.query(createLimits('limits-late'));
    for (const table of ['limits', 'limits-late']) await source.query(insertLimits(table, 101));
    await source.query(`INSERT INTO large VALUES (101, ${large})`);
    await source.query(`INSERT INTO ${quoted('my order')} VALUES (101, ${oddRow})`);
    for (const [index, { value }] of refused.entries())
      await source.query(`INSERT INTO refused${index} VALUES (101, ${value})`);

    const mirrored = (table: string, columns: Readonly<Record<string, string>>) => ({
      source: `${captured.name}.${table}`,
      key: ['id'],
      path: `/${table.replace(' ', '-')}`,
      columns: { id: 'int', ...columns },
    });
    const exactTypes = Object.fromEntries(exactColumns.map(({ name, declared }) => [name, declared]));
    const limitTypes = Object.fromEntries(changed.map(({ declared }, index) => [`v${index}`, declared]));
    const projection = mirror({
      name: 'values',
      tables: {
        early: mirrored('early', exactTypes),
        late: mirrored('late', exactTypes),
        limits: mirrored('limits', limitTypes),
        'limits-late': mirrored('limits-late', limitTypes),
        large: mirrored('large', { v: 'mediumblob' }),
        'my order': mirrored('my order', Object.fromEntries(oddColumns.map((name) => [name, 'varchar(20)']))),
      },
    });
    await captured.catchUp(projection);
    const database = await captured.readAccess();
    api = createQueryApi({ projection, database, freshWithinMs: 60_000, auth: 'off', readWithinMs: 20_000 });
    client = await testingClient(await api.listen({ port: 0 }));
  }, 120_000);
  afterAll(async () => {
    await api?.close();
    await captured[Symbol.asyncDispose]();
  }, 60_000);

  const served = async (path: string): Promise<Row[]> => (await client.get(`/${path}`)).body.data;

  describe.each([
    ['the snapshot', 'early', 1],
    ['the stream', 'early', 101],
    ['a schema learnt from DDL', 'late', 101],
  ] as const)('by %s', (_, table, first) => {
    let answered: Row[];
    let there: Record<string, string | null>[];
    beforeAll(async () => {
      answered = (await served(table)).filter(({ id }) => Number(id) >= first && Number(id) < first + rowCount);
      const list = exactColumns.map((column) => `${asSource(column.name, column)} AS ${column.name}`).join(', ');
      const where = `id BETWEEN ${first} AND ${first + rowCount - 1}`;
      there = await captured.texts('source', `SELECT id, ${list} FROM ${table} WHERE ${where} ORDER BY id`);
    });

    it.each(exact)('$type is exact', (one) => {
      const names = exactColumns.filter(({ type }) => type === one.type).map(({ name }) => name);
      const cells = (rows: readonly Row[], read: (row: Row, name: string) => unknown) =>
        rows.map((row) => names.map((name) => read(row, name)));
      expect(there).toHaveLength(rowCount);
      expect(cells(answered, (row, name) => ofApi(row[name], one))).toEqual(
        cells(there, (row, name) => ofSource(row[name] as string | null, one)),
      );
      const kind = one.json === 'number' ? 'number' : 'string';
      expect(typeof answered[0]![names[0]!]).toBe(kind);
    });
  });

  it.each([1, 101])('16,777,215 bytes are exact (row %s)', async (id) => {
    const { body } = await client.get(`/large/${id}`);
    expect(Buffer.from(body.data.v, 'base64').equals(Buffer.alloc(16_777_215, 'x'))).toBe(true);
  });

  it.each(changed.map((one, index) => ({ ...one, index })))('known limit: $type $value', async (one) => {
    const [snapshot, stream] = await served('limits');
    const [meanwhile] = await served('limits-late');
    const cell = (row?: Row) => row?.[`v${one.index}`];
    expect({ snapshot: cell(snapshot), stream: cell(stream), meanwhile: cell(meanwhile) }).toEqual(one.arrives);
  });

  it.each(refused.map((one, index) => ({ ...one, index })))(
    'known limit: $name ($type) stops the projector by name',
    async ({ type, index }) => {
      const name = `refused${index}`;
      const columns = { id: 'int', v: type.replace(' NOT NULL', '') };
      const tables = { [name]: { source: `${captured.name}.${name}`, key: ['id'], columns } };
      const facts = await captured.untilStopped(mirror({ name, tables }));
      expect(facts.code).toBe('row-refused');
      expect(facts.reason).toMatch(/'v'|`v`/);
    },
  );

  it('arrive from columns and tables of any name', async () => {
    const row = Object.fromEntries(oddColumns.map((name, index) => [name, `v${index}`]));
    expect(await served('my-order')).toEqual([1, 101].map((id) => ({ id, ...row })));
  });
});

/** On a source server of its own: what stops one connector there stops all. */
describe('what stops a connector', () => {
  let server: Stack;

  beforeAll(async () => {
    const root = testStack().dataDir;
    const config = readConfig(process.env, { root, purpose: 'values', portBase: 20_000 });
    server = await Stack.prepare(
      { ...config, dataDir: join(root, 'values'), ports: portsFrom(await freePort()) },
      () => {},
    );
    await server.start({ parts: ['source-db'], progress: () => {} });
  }, 120_000);
  afterAll(() => server?.stop(), 60_000);

  it.each(stopsSnapshot)('$type $value, in the snapshot', async ({ type, value, trace }) => {
    await using own = await CapturedSource.open(server);
    await own.source.query('SET SESSION sql_log_bin = 0');
    await own.source.query(`CREATE TABLE early (id INT PRIMARY KEY, v ${type})`);
    await own.source.query(`INSERT INTO early VALUES (1, ${value})`);
    await expect(own.capture(['early'])).rejects.toMatchObject({ code: 'task-failed' });
    expect(await own.untilFailed()).toContain(trace);
  });

  it.each(stopsStream)('$statements, in the stream', async ({ isCaptured, statements, trace }) => {
    await using own = await CapturedSource.open(server);
    await using other = await CapturedSource.open(server);
    await own.source.query('CREATE TABLE early (id INT PRIMARY KEY)');
    await own.capture(['early', 'late']);
    for (const statement of statements) await (isCaptured ? own : other).source.query(statement);
    expect(await own.untilFailed()).toContain(trace);
  });

  async function freePort(): Promise<number> {
    for (let base = 27_100; base < 28_600; base += 20) if (await isFree(base)) return base;
    throw new Error('no free port from 27100 to 28600');
  }
});
