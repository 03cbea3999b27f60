import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { open, rows } from '../../../e2e/src/database.ts';
import { banyan, type Ended } from '../testing-cli.ts';
import { openSource } from './source.ts';
import { codesOf, OwnServer } from './testing-server.ts';
import { planted } from './testing-traps.ts';

let server: OwnServer;
const quoted = (name: string) => `\`${name}\``;

beforeAll(async () => {
  // The suite's folder is all that is needed of it.
  const folder = process.env.BANYAN_STACK;
  if (!folder) throw new Error('BANYAN_STACK is not set; run this through: make test ONLY=doctor');
  server = await OwnServer.start(folder);
  await plantClean();
  for (const { name, statements } of planted) {
    // With its own settings; they are the session's.
    const connection = await open(await server.rootAccess());
    await connection.query(`CREATE DATABASE ${quoted(name)} CHARACTER SET utf8mb4; USE ${quoted(name)}`);
    for (const statement of statements) await connection.query(statement);
    await connection.end();
  }
  await server.admin.query("GRANT TRIGGER, EVENT ON programs.* TO capture@'127.0.0.1'");
}, 120_000);

afterAll(() => server?.stop());

/** 200 tables as anybody has them, with 60 rows each, of types of which each column is looked at. */
async function plantClean(): Promise<void> {
  await server.admin.query('CREATE DATABASE clean CHARACTER SET utf8mb4; USE clean');
  const columns = `id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, label VARCHAR(100), amount DECIMAL(12,2), day DATE, made DATETIME(6),
    seen TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, state ENUM('new','old') NOT NULL, born YEAR, ratio DOUBLE, body LONGTEXT,
    western VARCHAR(20) CHARACTER SET latin1, big BIGINT UNSIGNED, length_of TIME, flags BIT(10), KEY (day), KEY (big)`;
  await server.admin.query('SET GLOBAL innodb_flush_log_at_trx_commit = 0; SET SESSION sql_log_bin = 0');
  for (let table = 0; table < 200; table++) {
    await server.admin.query(`CREATE TABLE t${table} (${columns})`);
    await server.admin.query(
      `INSERT INTO t${table} (label, amount, day, made, state, born, ratio, body, western, big, length_of, flags)
       SELECT seq, seq, '9999-12-31', '9999-12-31 23:59:59.999999', 'old', 2001, 0, 'text', 'é', seq, '-838:59:59', 1023 FROM seq_1_to_60`,
    );
  }
  await server.admin.query('SET SESSION sql_log_bin = 1; USE mysql');
}

it('is silent on a database of 200 tables in which nothing is wrong', async () => {
  const { findings, looked, unseen } = await server.examine({ database: 'clean' });
  expect(findings).toEqual([]);
  expect(looked).toMatchObject({ databases: 1, tables: 200, tablesRead: 200, logEvents: 0 });
  expect(unseen.map(({ what }) => what)).toEqual(['triggers of clean', 'events of clean', 'statements in the binlog']);
}, 60_000);

it('reads no more rows than it says and than it may, by the count of the server', async () => {
  for (const rowsAllowed of [0, 1000, 3000]) {
    const before = await server.rowsRead();
    const { looked, unseen } = await server.examine({ database: 'clean' }, { rows: rowsAllowed });
    const read = (await server.rowsRead()) - before;
    expect(looked.rowsRead).toBeLessThanOrEqual(rowsAllowed);
    // Beside them, the one row of mysql.event that `programs` has.
    expect(read).toBe(looked.rowsRead + 1);
    expect(unseen.some(({ why }) => why.includes('--rows-read'))).toBe(rowsAllowed === 0);
    if (rowsAllowed > 0) expect(looked).toMatchObject({ tablesRead: 200 });
  }
}, 60_000);

describe('finds what is planted, and nothing else:', () => {
  it.each(planted)('$name', async ({ name, codes }) => {
    const report = await server.examine({ database: name });
    expect(codesOf(report)).toEqual(codes);
    for (const { where } of report.findings) expect(where).toContain(name);
  });

  it('4: reads nothing that is not in the server itself', async () => {
    const { unseen, looked } = await server.examine({ database: '4 elsewhere' });
    expect(looked.rowsRead).toBe(0);
    expect(unseen).toContainEqual({
      what: 'values of 4 elsewhere.a',
      why: expect.stringContaining('its engine is CSV'),
    });
  });

  it('by an index beyond the rows that it may read', async () => {
    const report = await server.examine({ database: '11 days by an index' }, { rows: 100 });
    expect(codesOf(report)).toEqual(['bigint-beyond-signed', 'year-below-100']);
    expect(report.looked.rowsRead).toBeLessThanOrEqual(100);
  });

  it('all of it at once, as a user who may SELECT and nothing else', async () => {
    const { findings, unseen } = await server.examine({ user: 'reader' });
    const codes = new Set(findings.map(({ code }) => code));
    const expected = planted.flatMap((one) => one.codes).filter((code) => code !== 'trigger' && code !== 'event');
    for (const code of ['grants-missing', ...expected]) expect(codes).toContain(code);
    expect(unseen.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'files of the binlog',
        'filters of the binlog',
        'triggers of programs',
        'events of programs',
      ]),
    );
  }, 60_000);
});

