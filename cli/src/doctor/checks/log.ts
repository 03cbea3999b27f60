import type { LogFacts, SignKind } from '../facts/log.ts';
import type { Check } from '../finding.ts';

const page = 'reference/doctor.md#the-log';
const inStream = 'reference/values.md#stops-the-connector-in-its-stream';

const seen =
  (kind: SignKind) =>
  ({ signs }: LogFacts) => {
    const sign = signs.get(kind);
    return sign ? [{ where: sign.at, what: `${sign.times} in what was read of the log` }] : [];
  };

export const logChecks: readonly Check<LogFacts>[] = [
  {
    code: 'xa-in-log',
    severity: 'warning',
    traps: [2, 14],
    is: 'XA transactions in the binlog',
    happens:
      'their rows are written at XA PREPARE, and the connector passes on those that are rolled back later as well',
    remedy: 'let banyan prove and repair run on a schedule; or use no XA on captured tables',
    page: 'how-to/prove-and-repair.md',
    find: seen('xa'),
  },
  {
    code: 'statement-in-log',
    severity: 'error',
    traps: [6],
    is: 'rows changed by statements in the binlog',
    happens: 'the connector warns in its log and drops them',
    remedy: 'set binlog_format=ROW for every session; find who sets another',
    page,
    find: seen('statement'),
  },
  {
    code: 'truncate-in-log',
    severity: 'note',
    traps: [3],
    is: 'TRUNCATE in the binlog',
    happens:
      "Debezium's default leaves it out; Banyan's connector sets skipped.operations to none, and mirrors are emptied",
    remedy: 'leave that setting as it is',
    page,
    find: seen('truncate'),
  },
  {
    code: 'partition-in-log',
    severity: 'warning',
    traps: [3],
    is: 'partitions that were dropped, truncated or exchanged',
    happens: 'the rows that went with them are in no event: read models keep them',
    remedy: 'delete rows by DELETE; or run banyan prove and repair after it',
    page: 'how-to/prove-and-repair.md',
    find: seen('partition'),
  },
  {
    code: 'ddl-unparseable',
    severity: 'error',
    traps: [25],
    is: 'DDL in the binlog that the parser refuses',
    happens: 'a connector that reads this place stops there, also when nobody captures the table',
    remedy: 'begin with a new snapshot behind it, and write such statements the other way',
    page: inStream,
    find: seen('ddl'),
  },
  {
    code: 'compressed-in-log',
    severity: 'error',
    traps: [25],
    is: 'compressed events in the binlog',
    happens: 'the connector’s reader does not know compressed rows of MariaDB: it stops at them, or leaves them out',
    remedy: 'set log_bin_compress=OFF for every session, and begin with a new snapshot behind them',
    page,
    find: seen('compressed'),
  },
];
