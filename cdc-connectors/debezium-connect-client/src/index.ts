export { ConnectError, type ConnectErrorCode, type ConnectErrorDetail } from './errors/connect-error.ts';
export { failureOf } from './errors/failure-of.ts';
export { causeLine, type JavaCause, type JavaTrace, parseJavaTrace } from './errors/java-trace.ts';
export { type SourceTrouble, type SourceTroubleCode, sourceTroubleIn } from './errors/source-trouble.ts';
export type {
  ConverterSettings,
  DatabaseSettings,
  ErrorSettings,
  ExactlyOnceSettings,
  MariaDbSourceConfig,
  NameAdjustment,
  SchemaHistorySettings,
  Settings,
  SignalSettings,
  SnapshotSettings,
  TopicCreationSettings,
  TopicSettings,
} from './mariadb/config.ts';
export { literalRegex, type NamePattern } from './mariadb/names.ts';
export { MARIADB_SOURCE_CLASS, mariaDbSource } from './mariadb/source.ts';
export { ConnectClient } from './rest/connect-client.ts';
export { Loggers, type LogLevel } from './rest/loggers.ts';
export type { ClientPorts, ConnectClientOptions, RetryOptions } from './rest/options.ts';
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
