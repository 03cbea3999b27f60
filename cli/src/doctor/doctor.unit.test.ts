import { readFileSync } from 'node:fs';
import { capture } from '@banyan/connectors';
import type { ForeignKey } from '@banyan/kit';
import { describe, expect, it } from '@jest/globals';
import { secretRef } from 'debezium-connect-client';
import { bridgeChecks, kinds, schemaChecks, serverChecks } from './catalogue.ts';
import { foreignKeyChecks } from './checks/foreign-keys.ts';
import type { BridgeFacts, SeenTopic } from './facts/bridge.ts';
import { lagOf } from './facts/lag.ts';
import { signsIn } from './facts/log.ts';
import type { SchemaFacts } from './facts/schema.ts';
import type { ServerFacts } from './facts/server.ts';
import { findingsOf } from './finding.ts';
import { pageWith } from './page.ts';
import { sourceAddress } from './source.ts';
import { traps } from './traps.ts';

const read = (path: string): string => readFileSync(new URL(`../../../docs/${path}`, import.meta.url), 'utf8');

/** As GitHub makes it of a heading. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^##+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('what can be found', () => {
  it('has a code of its own each, a trap that is known, and a section that is there', () => {
    expect(new Set(kinds.map(({ code }) => code)).size).toBe(kinds.length);
    const numbers = new Set(traps.map(({ number }) => number));
    for (const kind of kinds) {
      const [file, anchor] = kind.page.split('#');
      const known = kind.traps.every((number) => numbers.has(number));
      const there = anchor === undefined ? read(file!) !== '' : anchorsOf(read(file!)).includes(anchor);
      expect([kind.code, known, there]).toEqual([kind.code, true, true]);
    }
  });

  it('covers each trap: by a check, or by why there is none', () => {
    expect(traps.map(({ number }) => number)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    const silent = traps.filter(
      ({ number, instead }) => instead === null && !kinds.some((kind) => kind.traps.includes(number)),
    );
    expect(silent).toEqual([]);
  });

  it('is what docs/reference/doctor.md says; else: npm run doctor:page', () => {
    const page = read('reference/doctor.md');
    expect(pageWith(page)).toBe(page);
  });
});

describe('--database', () => {
  const address = (text: string, env = { SOURCE_DB_PASSWORD: 'pw' }) => {
    try {
      return sourceAddress(text, env);
    } catch (error) {
      return `${(error as { code: string }).code}: ${(error as Error).message}`;
    }
  };

  it('takes a URL of one database, or of a server', () => {
    expect(address('mysql://me@db.example.com:3307/my%20shop')).toEqual({
      host: 'db.example.com',
      port: 3307,
      user: 'me',
      password: 'pw',
      database: 'my shop',
    });
    expect(address('mariadb://me@[::1]')).toMatchObject({ host: '::1', port: 3306, database: null });
  });

  it('refuses a password in it, and repeats nothing of it', () => {
    const said = address('mysql://me:geheim@db/shop');
    expect(said).toMatch(/^usage: --database has a password in it/);
    expect(said).not.toMatch(/geheim|me@|shop/);
  });

  it.each([
    ['postgres://me@db/shop', /usage: .*no URL such as mariadb:/],
    ['db.example.com', /usage: .*no URL such as mariadb:/],
    ['mysql://db/shop', /usage: .*user and host/],
    ['mysql://me@db/shop?ssl=off', /usage: .*no options/],
  ])('refuses %s', (text, said) => {
    expect(address(text)).toMatch(said);
  });

  it('wants a password, and names the variable', () => {
    expect(address('mysql://me@db', {} as never)).toMatch(/^config: SOURCE_DB_PASSWORD: it is not set/);
  });
});

const fit = {
  log_bin: 'ON',
  binlog_format: 'ROW',
  binlog_row_image: 'FULL',
  binlog_row_metadata: 'FULL',
  binlog_legacy_event_pos: 'ON',
  binlog_expire_logs_seconds: '864000',
  gtid_binlog_pos: '0-1-7',
  gtid_slave_pos: '',
  gtid_strict_mode: 'ON',
  log_bin_compress: 'OFF',
  log_slave_updates: 'OFF',
  max_allowed_packet: '67108864',
  max_binlog_total_size: '0',
  server_id: '1',
  sql_mode: 'STRICT_TRANS_TABLES',
  time_zone: '+00:00',
  system_time_zone: 'CET',
};
const rights = 'SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, BINLOG MONITOR';

function server(change: Partial<Record<keyof typeof fit, string>> = {}, rest: Partial<ServerFacts> = {}): ServerFacts {
  return {
    version: '11.4.5-MariaDB-log',
    variables: new Map(Object.entries({ ...fit, ...change })),
    status: new Map(),
    grants: [`GRANT ${rights} ON *.* TO \`capture\`@\`%\` IDENTIFIED BY PASSWORD '*ABC'`],
    logs: [{ name: 'binlog.000001', bytes: 1000 }],
    filters: { only: '', without: '' },
    ...rest,
  };
}
const inServer = (facts: ServerFacts) => findingsOf(serverChecks, facts).map(({ code, what }) => `${code}: ${what}`);

describe('of a server', () => {
  it('nothing is found where all is as it should be', () => {
    expect(inServer(server())).toEqual([]);
  });

  it.each([
    [{ log_bin: 'OFF' }, 'binlog-unfit: log_bin is OFF'],
    [{ binlog_format: 'MIXED' }, 'binlog-unfit: binlog_format is MIXED'],
    [{ binlog_row_image: 'MINIMAL' }, 'binlog-unfit: binlog_row_image is MINIMAL'],
    [{ binlog_legacy_event_pos: 'OFF' }, 'binlog-unfit: binlog_legacy_event_pos is OFF'],
    [{ gtid_slave_pos: '0-1-3' }, 'binlog-unfit: log_slave_updates is OFF'],
    [{ binlog_row_metadata: 'NO_LOG' }, 'binlog-without-names: binlog_row_metadata is NO_LOG'],
    [{ gtid_binlog_pos: '' }, 'binlog-empty: gtid_binlog_pos is '],
    [{ gtid_binlog_pos: '0-1-7,7-1-2' }, 'gtid-domains: gtid_binlog_pos is 0-1-7,7-1-2'],
    [{ log_bin_compress: 'ON' }, 'binlog-compressed: log_bin_compress is ON'],
    [{ gtid_strict_mode: 'OFF' }, 'gtid-not-strict: gtid_strict_mode is OFF'],
    [{ server_id: '0' }, 'server-id-zero: server_id is 0'],
    [{ time_zone: 'SYSTEM' }, 'time-zone: time_zone is SYSTEM, CET'],
    [{ time_zone: 'Europe/Vienna' }, 'time-zone: time_zone is Europe/Vienna'],
    [{ sql_mode: '' }, "sql-mode-loose: sql_mode is ''"],
    [{ sql_mode: 'STRICT_ALL_TABLES,ANSI_QUOTES' }, "sql-mode-dialect: sql_mode is 'STRICT_ALL_TABLES,ANSI_QUOTES'"],
    [{ max_allowed_packet: '1048576' }, 'packet-small: max_allowed_packet is 1048576'],
    [{ binlog_expire_logs_seconds: '3600' }, 'binlog-short: binlog_expire_logs_seconds is 3600'],
  ] as const)('%j is %s', (change, found) => {
    expect(inServer(server(change))).toEqual([found]);
  });

  it('a limit of size is compared with how fast the binlog grows', () => {
    const status = new Map(Object.entries({ Binlog_bytes_written: '3600000', Uptime: '3600' }));
    const facts = server({ max_binlog_total_size: '36000000' }, { status });
    expect(inServer(facts)).toEqual([
      'binlog-short: max_binlog_total_size is 36000000, which at 1000 bytes a second is 10.0 h',
    ]);
    expect(inServer(server({ max_binlog_total_size: '360000000' }, { status }))).toEqual([]);
  });

  it('filters, XA and another make of server are found', () => {
    const status = new Map([['Com_xa_start', '3']]);
    const facts = server({}, { status, filters: { only: 'shop', without: '' }, version: '8.4.2' });
    expect(
      findingsOf(serverChecks, facts)
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['binlog-filtered', 'mysql-untested', 'xa-used']);
  });

  it.each([
    [['GRANT SELECT ON *.* TO `u`@`%`'], 'RELOAD, SHOW DATABASES, REPLICATION SLAVE, BINLOG MONITOR, LOCK TABLES'],
    [
      ["GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*X'", 'GRANT SELECT ON `shop`.* TO `u`@`%`'],
      'RELOAD, SHOW DATABASES, REPLICATION SLAVE, BINLOG MONITOR, LOCK TABLES',
    ],
    [[`GRANT ${rights.replace('RELOAD, ', '')} ON *.* TO \`u\`@\`%\``], 'RELOAD'],
  ])('%j lacks rights', (grants, lacks) => {
    expect(inServer(server({}, { grants }))).toEqual([`grants-missing: the user has no ${lacks}`]);
  });

  it('rights that are more than enough are a note, and no hash of a password is told', () => {
    const grants = ["GRANT ALL PRIVILEGES ON *.* TO `root`@`%` IDENTIFIED BY PASSWORD '*SECRET' WITH GRANT OPTION"];
    const found = findingsOf(serverChecks, server({}, { grants }));
    expect(found).toMatchObject([{ code: 'grants-excessive', what: 'ALL PRIVILEGES ON *.*' }]);
    expect(JSON.stringify(found)).not.toContain('SECRET');
  });
});

describe('of the log', () => {
  const event = (type: string, info: string) => ({ Pos: 4, End_log_pos: 5, Event_type: type, Info: info });

  it.each([
    ['Gtid', "XA START X'78',X'',1 GTID 0-1-5", ['xa']],
    ['Gtid', 'BEGIN GTID 0-1-6', []],
    ['Query', "use `shop`; INSERT INTO t VALUES ('CREATE TABLE x (v INET6)')", ['statement']],
    ['Query', 'TRUNCATE TABLE `shop`.`t`', ['truncate']],
    ['Query', 'use `a`; ALTER TABLE t\n DROP PARTITION p1', ['partition']],
    ['Query', 'use `a`; CREATE TABLE t (v INET6)', ['ddl']],
    ['Query', 'use `a`; CREATE TABLE t (v VARCHAR(9) COMPRESSED)', ['ddl']],
    ['Query', 'use `a`; CREATE TABLE t (id INT) ROW_FORMAT=COMPRESSED', []],
    ['Query', 'ALTER TABLE t ADD SYSTEM VERSIONING', ['ddl']],
    ['Query', 'CREATE TABLE t (id INT DEFAULT NEXT VALUE FOR s)', ['ddl']],
    ['Write_compressed_rows_v1', 'table_id: 18 flags: STMT_END_F', ['compressed']],
    ['Write_rows_v1', 'table_id: 18 flags: STMT_END_F', []],
  ])('%s %s is %j', (type, info, signs) => {
    expect(signsIn(event(type, info))).toEqual(signs);
  });
});

describe('of foreign keys', () => {
  const key = (child: string, parent: string): ForeignKey => ({
    ...{ name: `fk_${child}`, child, childColumns: ['p'], parent, parentColumns: ['id'] },
    ...{ onDelete: 'cascade', onUpdate: 'none' },
  });
  const chainsOf = (...foreignKeys: ForeignKey[]) =>
    findingsOf(foreignKeyChecks, { foreignKeys, hiddenKeys: [] } as unknown as SchemaFacts)
      .filter(({ code }) => code === 'cascade-chain')
      .map(({ what }) => what);

  it('two tables are no chain, three are, and the longest way is told', () => {
    expect(chainsOf(key('b', 'a'))).toEqual([]);
    expect(chainsOf(key('b', 'a'), key('c', 'b'), key('d', 'a'))).toEqual(['a > b > c']);
  });

  it('a circle, and a table that refers to itself, go on for ever', () => {
    expect(chainsOf(key('a', 'a'))).toEqual(['a > a']);
    expect(chainsOf(key('b', 'a'), key('a', 'b'))).toEqual(['a > b > a']);
  });
});

describe('of connector and topics', () => {
  const wanted = capture({
    prefix: 'shop',
    database: { host: 'db', port: 3306, user: 'capture', password: secretRef('file', '/run/secret', 'password') },
    tables: ['shop.orders'],
    kafka: ['kafka:9092'],
    registryUrl: 'http://registry',
    serverId: 5400,
  });
  const kept = {
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'cleanup.policy': 'delete',
    'max.message.bytes': '20971520',
  };
  const topic = (name: string, change: Record<string, string> = {}, partitions = 1): SeenTopic => ({
    topic: name,
    partitions,
    settings: { ...kept, ...change },
  });
  const history = topic('shop.schema-history', { 'retention.ms': '9223372036854775807' });
  const topics = [topic('shop.transaction'), history, topic('shop.shop.orders')];
  const state = (task: string) => ({
    ...{ name: 'shop', type: 'source' as const },
    connector: { state: 'RUNNING' as const, workerId: 'w' },
    tasks: [{ id: 0, state: task as 'RUNNING', workerId: 'w' }],
  });

  function seen(config: Record<string, string> = {}, change: Partial<BridgeFacts> = {}): BridgeFacts {
    return {
      ...{ name: 'shop', isProtected: false, connectUrl: 'http://127.0.0.1:8083', topics, wanted, nowMs: 0 },
      server: server(),
      connector: {
        ...{ status: state('RUNNING') as never, failure: undefined },
        config: { ...wanted.config, ...config },
        offset: { file: 'binlog.000001', pos: 400 },
      },
      ...change,
    };
  }
  const found = (facts: BridgeFacts) => findingsOf(bridgeChecks, facts).map(({ code }) => code);

  it('nothing is found where all is as apply makes it', () => {
    expect(findingsOf(bridgeChecks, seen())).toEqual([]);
  });

  it.each([
    ['heartbeat-off', { 'heartbeat.interval.ms': '0' }],
    ['truncates-skipped', { 'skipped.operations': 't' }],
    ['setting-inexact', { 'decimal.handling.mode': 'double' }],
    ['setting-inexact', { 'bigint.unsigned.handling.mode': 'long' }],
    ['setting-inexact', { 'event.converting.failure.handling.mode': 'warn' }],
    ['setting-inexact', { 'provide.transaction.metadata': 'false' }],
    ['server-id-taken', { 'database.server.id': '1' }],
    ['password-in-config', { 'database.password': 'geheim' }],
  ])('%s by %j', (code, config) => {
    expect(found(seen(config))).toEqual([code]);
    expect(JSON.stringify(findingsOf(bridgeChecks, seen(config)))).not.toContain('geheim');
  });

  it.each([
    ['topic-partitions', topic('shop.transaction', {}, 3)],
    ['topic-expires', topic('shop.transaction', { 'retention.ms': '604800000' })],
    ['topic-expires', topic('shop.transaction', { 'retention.bytes': '1' })],
    ['topic-compacted', topic('shop.transaction', { 'cleanup.policy': 'compact' })],
    ['topic-messages-small', topic('shop.transaction', { 'max.message.bytes': '1048588' })],
    ['topic-missing', topic('shop.other')],
  ])('%s', (code, bad) => {
    expect(found(seen({}, { topics: [bad, ...topics.slice(1)] }))).toEqual([code]);
  });

  it('heartbeats may go', () => {
    const heartbeats = topic('__debezium-heartbeat.shop', { 'retention.ms': '3600000' });
    expect(found(seen({}, { topics: [...topics, heartbeats] }))).toEqual([]);
  });

  it('a worker that is not on this machine and asks nobody is open', () => {
    expect(found(seen({}, { connectUrl: 'http://connect:8083' }))).toEqual(['connect-open']);
    expect(found(seen({}, { connectUrl: 'http://connect:8083', isProtected: true }))).toEqual([]);
  });

  it('measures how far it is behind, and says when that is much of what is kept', () => {
    const status = new Map(Object.entries({ Binlog_bytes_written: '1000', Uptime: '1000000' }));
    const facts = seen({}, { server: server({}, { status }) });
    expect(lagOf(facts)).toEqual({ bytes: 600, ms: 600_000_000 });
    expect(found(facts)).toEqual(['binlog-behind']);
    expect(found(seen({}, { server: server({}, { logs: [{ name: 'binlog.000009', bytes: 1 }] }) }))).toEqual([
      'binlog-purged',
    ]);
  });

  it('of a connector that is not there nothing is said', () => {
    expect(found(seen({}, { connector: null, topics: [] }))).toEqual([]);
  });
});

it('schema checks find nothing in an empty schema', () => {
  const empty: SchemaFacts = { databases: [], tables: [], foreignKeys: [], hiddenKeys: [], triggers: [], events: [] };
  expect(findingsOf(schemaChecks, empty)).toEqual([]);
});
