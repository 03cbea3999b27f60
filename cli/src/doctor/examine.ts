import type { Session } from '@banyan/kit';
import { CliError } from '../errors.ts';
import { nearNames } from '../terminal/near-names.ts';
import { bridgeChecks, schemaChecks, serverChecks } from './catalogue.ts';
import { logChecks } from './checks/log.ts';
import { valueChecks } from './checks/values.ts';
import { type BridgePlace, bridgeFacts } from './facts/bridge.ts';
import { lagOf } from './facts/lag.ts';
import { logFacts } from './facts/log.ts';
import { databasesOf, schemaFacts } from './facts/schema.ts';
import { binlogRate, type ServerFacts, serverFacts } from './facts/server.ts';
import type { NotSeen, Unseen } from './facts/unseen.ts';
import { valueFacts } from './facts/values.ts';
import { type Finding, findingAt, findingsOf, sorted } from './finding.ts';

export interface Examination {
  readonly session: Session;
  /** One alone; null: all. */
  readonly database: string | null;
  /** How many rows of tables may be read, and how many events of the binlog. */
  readonly rows: number;
  readonly logEvents: number;
  /** After it no further table is begun. */
  readonly timeoutMs: number;
  readonly bridge: BridgePlace | null;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** What was looked at, in figures. */
export interface Looked {
  readonly version: string;
  readonly databases: number;
  readonly tables: number;
  readonly tablesRead: number;
  readonly rowsRead: number;
  readonly rowsAllowed: number;
  readonly logEvents: number;
  readonly binlog: {
    readonly files: number;
    readonly bytes: number;
    readonly bytesPerSecond: number | null;
    /** Null: for ever. */
    readonly keptS: number | null;
  } | null;
  readonly connector: { readonly name: string; readonly lagBytes: number | null; readonly lagMs: number | null } | null;
}

export interface Report {
  readonly findings: readonly Finding[];
  readonly looked: Looked;
  readonly unseen: readonly NotSeen[];
}

/** Reads and writes nothing. Throws KitError, CliError `unknown-database`. */
export async function examine(options: Examination): Promise<Report> {
  const { session, bridge, signal, say } = options;
  const unseen: Unseen = [];
  say('settings, rights and binlog of the server');
  const server = await serverFacts(session, unseen);
  const schema = await schemaFacts(session, await chosen(options), server.grants, unseen, say);
  const limits = { rows: options.rows, until: Date.now() + options.timeoutMs, signal };
  const values = await valueFacts(session, schema.tables, valueChecks, limits, unseen, say);
  const log = await logOf(options, server, unseen);
  if (bridge) say(`connector ${bridge.capture.name} and its topics`);
  const seen = bridge && (await bridgeFacts(bridge, server, unseen, signal));
  const lag = seen && lagOf(seen);
  return {
    findings: sorted([
      ...findingsOf(serverChecks, server),
      ...findingsOf(schemaChecks, schema),
      ...values.found.map(({ check, place }) => findingAt(check, place)),
      ...(log ? findingsOf(logChecks, log) : []),
      ...(seen ? findingsOf(bridgeChecks, seen) : []),
    ]),
    looked: {
      version: server.version,
      databases: schema.databases.length,
      tables: schema.tables.length,
      tablesRead: values.tablesRead,
      rowsRead: values.rowsRead,
      rowsAllowed: options.rows,
      logEvents: log?.events ?? 0,
      binlog: binlogOf(server),
      connector: seen?.connector ? { name: seen.name, lagBytes: lag?.bytes ?? null, lagMs: lag?.ms ?? null } : null,
    },
    unseen,
  };
}

async function chosen({ session, database }: Examination): Promise<string[]> {
  const all = await databasesOf(session);
  if (database === null) return all;
  if (all.includes(database)) return [database];
  const near = nearNames(database, all);
  throw new CliError('unknown-database', `the source has no database ${database}, or does not show it to this user`, {
    remedy: near.length > 0 ? `is it ${near.join(' or ')}?` : 'see SHOW DATABASES, or grant SELECT on it',
  });
}

async function logOf({ session, logEvents, say }: Examination, { logs }: ServerFacts, unseen: Unseen) {
  if (logs === null) return null;
  if (logEvents === 0) {
    unseen.push({
      what: 'statements in the binlog',
      why: 'nobody can commit while they are read; ask for it: --log-events N',
    });
    return null;
  }
  say(`up to ${logEvents} events of the binlog`);
  return logFacts(session, logs, logEvents, unseen);
}

function binlogOf(server: ServerFacts): Looked['binlog'] {
  if (server.logs === null) return null;
  const keptS = Number(server.variables.get('binlog_expire_logs_seconds') ?? 0);
  return {
    files: server.logs.length,
    bytes: server.logs.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesPerSecond: binlogRate(server),
    keptS: keptS === 0 ? null : keptS,
  };
}