describe('while others work', () => {
  it('the server refuses to write in its session', async () => {
    await using session = await openSource({ ...(await server.rootAccess()), database: null });
    for (const statement of [
      'INSERT INTO clean.t0 (state) VALUES (1)',
      'CREATE TABLE clean.x (id INT)',
      'DELETE FROM clean.t0',
    ])
      await expect(session.run(statement)).rejects.toThrow(/READ ONLY transaction/);
  });

  it('it waits for no row that is locked, and leaves a table out that is', async () => {
    const connection = await open(await server.rootAccess());
    await connection.query('BEGIN; SELECT * FROM `8 unsigned`.t FOR UPDATE');
    expect(codesOf(await server.examine({ database: '8 unsigned' }))).toEqual(['bigint-beyond-signed']);
    await connection.query('ROLLBACK; LOCK TABLES `8 unsigned`.t WRITE');
    const { findings, unseen } = await server.examine({ database: '8 unsigned' });
    expect(findings).toEqual([]);
    expect(unseen).toContainEqual({ what: 'values of 8 unsigned.t', why: 'somebody has locked it' });
    await connection.end();
  }, 60_000);
});

describe('the command', () => {
  const env = () => ({ SOURCE_DB_PASSWORD: server.address().password });
  const doctor = (database: string, ...more: string[]) =>
    banyan(['doctor', '--database', server.url(database), ...more], env());
  const json = ({ stdout }: Ended) => JSON.parse(stdout);

  it('ends with 0 where there is no error, progress on standard error', async () => {
    const ended = await doctor('clean', '--rows-read', '1000', '--json');
    expect(ended.code).toBe(0);
    expect(json(ended)).toMatchObject({
      command: 'doctor',
      ok: true,
      problems: [],
      findings: [],
      looked: { tables: 200 },
    });
    expect(ended.stderr).toContain('table 176 of 200');
    expect(ended.stdout.trimEnd()).not.toContain('\n');
    const warned = await doctor('3%20partitions');
    expect(warned.code).toBe(0);
    expect(warned.stdout).toMatch(
      /warning partitioned-table: .*\n {2}3 partitions\.days\n {2}what to do: .*\n {2}see docs\//,
    );
    expect(warned.stdout.trimEnd()).toMatch(/0 errors, 1 warning, 0 notes$/);
  }, 60_000);

  it('ends with 1 for an error, which is a problem in JSON', async () => {
    const ended = await doctor('25%20unparseable', '--json');
    expect(ended.code).toBe(1);
    const { ok, problems, findings } = json(ended);
    expect(ok).toBe(false);
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'column-unparseable',
        where: '25 unparseable.t.i6',
        message: expect.stringMatching(/^inet6: /),
      }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ code: 'sequence', severity: 'warning' }));
  }, 60_000);

  it('names a wrong password, a database that is not there, and a wrong call; never the password', async () => {
    const wrong = await banyan(['doctor', '--database', server.url('clean')], { SOURCE_DB_PASSWORD: 'geheim' });
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/does not let capture in: .*SOURCE_DB_PASSWORD_FILE/),
    ]);
    const absent = await doctor('claen');
    expect([absent.code, absent.stderr]).toEqual([1, expect.stringContaining('is it clean?')]);
    const given = await banyan(
      ['doctor', '--database', server.url('clean').replace('capture', 'capture:geheim')],
      env(),
    );
    expect(given.code).toBe(2);
    const without = await banyan(['doctor', '--database', server.url('clean')], {});
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('SOURCE_DB_PASSWORD: it is not set')]);
    for (const { stdout, stderr } of [wrong, absent, given, without])
      expect(stdout + stderr).not.toMatch(new RegExp(`geheim|${server.address().password}`));
  }, 60_000);

  it('prints no value of a row', async () => {
    const { stdout } = await doctor('11%20numbers%20and%20texts', '--json');
    expect(stdout).not.toMatch(/none of them|a,b|😀/);
  }, 60_000);
});

