import type { ServerFacts } from '../facts/server.ts';
import type { Check, Place } from '../finding.ts';

const page = 'reference/doctor.md#the-server';
const inTrouble = 'reference/faults.md#when-the-source-or-its-capture-is-in-trouble';

const is = ({ variables }: ServerFacts, name: string, ...values: string[]): boolean =>
  values.includes(variables.get(name) ?? '');
const setTo = ({ variables }: ServerFacts, name: string): Place => ({
  where: 'server',
  what: `${name} is ${variables.get(name) ?? 'unknown'}`,
});
/** Found when the setting is there and is none of these. */
const unless =
  (name: string, ...values: string[]) =>
  (facts: ServerFacts): Place[] =>
    facts.variables.has(name) && !is(facts, name, ...values) ? [setTo(facts, name)] : [];

export const settingChecks: readonly Check<ServerFacts>[] = [
  {
    code: 'mysql-untested',
    severity: 'warning',
    traps: [],
    is: 'a server that is not MariaDB',
    happens: 'nothing of this was tried on MySQL: positions, cascades and types differ there',
    remedy: 'expect to find out for yourself',
    page,
    find: ({ version }) => (/mariadb/i.test(version) ? [] : [{ where: 'server', what: `its version is ${version}` }]),
  },
  {
    code: 'binlog-unfit',
    severity: 'error',
    traps: [6],
    is: 'no binlog, or one without whole rows and positions',
    happens: 'the connector cannot start, or drops changes that are not written as rows',
    remedy:
      'run the source with log_bin, binlog_format=ROW, binlog_row_image=FULL, from 11.4 on binlog_legacy_event_pos=ON, on a replica log_slave_updates=ON',
    page: inTrouble,
    find: unfit,
  },
  {
    code: 'binlog-empty',
    severity: 'error',
    traps: [],
    is: 'a binlog without one transaction',
    happens: 'the connector fails at its start, and again at each restart, also when there are some later',
    remedy: 'commit something before it is captured: FLUSH TABLES will do',
    page: inTrouble,
    find: (facts) =>
      is(facts, 'log_bin', 'ON') && is(facts, 'gtid_binlog_pos', '') ? [setTo(facts, 'gtid_binlog_pos')] : [],
  },
  {
    code: 'binlog-filtered',
    severity: 'error',
    traps: [4],
    is: 'databases that the binlog leaves out',
    happens: 'their changes are never told; read models keep what the snapshot read',
    remedy: 'remove binlog_do_db and binlog_ignore_db',
    page,
    find: ({ filters }) => [
      ...(filters?.only ? [{ where: 'server', what: `binlog_do_db is ${filters.only}` }] : []),
      ...(filters?.without ? [{ where: 'server', what: `binlog_ignore_db is ${filters.without}` }] : []),
    ],
  },
  {
    code: 'binlog-compressed',
    severity: 'error',
    traps: [25],
    is: 'compressed events in the binlog',
    happens: 'the connector’s reader does not know compressed rows of MariaDB: it stops at them, or leaves them out',
    remedy: 'run the source with log_bin_compress=OFF',
    page,
    find: unless('log_bin_compress', 'OFF'),
  },
  {
    code: 'binlog-without-names',
    severity: 'note',
    traps: [23],
    is: 'a binlog without the names of columns',
    happens: 'the names come from the schema history alone; a tool that has lost it cannot read the log',
    remedy: 'set binlog_row_metadata=FULL',
    page,
    find: unless('binlog_row_metadata', 'FULL'),
  },
  {
    code: 'gtid-not-strict',
    severity: 'warning',
    traps: [18],
    is: 'GTIDs that may come out of order',
    happens:
      'a replica or a session may write numbers that are out of order: projectors stop, as transactions seem to be missing',
    remedy: 'set gtid_strict_mode=ON',
    page,
    find: unless('gtid_strict_mode', 'ON'),
  },
  {
    code: 'gtid-domains',
    severity: 'note',
    traps: [18],
    is: 'several GTID domains',
    happens: 'a position is a vector of them, and replicas may apply them in parallel, out of each other’s order',
    remedy: 'compare positions domain by domain, never as text',
    page,
    find: (facts) => (facts.variables.get('gtid_binlog_pos')?.includes(',') ? [setTo(facts, 'gtid_binlog_pos')] : []),
  },
  {
    code: 'server-id-zero',
    severity: 'error',
    traps: [],
    is: 'a server id of 0',
    happens: 'the server refuses every replica, and the connector is one',
    remedy: 'set server_id, to a number that no reader has',
    page,
    find: (facts) => (is(facts, 'server_id', '0') ? [setTo(facts, 'server_id')] : []),
  },
  {
    code: 'time-zone',
    severity: 'warning',
    traps: [11],
    is: 'a server zone with summer time',
    happens:
      'once a year an hour does not exist and once it comes twice: a DATETIME of then names no moment, or two, and a reader in another zone takes all of them for others',
    remedy: "treat DATETIME as text without a zone; for a new server: time_zone='+00:00'",
    page,
    find: zoned,
  },
  {
    code: 'sql-mode-loose',
    severity: 'warning',
    traps: [11],
    is: 'a server that takes values which do not fit',
    happens: 'zero dates, cut texts and the ENUM member for errors come into the tables, and stop projectors later',
    remedy: 'add STRICT_TRANS_TABLES to sql_mode',
    page,
    find: (facts) => (/STRICT_(?:TRANS|ALL)_TABLES/.test(facts.variables.get('sql_mode') ?? '') ? [] : loose(facts)),
  },
  {
    code: 'sql-mode-dialect',
    severity: 'warning',
    traps: [25],
    is: 'a server that writes another dialect of SQL',
    happens: 'DDL comes into the binlog in that dialect, which the connector’s parser may refuse: then it stops',
    remedy: 'remove ANSI_QUOTES, ORACLE, MSSQL and the like from sql_mode, at least where DDL is run',
    page,
    find: (facts) =>
      /ANSI|ORACLE|MSSQL|DB2|MAXDB|POSTGRESQL/.test(facts.variables.get('sql_mode') ?? '') ? loose(facts) : [],
  },
  {
    code: 'packet-small',
    severity: 'note',
    traps: [],
    is: 'a server that takes small statements only',
    happens: 'a larger value that a service writes back is refused',
    remedy: 'set max_allowed_packet=64M, as on the read models’ server',
    page,
    find: (facts) =>
      Number(facts.variables.get('max_allowed_packet') ?? 1 << 30) < 16_777_216
        ? [setTo(facts, 'max_allowed_packet')]
        : [],
  },
  {
    code: 'xa-used',
    severity: 'warning',
    traps: [2, 14],
    is: 'XA transactions since the server was started',
    happens:
      'their rows are written at XA PREPARE, and the connector passes on those that are rolled back later as well',
    remedy: 'let banyan prove and repair run on a schedule; or use no XA on captured tables',
    page: 'how-to/prove-and-repair.md',
    find: ({ status }) => {
      const times = Number(status.get('Com_xa_start') ?? 0);
      return times > 0 ? [{ where: 'server', what: `${times} times XA START (Com_xa_start)` }] : [];
    },
  },
];

const loose = (facts: ServerFacts): Place[] => [
  { where: 'server', what: `sql_mode is '${facts.variables.get('sql_mode') ?? ''}'` },
];

function unfit(facts: ServerFacts): Place[] {
  if (!is(facts, 'log_bin', 'ON')) return [setTo(facts, 'log_bin')];
  const isReplica = (facts.variables.get('gtid_slave_pos') ?? '') !== '';
  return [
    ...unless('binlog_format', 'ROW')(facts),
    ...unless('binlog_row_image', 'FULL')(facts),
    ...unless('binlog_legacy_event_pos', 'ON')(facts),
    ...(isReplica ? unless('log_slave_updates', 'ON')(facts) : []),
  ];
}

/** An offset has no summer time. */
const steady = /^(?:[+-]\d\d?:\d\d|UTC|UCT|GMT|Z|Zulu|Etc\/\w+)$/;

function zoned(facts: ServerFacts): Place[] {
  const zone = facts.variables.get('time_zone') ?? '';
  const name = zone === 'SYSTEM' ? (facts.variables.get('system_time_zone') ?? '') : zone;
  return steady.test(name)
    ? []
    : [{ where: 'server', what: `time_zone is ${zone === name ? zone : `${zone}, ${name}`}` }];
}
