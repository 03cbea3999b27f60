import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CapturedSource } from '../testkit/captured-source.ts';
import { type ColumnDeclaration, mirror } from './declaration.ts';

jest.setTimeout(60_000); // for a machine that is busy with other things

/** `old` is in a row from before the ALTER, `value` in one that comes after it. */
interface Case {
  readonly was: string;
  readonly is: string;
  readonly old: string;
  readonly value: string;
  readonly declared: string;
}

const flowing: readonly Case[] = [
  { was: 'VARCHAR(20)', is: 'VARCHAR(40)', old: "'x'", value: "REPEAT('é', 20)", declared: 'varchar(20)' },
  { was: 'VARCHAR(20)', is: 'TEXT', old: "'x'", value: "'😀'", declared: 'varchar(20)' },
  { was: 'VARCHAR(20)', is: 'INT', old: "'5'", value: '7', declared: 'varchar(20)' },
  { was: "ENUM('a','b')", is: "ENUM('c','b','a')", old: "'a'", value: "'b'", declared: "enum('a','b')" },
  { was: 'VARCHAR(9)', is: 'VARCHAR(9) CHARACTER SET latin1', old: "'é'", value: "'é€'", declared: 'varchar(9)' },
  { was: 'INT', is: 'BIGINT', old: '5', value: '9007199254740993', declared: 'bigint' },
  { was: 'BIGINT', is: 'INT', old: '5', value: '-7', declared: 'bigint' },
  { was: 'DECIMAL(12,4)', is: 'DECIMAL(10,2)', old: '1.25', value: '-7.5', declared: 'decimal(12,4)' },
  { was: 'INT UNSIGNED', is: 'BIGINT', old: '5', value: '7', declared: 'int' }, // narrower all the time
];

const stopping: readonly (Case & { readonly says: string; readonly mended: string })[] = [
  { was: 'INT', is: 'VARCHAR(20)', old: '5', value: "'007'", declared: 'int', says: 'a text', mended: 'varchar(20)' },
  {
    ...{ was: 'DECIMAL(10,2)', is: 'DECIMAL(12,4)', old: '5.25', value: '1.2345' },
    ...{ declared: 'decimal(10,2)', says: 'DECIMAL(12,4), and was DECIMAL(10,2)', mended: 'decimal(12,4)' },
  },
  { was: 'INT', is: 'BIGINT', old: '5', value: '7', declared: 'int', says: 'BIGINT or INT UNSIGNED', mended: 'bigint' },
  {
    was: 'INT',
    is: 'INT UNSIGNED',
    old: '5',
    value: '4294967295',
    declared: 'int',
    says: 'UNSIGNED',
    mended: 'bigint',
  },
  {
    ...{ was: 'BIGINT', is: 'BIGINT UNSIGNED', old: '5', value: '18446744073709551615' },
    ...{ declared: 'bigint', says: 'BIGINT UNSIGNED', mended: 'bigint unsigned' },
  },
  {
    was: 'INT',
    is: 'DECIMAL(12,2)',
    old: '5',
    value: '7.25',
    declared: 'int',
    says: 'DECIMAL(12,2)',
    mended: 'decimal(12,2)',
  },
  {
    ...{ was: 'DATETIME', is: 'DATETIME(6)', old: "'2024-01-02 03:04:05'", value: "'2024-01-02 03:04:05.123456'" },
    ...{ declared: 'datetime', says: 'DATETIME of 4 to 6 digits', mended: 'datetime(6)' },
  },
  {
    ...{ was: 'DATE', is: 'DATETIME', old: "'2024-01-02'", value: "'2024-01-02 03:04:05'" },
    ...{ declared: 'date', says: 'DATETIME', mended: 'datetime' },
  },
  {
    ...{ was: 'TEXT', is: 'BLOB', old: "'é'", value: "X'00FF'" },
    ...{ declared: 'text', says: 'BINARY, VARBINARY or BLOB', mended: 'blob' },
  },
];

const refused = [
  { was: 'VARCHAR(20)', is: 'VARCHAR(40)', old: "'x'", value: "REPEAT('x', 21)", declared: 'varchar(20)' },
  { was: "ENUM('a')", is: "ENUM('a','b')", old: "'a'", value: "'b'", declared: "enum('a')" },
  {
    was: 'VARCHAR(9) CHARACTER SET latin1',
    is: 'VARCHAR(9)',
    old: "'é'",
    value: "'😀'",
    declared: 'varchar(9) character set latin1',
  },
];

