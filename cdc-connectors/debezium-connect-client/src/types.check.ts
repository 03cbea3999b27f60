// What the types must say, for tsc alone: nothing here runs. A line under @ts-expect-error that compiles is an error by itself.
import {
  type ConnectClient,
  type ConnectErrorCode,
  type ConnectorInfo,
  type ConnectorStatus,
  executeSnapshot,
  type JdbcSinkConfig,
  jdbcSink,
  kafkaSignal,
  type MariaDbSourceConfig,
  type MySqlSourceConfig,
  mariaDbSource,
  pauseSnapshot,
  plainSecret,
  type Secret,
  secretRef,
} from './index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

declare const client: ConnectClient;
declare const mariaDb: MariaDbSourceConfig;
declare const mySql: MySqlSourceConfig;
declare const sink: JdbcSinkConfig;

export async function expanding(): Promise<void> {
  const both = await client.expanded(['info', 'status']);
  const whole: Record<string, { info: ConnectorInfo; status: ConnectorStatus }> = both;
  void whole;
  const statuses = await client.expanded(['status']);
  // @ts-expect-error: it was not asked for.
  statuses.bank?.info;
  // @ts-expect-error: an unknown name has no entry.
  both.bank.status;
  // @ts-expect-error: Connect knows no such expansion.
  await client.expanded(['offsets']);
}

export function secrets(): void {
  holds<Same<MariaDbSourceConfig['database']['password'], Secret>>();
  // @ts-expect-error: a text is no Secret.
  mariaDbSource({ ...mariaDb, database: { ...mariaDb.database, password: 'hunter2' } });
  // @ts-expect-error: nor is one for the sink.
  jdbcSink({ ...sink, connection: { ...sink.connection, password: 'hunter2' } });
  mariaDbSource({ ...mariaDb, database: { ...mariaDb.database, password: plainSecret('seen by all') } });
  // @ts-expect-error: a reference has a key.
  secretRef('file');
}

export function dialects(): void {
  holds<
    Same<
      NonNullable<MySqlSourceConfig['database']['tls']>['mode'],
      'disabled' | 'preferred' | 'required' | 'verify_ca' | 'verify_identity'
    >
  >();
  // @ts-expect-error: Percona's lock is not MariaDB's.
  mariaDbSource({ ...mariaDb, snapshot: { lockingMode: 'minimal_percona' } });
  // @ts-expect-error: the words for TLS differ.
  mariaDbSource({ ...mariaDb, database: { ...mariaDb.database, tls: { mode: 'verify_ca' } } });
  const written: MySqlSourceConfig = { ...mySql, snapshot: { lockingMode: 'minimal_percona' } };
  void written;
}

export async function calls(): Promise<void> {
  await client.createConnector('bank', mariaDbSource(mariaDb), { initialState: 'STOPPED' });
  // @ts-expect-error: FAILED is nothing to ask for.
  await client.createConnector('bank', {}, { initialState: 'FAILED' });
  await client.patchConfig('bank', { 'max.batch.size': null });
  // @ts-expect-error: Connect's values are texts.
  await client.patchConfig('bank', { 'max.batch.size': 512 });
  // @ts-expect-error: levels are a closed list.
  await client.loggers.set('io.debezium', 'LOUD');
  // @ts-expect-error: an abort signal is no option by itself.
  await client.connectors(new AbortController().signal);
  for (const options of [{ signal: new AbortController().signal }]) await client.health(options);
}

export function signals(): void {
  const { partition } = kafkaSignal({}, pauseSnapshot());
  holds<Same<typeof partition, 0>>();
  // @ts-expect-error: a snapshot is of tables.
  executeSnapshot({});
}

/** Whoever lists all codes hears of a new one from the compiler. */
export const retriable: Record<ConnectErrorCode, boolean> = {
  unreachable: true,
  timeout: true,
  rebalancing: true,
  'worker-error': true,
  'not-streaming': true,
  'not-found': false,
  'already-exists': false,
  'invalid-config': false,
  'not-stopped': false,
  unauthorized: false,
  disabled: false,
  unsupported: false,
  'tls-failed': false,
  'connector-failed': false,
  'task-failed': false,
  'unexpected-answer': false,
  aborted: false,
  unknown: false,
};
