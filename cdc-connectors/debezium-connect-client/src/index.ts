export type {
  BinlogSourceConfig,
  DatabaseSettings,
  DatabaseTls,
  Dialect,
  IncrementalSnapshotSettings,
  NameAdjustment,
  SchemaHistorySettings,
  SignalSettings,
  SnapshotSettings,
} from './binlog/config.ts';
export { literalRegex, type NamePattern } from './config/names.ts';
export type {
  ConverterSettings,
  ErrorSettings,
  ExactlyOnceSettings,
  Settings,
  SinkErrorSettings,
  TopicCreationSettings,
  TopicSettings,
} from './config/settings.ts';
export { ConnectError, type ConnectErrorCode, type ConnectErrorDetail } from './errors/connect-error.ts';
export { failureOf } from './errors/failure-of.ts';
export { causeLine, type JavaCause, type JavaTrace, parseJavaTrace } from './errors/java-trace.ts';
export { type SourceTrouble, type SourceTroubleCode, sourceTroubleIn } from './errors/source-trouble.ts';
export type { JdbcConnectionSettings, JdbcSinkConfig } from './jdbc-sink/config.ts';
export { JDBC_SINK_CLASS, jdbcSink } from './jdbc-sink/sink.ts';
export { MARIADB_SOURCE_CLASS, type MariaDbSourceConfig, mariaDbSource } from './mariadb/source.ts';
export { MYSQL_SOURCE_CLASS, type MySqlSourceConfig, mySqlSource } from './mysql/source.ts';
export { ConnectClient } from './rest/connect-client.ts';
export { Loggers, type LogLevel } from './rest/loggers.ts';
export type { ClientPorts, ConnectClientOptions, RetryOptions } from './rest/options.ts';
export type { TlsOptions } from './rest/tls.ts';
export type {
  CallOptions,
  ConnectorConfig,
  ConnectorInfo,
  ConnectorStatus,
  Expansions,
  InitialState,
  LoggerLevel,
  Plugin,
  PutOutcome,
  RunState,
  RunStatus,
  SettingDefinition,
  SettingProblem,
  SourceOffset,
  TaskConfig,
  TaskStatus,
  Validation,
  WorkerHealth,
  WorkerIdentity,
} from './rest/types.ts';
export { maskSecrets, maskText } from './secrets/mask.ts';
export { plainSecret, type Secret, secretRef } from './secrets/secret.ts';
export { kafkaSignal, type SignalRecord, type SignalStatement, signalTable, tableSignal } from './signals/carriers.ts';
export { type IncrementalSnapshot, incrementalSnapshotIn } from './signals/progress.ts';
export {
  type ExecuteSnapshot,
  executeSnapshot,
  pauseSnapshot,
  resumeSnapshot,
  type Signal,
  type SnapshotCondition,
  stopSnapshot,
} from './signals/signal.ts';
export { type Evidence, evidenceIn } from './waiting/evidence.ts';
export type { StreamingOptions, StreamingProof } from './waiting/streaming.ts';