describe('a column that is altered at the source', () => {
  let captured: CapturedSource;
  const run = (sql: string) => captured.source.query(sql);
  const all = [...flowing, ...stopping, ...refused];
  const tableOf = (one: Case) => `t${all.indexOf(one)}`;
  /** Each is a read model of its own. */
  const declare = (name: string, table: string, columns: Readonly<Record<string, ColumnDeclaration>>) =>
    mirror({
      name,
      tables: { [name]: { source: `${captured.name}.${table}`, key: ['id'], columns: { id: 'int', ...columns } } },
    });
  const rowsOf = (side: 'source' | 'read', table: string, declared = 'varchar') => {
    const value = declared === 'blob' ? 'HEX(v)' : declared.startsWith('decimal') ? 'CAST(v AS DECIMAL(30,6))' : 'v';
    return captured.texts(side, `SELECT id, CAST(${value} AS CHAR) AS v FROM \`${table}\` ORDER BY id`);
  };

  beforeAll(async () => {
    captured = await CapturedSource.open();
    for (const one of all) {
      await run(`CREATE TABLE ${tableOf(one)} (id INT PRIMARY KEY, v ${one.was})`);
      await run(`INSERT INTO ${tableOf(one)} VALUES (1, ${one.old}), (2, NULL)`);
    }
    for (const table of ['again', 'renamed']) {
      await run(`CREATE TABLE ${table} (id INT PRIMARY KEY, w INT)`);
      await run(`INSERT INTO ${table} VALUES (1, 10)`);
    }
    await captured.capture([...all.map(tableOf), 'again', 'renamed']);
    for (const one of all) {
      await run(`ALTER TABLE ${tableOf(one)} MODIFY v ${one.is}`);
      await run(`INSERT INTO ${tableOf(one)} VALUES (3, ${one.value})`);
    }
  }, 120_000);
  afterAll(() => captured[Symbol.asyncDispose](), 60_000);

  it.each(flowing)('$was to $is flows into $declared', async (one) => {
    const [name, { declared }] = [`flowing-${tableOf(one)}`, one];
    await captured.catchUp(declare(name, tableOf(one), { v: declared }));
    expect(await rowsOf('read', name, declared)).toEqual(await rowsOf('source', tableOf(one), declared));
  });

  it.each(stopping)('$was to $is stops $declared by name; as $mended it is made anew', async (one) => {
    const table = tableOf(one);
    const facts = await captured.untilStopped(declare(`stopping-${table}`, table, { v: one.declared }));
    expect(facts).toMatchObject({ code: 'schema-changed', rowsApplied: expect.any(Number) });
    expect(facts.reason).toContain(`column ${captured.name}.${table}.v comes as`);
    expect(facts.reason).toContain(one.says);
    expect(facts.reason).toContain(`is ${one.declared}, which does not hold that`);
    expect(facts.reason).toContain(`banyan rebuild stopping-${table}`);
    expect((await rowsOf('read', `stopping-${table}`)).map(({ id }) => Number(id))).not.toContain(3);
    await captured.catchUp(declare(`mended-${table}`, table, { v: one.mended }));
    expect(await rowsOf('read', `mended-${table}`, one.mended)).toEqual(await rowsOf('source', table, one.mended));
  });

  it.each(refused)('$was to $is flows into $declared until a value does not fit', async (one) => {
    const facts = await captured.untilStopped(declare(`refused-${tableOf(one)}`, tableOf(one), { v: one.declared }));
    expect(facts.code).toBe('row-refused');
  });

  it('a column that is dropped again is missed, also by a projector that begins where it was there', async () => {
    const projection = declare('again', 'again', { v: 'varchar(9)' });
    await run("ALTER TABLE again ADD COLUMN v VARCHAR(9) DEFAULT 'old'");
    await run("INSERT INTO again VALUES (2, 20, 'new')");
    await captured.catchUp(projection);
    expect(await rowsOf('read', 'again')).toEqual([
      { id: 1, v: 'old' },
      { id: 2, v: 'new' },
    ]);
    // The table's schema is the first one again.
    await run('ALTER TABLE again DROP COLUMN v');
    await run('UPDATE again SET w = w + 1');
    const facts = await captured.untilStopped(projection);
    expect(facts.reason).toContain(
      `column ${captured.name}.again.v, which again.v is taken from, is not there any more`,
    );
    expect(await rowsOf('read', 'again')).toEqual([
      { id: 1, v: 'old' },
      { id: 2, v: 'new' },
    ]);
    const anew = declare('again-anew', 'again', { v: 'varchar(9)' });
    expect(await captured.untilStopped(anew)).toMatchObject({ code: 'schema-changed' });
  });

  it('a renamed column is one column under both of its names, whichever comes', async () => {
    await run('ALTER TABLE renamed RENAME COLUMN w TO v');
    await run('INSERT INTO renamed VALUES (2, 20)');
    await captured.catchUp(declare('both', 'renamed', { v: { type: 'int', from: ['v', 'w'] } }));
    expect(await rowsOf('read', 'both')).toEqual(await rowsOf('source', 'renamed'));
    const facts = await captured.untilStopped(declare('older', 'renamed', { w: 'int' }));
    expect(facts.reason).toContain("if it was renamed, declare from: ['<its new name>', 'w']");
  });

  it('a column that nobody has had stops at the first record', async () => {
    const facts = await captured.untilStopped(declare('never', 'renamed', { never: 'int' }));
    expect(facts).toMatchObject({ code: 'schema-changed', rowsApplied: 0 });
    expect(facts.reason).toContain('never, which never.never is taken from, is not there;');
  });
});
