import type { Secret } from '../secrets/secret.ts';
import type { NamePattern } from './names.ts';

/** Settings passed on under a prefix, or as they are. A secret among them has to be a Secret. */
export type Settings = Readonly<Record<string, string | number | boolean | Secret>>;

/**
 * Debezium's MariaDB source connector 3.5 (https://debezium.io/documentation/reference/stable/connectors/mariadb.html).
 *
 * A property is named after its setting: `pollIntervalMs` is `poll.interval.ms`, `snapshot.lockingMode` is
 * `snapshot.locking.mode`. One that is left out is not sent, so the connector's default holds, which is given here as of 3.5.
 * Settings that have no property go into `extra`.
 */
export type MariaDbSourceConfig = {
  /**
   * `topic.prefix`: begins the name of every topic, `<prefix>.<database>.<table>`, and names the connector's offsets. Letters,
   * digits, `.`, `_` and `-`. Not to be changed afterwards: the connector would start anew under other topics.
   */
  readonly topicPrefix: string;
  readonly database: DatabaseSettings;
  readonly table?: {
    /** `table.include.list`, `database.table` each. Default: every table that is not the system's. */
    readonly include?: readonly NamePattern[];
  };
  readonly column?: {
    /** `column.exclude.list`, `database.table.column` each: left out of the values of events. */
    readonly exclude?: readonly NamePattern[];
  };
  readonly schemaHistory: SchemaHistorySettings;
  readonly snapshot?: SnapshotSettings;
  readonly signal?: SignalSettings;
  readonly topicCreation?: TopicCreationSettings;
  readonly exactlyOnce?: ExactlyOnceSettings;
  readonly errors?: ErrorSettings;
  /** `key.converter` and its settings. Default: the worker's. */
  readonly keyConverter?: ConverterSettings;
  /** `value.converter` and its settings. Default: the worker's. */
  readonly valueConverter?: ConverterSettings;
  /** `producer.override.*`; the worker has to allow it by `connector.client.config.override.policy`. */
  readonly producerOverride?: Settings;

  /** `read.only`: signals arrive by Kafka and nothing is written to the database. Default false. */
  readonly readOnly?: boolean;
  /** `include.schema.changes`: DDL as events on the topic named by the prefix. Default true. */
  readonly includeSchemaChanges?: boolean;
  /** `provide.transaction.metadata`: begin and end events on `<prefix>.transaction`, and a transaction block in each event. Default false. */
  readonly provideTransactionMetadata?: boolean;
  /** `tombstones.on.delete`: a null value after each delete, for compaction. Default true. */
  readonly tombstonesOnDelete?: boolean;

  /** `poll.interval.ms`, above 0: how long to wait for events when there are none. Default 500. */
  readonly pollIntervalMs?: number;
  /** `max.batch.size`, in events, above 0. Default 2048. */
  readonly maxBatchSize?: number;
  /** `max.queue.size`, in events, above `maxBatchSize`. Default 8192. */
  readonly maxQueueSize?: number;
  /**
   * `heartbeat.interval.ms`; 0, the default, for none. Without heartbeats an idle database gets no offsets committed, and
   * `waitUntilStreaming` no proof.
   */
  readonly heartbeatIntervalMs?: number;
  /** `connect.keep.alive.interval.ms`, above 0. An idle server sends a sign of life every 0.8 of it. Default 60 000. */
  readonly connectKeepAliveIntervalMs?: number;

  /** `skipped.operations` while streaming: creates, updates, deletes, truncates; an empty list skips none. Default `['t']`. */
  readonly skippedOperations?: readonly ('c' | 'u' | 'd' | 't')[];
  /** `decimal.handling.mode` of DECIMAL and NUMERIC. `double` loses digits. Default `precise`: the unscaled number in bytes. */
  readonly decimalHandlingMode?: 'precise' | 'double' | 'string';
  /** `bigint.unsigned.handling.mode`. `long` overflows from 2^63. Default `long`. */
  readonly bigintUnsignedHandlingMode?: 'long' | 'precise';
  /** `time.precision.mode`. Default `adaptive_time_microseconds`. */
  readonly timePrecisionMode?: 'adaptive_time_microseconds' | 'connect' | 'isostring' | 'microseconds' | 'nanoseconds';
  /** `binary.handling.mode` of BLOB, BINARY and VARBINARY. Default `bytes`. */
  readonly binaryHandlingMode?: 'bytes' | 'base64' | 'base64-url-safe' | 'hex';
  /** `event.converting.failure.handling.mode`: with `warn`, the default, or `skip` a value that does not fit its schema becomes null. */
  readonly eventConvertingFailureHandlingMode?: 'fail' | 'warn' | 'skip';
  /** `event.processing.failure.handling.mode`: `warn` and `ignore` drop an event that cannot be processed. Default `fail`. */
  readonly eventProcessingFailureHandlingMode?: 'fail' | 'warn' | 'skip' | 'ignore';
  /** `schema.name.adjustment.mode`, for converters with narrower names. Default `none`. */
  readonly schemaNameAdjustmentMode?: NameAdjustment;
  /** `field.name.adjustment.mode`, likewise for columns. Default `none`. */
  readonly fieldNameAdjustmentMode?: NameAdjustment;

  /** Any other setting by its own key. A key that a property here has set already is refused. */
  readonly extra?: Settings;
};

export type NameAdjustment = 'none' | 'avro' | 'avro_unicode';

