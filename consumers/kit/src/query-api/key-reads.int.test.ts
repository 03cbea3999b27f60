import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mirror } from '../projection/declaration.ts';
import { KeyReads } from './key-reads.ts';
import { ReadPool } from './read-pool.ts';
import { servedTables } from './served-table.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';

const table = (name: string, columns: Record<string, string>, key = ['k']) => ({
  ...{ source: `bank.${name}`, key, path: `/${name}`, columns },
  owner: 'o',
});
const projection = mirror({
  name: 'key-reads-test',
  tables: {
    smalls: table('smalls', { k: 'int', o: 'int' }),
    unsigneds: table('unsigneds', { k: 'bigint(20) unsigned zerofill', o: 'int' }),
    texts: table('texts', { k: 'varchar(10) collate utf8mb4_general_ci', o: 'int' }),
    pairs: table('pairs', { k: 'int', l: 'int', o: 'int' }, ['k', 'l']),
  },
});

describe('rows by key', () => {
  let database: TestDatabase;
  let pool: ReadPool;
  let statements = 0;
  const served = Object.fromEntries(servedTables(projection).map((one) => [one.table.name, one]));

  beforeAll(async () => {
    database = await testDatabase(projection);
    for (const sql of [
      'INSERT INTO smalls SELECT seq, seq FROM seq_1_to_100',
      'INSERT INTO smalls VALUES (-2147483648, 7)',
      'INSERT INTO unsigneds VALUES (18446744073709551615, 1), (9223372036854775808, 2), (5, 3)',
      "INSERT INTO texts VALUES ('Köln', 1), ('b', 2)",
      'INSERT INTO pairs VALUES (1, 2, 3), (2, 1, 4)',
    ])
      await database.session.run(sql);
    pool = new ReadPool({ database: database.access, log: () => {} });
  }, 60_000);
  afterAll(async () => {
    pool?.close();
    await database?.[Symbol.asyncDispose]();
  });

  const counted = new Proxy({} as ReadPool, {
    get: () => (sql: string, values: readonly unknown[]) => {
      statements++;
      return pool.read(sql, values);
    },
  });
  const reads = () => {
    statements = 0;
    return new KeyReads(counted);
  };
  const rowOf = (name: string, { cells }: { cells: unknown }) => cells && served[name]!.row(cells as never);

  it('are read together when they are asked for together, and each asker gets his own', async () => {
    const some = reads();
    const keys = ['3', '-2147483648', '101', '3', ...Array.from({ length: 34 }, (_, index) => String(50 + index)), '0'];
    const found = await Promise.all(keys.map((key) => some.read(served.smalls!, [key], null)));
    expect(statements).toBe(3); // of 16, 16 and 7
    const there = (key: string) => key !== '101' && key !== '0';
    expect(found.map((one) => rowOf('smalls', one))).toEqual(
      keys.map((key) => (there(key) ? { k: Number(key), o: key.startsWith('-') ? 7 : Number(key) } : null)),
    );
    expect(found.every(({ standing }) => standing?.[1] === 'starting')).toBe(true);
  });

  it('are known again when they are 64 bits wide, unsigned and printed with zeros', async () => {
    const some = reads();
    const keys = ['18446744073709551615', '9223372036854775808', '5', '6'];
    const found = await Promise.all(keys.map((key) => some.read(served.unsigneds!, [key], null)));
    expect(statements).toBe(1);
    expect(found.map((one) => rowOf('unsigneds', one))).toEqual([
      { k: '18446744073709551615', o: 1 },
      { k: '9223372036854775808', o: 2 },
      { k: '5', o: 3 },
      null,
    ]);
  });

  it('are read alone by texts, by several columns, and for an owner', async () => {
    const some = reads();
    const { column, form } = served.smalls!.owner!;
    const found = await Promise.all([
      some.read(served.texts!, ['KÖLN'], null),
      some.read(served.texts!, ['b'], null),
      some.read(served.pairs!, ['2', '1'], null),
      some.read(served.pairs!, ['1', '1'], null),
      some.read(served.smalls!, ['4'], { column, form, value: '4' }),
      some.read(served.smalls!, ['5'], { column, form, value: '4' }),
    ]);
    expect(statements).toBe(6);
    expect(found.map(({ cells }) => cells?.at(-1) ?? null)).toEqual([1, 2, 4, null, 4, null]);
  });

  it('fail for all who asked', async () => {
    await using other = await testDatabase();
    const lost = new ReadPool({ database: other.access, log: () => {} });
    const some = new KeyReads(lost);
    const found = await Promise.allSettled(['1', '2', '3'].map((key) => some.read(served.smalls!, [key], null)));
    lost.close();
    expect(found.map((one) => one.status === 'rejected' && one.reason.cause.errno)).toEqual([1146, 1146, 1146]);
  });
});
