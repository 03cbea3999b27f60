import type { ServerFacts } from '../facts/server.ts';
import type { Check, Place } from '../finding.ts';
import { setTo } from './variables.ts';

const page = 'reference/doctor.md#the-server';

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

/** An offset has no summer time. */
const steady = /^(?:[+-]\d\d?:\d\d|UTC|UCT|GMT|Z|Zulu|Etc\/\w+)$/;

function zoned(facts: ServerFacts): Place[] {
  const zone = facts.variables.get('time_zone') ?? '';
  const name = zone === 'SYSTEM' ? (facts.variables.get('system_time_zone') ?? '') : zone;
  return steady.test(name)
    ? []
    : [{ where: 'server', what: `time_zone is ${zone === name ? zone : `${zone}, ${name}`}` }];
}
