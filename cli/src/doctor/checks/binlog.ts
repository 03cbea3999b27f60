import type { ServerFacts } from '../facts/server.ts';
import type { Check, Place } from '../finding.ts';
import { is, setTo, unless } from './variables.ts';

const page = 'reference/doctor.md#the-server';
const inTrouble = 'reference/faults.md#when-the-source-or-its-capture-is-in-trouble';

export const binlogChecks: readonly Check<ServerFacts>[] = [
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