export type DatabaseSettings = {
  /** `database.hostname`, as the worker sees it. */
  readonly hostname: string;
  /** `database.port`. Default 3306. */
  readonly port?: number;
  /** `database.user`. */
  readonly user: string;
  /** `database.password`. */
  readonly password: Secret;
  /** `database.server.id`, 1 to 4 294 967 295: the connector joins as a replica, so no server and no other client may have it. */
  readonly serverId: number;
  /** `database.include.list`. Default: every database. */
  readonly include?: readonly NamePattern[];
};

/** The history of table structures, in a topic of its own with one partition and no expiry; never shared between connectors. */
export type SchemaHistorySettings = {
  readonly kafka: {
    /** `schema.history.internal.kafka.bootstrap.servers`, `host:port` each. */
    readonly bootstrapServers: readonly string[];
    /** `schema.history.internal.kafka.topic`. */
    readonly topic: string;
  };
  /** `schema.history.internal.store.only.captured.tables.ddl`. Default false. */
  readonly storeOnlyCapturedTablesDdl?: boolean;
  /** `schema.history.internal.store.only.captured.databases.ddl`. Default false. */
  readonly storeOnlyCapturedDatabasesDdl?: boolean;
  /** `schema.history.internal.producer.*`, such as how to authenticate: it does not share the worker's. */
  readonly producer?: Settings;
  /** `schema.history.internal.consumer.*`. */
  readonly consumer?: Settings;
};

export type SnapshotSettings = {
  /** `snapshot.mode`. Default `initial`. `initial_only` never streams. */
  readonly mode?:
    | 'always'
    | 'when_needed'
    | 'initial'
    | 'initial_only'
    | 'no_data'
    | 'recovery'
    | 'never'
    | 'configuration_based'
    | 'custom';
  /** `snapshot.locking.mode`: `minimal`, the default, holds a global read lock while table structures are read. */
  readonly lockingMode?: 'minimal' | 'extended' | 'none' | 'custom';
  /** `snapshot.lock.timeout.ms`. Default 10 000. */
  readonly lockTimeoutMs?: number;
  /** `snapshot.delay.ms` before it begins. Default 0. */
  readonly delayMs?: number;
  /** `snapshot.max.threads`, above 0. Default 1. */
  readonly maxThreads?: number;
};

export type SignalSettings = {
  /** `signal.data.collection`, `database.table`: where the source channel reads signals. */
  readonly dataCollection?: string;
  /** `signal.enabled.channels`. Default `['source']`. */
  readonly enabledChannels?: readonly ('source' | 'kafka' | 'file' | 'jmx')[];
  /** `signal.poll.interval.ms`, above 0. Default 5 000. */
  readonly pollIntervalMs?: number;
  readonly kafka?: {
    /** `signal.kafka.topic`, of one partition. Default `<prefix>-signal`. */
    readonly topic?: string;
    /** `signal.kafka.bootstrap.servers`. */
    readonly bootstrapServers: readonly string[];
  };
};

/** `topic.creation.*` (KIP-158): how the worker makes topics that are missing. Other topics than a group's are the default's. */
export type TopicCreationSettings = {
  readonly default: TopicSettings;
  /** By group name. `include` and `exclude` are matched against whole topic names. */
  readonly groups?: Readonly<
    Record<
      string,
      Partial<TopicSettings> & { readonly include: readonly NamePattern[]; readonly exclude?: readonly NamePattern[] }
    >
  >;
};

export type TopicSettings = {
  /** From 1, or -1 for the broker's default. */
  readonly replicationFactor: number;
  /** From 1, or -1 for the broker's default. */
  readonly partitions: number;
  /** Topic settings by Kafka's names, such as `cleanup.policy`. */
  readonly config?: Settings;
};

/** KIP-618; the worker needs `exactly.once.source.support=enabled`. */
export type ExactlyOnceSettings = {
  /** `exactly.once.support`: with `required` the worker refuses the connector when it cannot keep it. */
  readonly support: 'requested' | 'required';
  /** `transaction.boundary`. Debezium's MariaDB connector cannot define its own. Default `poll`. */
  readonly transactionBoundary?: 'poll' | 'interval';
  /** `transaction.boundary.interval.ms`, above 0; for `interval` only. Default: the worker's `offset.flush.interval.ms`. */
  readonly transactionBoundaryIntervalMs?: number;
};

/** The worker's `errors.*` for converters and transforms, and Debezium's `errors.max.retries` for its database connection. */
export type ErrorSettings = {
  /** `errors.tolerance`: `all` drops a record that cannot be converted. Default `none`. */
  readonly tolerance?: 'none' | 'all';
  /** `errors.retry.timeout` in ms; 0, the default, for no retry, -1 for no end. */
  readonly retryTimeoutMs?: number;
  /** `errors.retry.delay.max.ms`. Default 60 000. */
  readonly retryDelayMaxMs?: number;
  /** `errors.log.enable`. Default false. */
  readonly logEnable?: boolean;
  /** `errors.log.include.messages`: rows get into the log. Default false. */
  readonly logIncludeMessages?: boolean;
  /** `errors.max.retries`, -1, the default, for no end: then it shows RUNNING for as long as the database is away. */
  readonly maxRetries?: number;
};

export type ConverterSettings = {
  /** The Java class, such as `org.apache.kafka.connect.json.JsonConverter`. */
  readonly class: string;
  /** Passed on behind `key.converter.` or `value.converter.`. */
  readonly settings?: Settings;
};