// Last: what is set here holds for the whole server.
describe('of the server itself', () => {
  const ofServer = async (change = {}) => codesOf(await server.examine({ database: 'clean' }, { rows: 0, ...change }));

  it('2, 3, 6, 25 in the log, when it is asked for: XA, statements, partitions, DDL, compressed events', async () => {
    const connection = await open(await server.rootAccess());
    await connection.query(
      'CREATE DATABASE logged; USE logged; CREATE TABLE t (id INT PRIMARY KEY, v LONGTEXT); FLUSH BINARY LOGS',
    );
    expect(await ofServer({ logEvents: 5000 })).toEqual(expect.not.arrayContaining(['statement-in-log']));
    await connection.query("XA START 'x'; INSERT INTO t VALUES (1, ''); XA END 'x'; XA PREPARE 'x'; XA ROLLBACK 'x'");
    await connection.query(
      "SET SESSION binlog_format = 'STATEMENT'; INSERT INTO t VALUES (2, ''); SET SESSION binlog_format = 'ROW'",
    );
    await connection.query('TRUNCATE TABLE t');
    await connection.query('ALTER TABLE `3 partitions`.days DROP PARTITION p0');
    await connection.query('CREATE TABLE late (id INT PRIMARY KEY, v INET6)');
    await connection.query('SET GLOBAL log_bin_compress = ON');
    const compressing = await open(await server.rootAccess());
    await compressing.query("INSERT INTO logged.t VALUES (3, REPEAT('x', 10000))");
    await compressing.query('SET GLOBAL log_bin_compress = OFF');
    const report = await server.examine({ database: 'clean' }, { rows: 0, logEvents: 5000 });
    expect(codesOf(report)).toEqual([
      ...[
        'compressed-in-log',
        'ddl-unparseable',
        'partition-in-log',
        'statement-in-log',
        'truncate-in-log',
        'xa-in-log',
        'xa-used',
      ],
    ]);
    expect(report.looked.logEvents).toBeGreaterThan(20);
    const few = await server.examine({ database: 'clean' }, { rows: 0, logEvents: 3 });
    expect(few.looked.logEvents).toBe(3);
    await connection.end();
    await compressing.end();
  }, 60_000);

  it.each([
    ['6 binlog-unfit', "binlog_format = 'MIXED'", 'binlog-unfit', 'binlog_format is MIXED'],
    ['6 binlog-unfit', "binlog_row_image = 'MINIMAL'", 'binlog-unfit', 'binlog_row_image is MINIMAL'],
    ['6 binlog-short', 'binlog_expire_logs_seconds = 3600', 'binlog-short', 'binlog_expire_logs_seconds is 3600'],
    ['23 names', "binlog_row_metadata = 'MINIMAL'", 'binlog-without-names', 'binlog_row_metadata is MINIMAL'],
    ['25 compression', 'log_bin_compress = ON', 'binlog-compressed', 'log_bin_compress is ON'],
    ['18 order', 'gtid_strict_mode = OFF', 'gtid-not-strict', 'gtid_strict_mode is OFF'],
    ['11 mode', "sql_mode = ''", 'sql-mode-loose', "sql_mode is ''"],
    ['25 dialect', "sql_mode = 'STRICT_TRANS_TABLES,ANSI_QUOTES'", 'sql-mode-dialect', 'ANSI_QUOTES'],
    ['packets', 'max_allowed_packet = 1048576', 'packet-small', 'max_allowed_packet is 1048576'],
  ])('%s: SET GLOBAL %s', async (_, setting, code, what) => {
    const [name] = setting.split(' ');
    const [before] = await rows<{ v: string }>(server.admin, `SELECT @@GLOBAL.${name} AS v`);
    const known = await ofServer();
    await server.admin.query(`SET GLOBAL ${setting}`);
    const { findings } = await server.examine({ database: 'clean' }, { rows: 0 });
    await server.admin.query(`SET GLOBAL ${name} = ?`, [/^\d+$/.test(before!.v) ? Number(before!.v) : before!.v]);
    const added = findings.filter((one) => !known.includes(one.code));
    expect(added).toMatchObject([{ code, what: expect.stringContaining(what) }]);
  });

  it('18 domains', async () => {
    await server.admin.query('SET SESSION gtid_domain_id = 7; FLUSH TABLES; SET SESSION gtid_domain_id = 0');
    expect(await ofServer()).toContain('gtid-domains');
  });

  it('a binlog without one transaction', async () => {
    await server.admin.query('RESET MASTER');
    expect(await ofServer()).toContain('binlog-empty');
  });
});
