import type { JavaTrace } from '../errors/java-trace.ts';

/** A connector configuration as Kafka Connect holds it: flat, every value a string. */
export type ConnectorConfig = Readonly<Record<string, string>>;

/** `GET /`. `version` is Kafka's. */
export type WorkerIdentity = { readonly version: string; readonly commit: string; readonly kafkaClusterId: string };

/** An installed plugin: `className` is what goes into `connector.class`. */
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
export type TaskStatus = RunStatus & { readonly id: number };

/** RUNNING says that the worker started it, not that anything flows: see `waitUntilStreaming`. */
export type ConnectorStatus = {
  readonly name: string;
  readonly type: string;
  readonly connector: RunStatus;
  readonly tasks: readonly TaskStatus[];
};

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
 * KIP-875: what the connector's tasks committed for one source partition. For Debezium's MariaDB connector the partition is
 * `{ server: <topic.prefix> }`. `offset` is null where it was reset.
 */
export type SourceOffset = {
  readonly partition: Readonly<Record<string, unknown>>;
  readonly offset: Readonly<Record<string, unknown>> | null;
};

/** A signal aborts the call, its retries and the pauses between them; it then rejects with `aborted`. */
export type CallOptions = { readonly signal?: AbortSignal };
