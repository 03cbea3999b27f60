import type { JavaTrace } from '../errors/java-trace.ts';

/** A connector configuration as Kafka Connect holds it: flat, every value a string. */
export type ConnectorConfig = Readonly<Record<string, string>>;

/** `GET /`. `version` is Kafka's. */
export type WorkerIdentity = { readonly version: string; readonly commit: string; readonly kafkaClusterId: string };

/**
 * KIP-1017. `starting`: the worker is not ready yet. `unhealthy`: it is, and did not get round to the question in time.
 * `message` is the worker's sentence.
 */
export type WorkerHealth = { readonly status: 'healthy' | 'starting' | 'unhealthy'; readonly message: string };

/**
 * An installed plugin: `className` is what goes into `connector.class`. `type` is `source` or `sink`, and where all plugins are
 * asked for also `converter`, `header_converter`, `transformation` or `predicate`. `version` is empty for one that tells none.
 */
export type Plugin = { readonly className: string; readonly type: string; readonly version: string };

/** The states of Kafka 4; a later worker's new state passes through as its text. */
export type RunState =
  | 'UNASSIGNED'
  | 'RUNNING'
  | 'PAUSED'
  | 'FAILED'
  | 'RESTARTING'
  | 'STOPPED'
  | 'DESTROYED'
  | (string & Record<never, never>);

/** `workerId` is the host and port of the worker it is placed on. `trace` is there when it FAILED. */
export type RunStatus = { readonly state: RunState; readonly workerId: string; readonly trace?: JavaTrace };

/** A task's number, from 0, and how it stands. */
export type TaskStatus = RunStatus & { readonly id: number };

/** RUNNING says that the worker started it, not that anything flows: see `waitUntilStreaming`. */
export type ConnectorStatus = {
  readonly name: string;
  readonly type: string;
  readonly connector: RunStatus;
  readonly tasks: readonly TaskStatus[];
};

/** What a connector is: its `config` as stored, and the ids of its tasks, none while it is stopped. */
export type ConnectorInfo = {
  readonly name: string;
  readonly type: string;
  readonly config: ConnectorConfig;
  readonly taskIds: readonly number[];
};

/** What `expanded` gives of every connector. */
export type Expansions = { readonly info: ConnectorInfo; readonly status: ConnectorStatus };

/** What one task was given by its connector: references unresolved, plain secrets readable. */
export type TaskConfig = { readonly id: number; readonly config: ConnectorConfig };

/** One setting that a plugin knows (`pluginSettings`). `defaultValue` is null where there is none, and where the default is null. */
export type SettingDefinition = {
  readonly name: string;
  /** Kafka's: `STRING`, `INT`, `LONG`, `DOUBLE`, `BOOLEAN`, `LIST`, `CLASS`, `PASSWORD` and others. */
  readonly type: string;
  readonly required: boolean;
  readonly defaultValue: string | null;
  /** `HIGH`, `MEDIUM` or `LOW`. */
  readonly importance: string;
  readonly documentation: string;
};

/** A logger's level, such as `INFO`; `lastModifiedMs` is the time since 1970, null for a level not set by this API (KIP-495, KIP-976). */
export type LoggerLevel = { readonly level: string; readonly lastModifiedMs: number | null };

/** One setting the plugin refuses, with its reasons. */
export type SettingProblem = { readonly name: string; readonly errors: readonly string[] };

/** `errorCount` is the worker's own count of refused settings; `problems` has only those. */
export type Validation = { readonly errorCount: number; readonly problems: readonly SettingProblem[] };

/** What `putConnector` did; when `changed`, `changedKeys` are the settings added, removed or altered, sorted. */
export type PutOutcome = {
  readonly outcome: 'created' | 'changed' | 'unchanged';
  readonly changedKeys: readonly string[];
};

/**
 * KIP-875: what the connector's tasks committed for one source partition. For Debezium's MariaDB and MySQL connectors the
 * partition is `{ server: <topic.prefix> }`; for a sink it is `{ kafka_topic, kafka_partition }`, with the offset
 * `{ kafka_offset }`. `offset` is null where it was reset, and resets it in `alterOffsets`.
 */
export type SourceOffset = {
  readonly partition: Readonly<Record<string, unknown>>;
  readonly offset: Readonly<Record<string, unknown>> | null;
};

/** A signal aborts the call, its retries and the pauses between them; it then rejects with `aborted`. */
export type CallOptions = { readonly signal?: AbortSignal };

/** What a connector does from when it is made (KIP-980): `STOPPED` to give it offsets before its first start. */
export type InitialState = 'RUNNING' | 'PAUSED' | 'STOPPED';
