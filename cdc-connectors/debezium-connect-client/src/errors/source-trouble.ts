import type { ConnectorConfig } from '../rest/types.ts';
import type { JavaTrace } from './java-trace.ts';

/**
 * Why a connector cannot begin, or cannot go on where it stood:
 *
 * - `access-denied`: the server does not let the user in. `grants-missing`: it does, and the user may not do what is needed.
 * - `binlog-unfit`: the server writes no binlog, or one without whole rows.
 * - `binlog-purged`: the server no longer has the binlog that the connector has not read yet.
 * - `position-unknown`: the server knows nothing of the connector's GTIDs: it is another one, or its binlog was reset.
 * - `schema-history-lost`: the schema history topic is gone, or says nothing of a table at this position.
 * - `server-id-taken`: another reader of the server has the same `database.server.id`; each throws the other out.
 */
export type SourceTroubleCode =
  | 'access-denied'
  | 'grants-missing'
  | 'binlog-unfit'
  | 'binlog-purged'
  | 'position-unknown'
  | 'schema-history-lost'
  | 'server-id-taken';

/** `what` happened and the `remedy`, a sentence each without a full stop. */
export type SourceTrouble = { readonly code: SourceTroubleCode; readonly what: string; readonly remedy: string };

const anew =
  'capture anew: stop the connector, delete its offsets, its topics and itself, put it again, and begin with empty read models';
const recover = (history: string) =>
  `if no table was altered meanwhile, stop the connector, delete the topic ${history} if it is there, set snapshot.mode to recovery and resume; set it back once something committed since has arrived`;

/** By what Debezium 3.5 and MariaDB 11.4 say; each text was seen in a trace (`testing/samples.ts`) or is from the server's source. */
const troubles: readonly (Omit<SourceTrouble, 'remedy'> & { says: RegExp; remedy: (history: string) => string })[] = [
  {
    code: 'access-denied',
    says: /Access denied for user '[^']*'@'[^']*'(?! to database)/,
    what: 'the source does not let the user of the connector in',
    remedy: () =>
      'see that the source has this user for the host of the worker, and that the worker resolves database.password to his password: a reference that it cannot resolve is taken for the password itself',
  },
  {
    // sql/share/errmsg-utf8.txt: ER_SPECIFIC_ACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR
    code: 'grants-missing',
    says: /Access denied; you need \(at least one of\)|command denied to user|Access denied for user '[^']*'@'[^']*' to database|User does not have the 'LOCK TABLES' privilege/,
    what: 'the user of the connector may not do at the source what is needed',
    remedy: () => 'grant him SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, BINLOG MONITOR and LOCK TABLES ON *.*',
  },
  {
    // BinlogSourceTask.validateBinlogConfiguration, MariaDbSnapshotChangeEventSource.determineSnapshotOffset
    code: 'binlog-unfit',
    says: /not configured to use a (ROW binlog_format|FULL binlog_row_image)|Cannot read the binlog filename and position via/,
    what: 'the source does not write a binlog that changes can be read from',
    remedy: () => 'run the source with log_bin, binlog_format=ROW and binlog_row_image=FULL',
  },
  {
    // sql/sql_repl.cc
    code: 'binlog-purged',
    says: /required binlog files have been purged|Could not find first log file name in binary log index/,
    what: 'the source has purged binlog that was not read yet, so changes are lost to the stream',
    remedy: () => `${anew}; let the source keep its binlog for longer (binlog_expire_logs_seconds)`,
  },
  {
    code: 'position-unknown',
    says: /trying to read change stream starting at .*no longer available on the server|which is not in the master's binlog/s,
    what: 'the source does not know the position that the connector has reached: it is another server, or its binlog was reset',
    remedy: (history) =>
      `for a promoted replica that writes what it replicates into its binlog (log_slave_updates): ${recover(history)}, and do it once more after its first commits; else ${anew}`,
  },
  {
    code: 'schema-history-lost',
    says: /db history topic is missing|whose schema isn't known to this connector/,
    what: 'the schema history does not tell what the tables were like at the position of the connector',
    remedy: (history) => `${recover(history)}; else ${anew}`,
  },
  {
    code: 'server-id-taken',
    says: /slave with the same server_uuid\/server_id/,
    what: 'another connector or replica reads from the source with the same server id, and each throws the other out',
    remedy: () =>
      'remove the other one, or give one of them another database.server.id; then restart the task that FAILED',
  },
];

/** What a trace, or what a worker says of a configuration, is known to mean for where the connector stands; undefined for any other failure. */
export function sourceTroubleIn(trace: JavaTrace, config: ConnectorConfig = {}): SourceTrouble | undefined {
  const said = trace.chain.map(({ message }) => message).join('\n');
  const found = troubles.find(({ says }) => says.test(said));
  if (found === undefined) return undefined;
  const { code, what, remedy } = found;
  return { code, what, remedy: remedy(config['schema.history.internal.kafka.topic'] ?? 'of the schema history') };
}
