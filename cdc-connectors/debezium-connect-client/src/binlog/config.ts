import type { NamePattern } from '../config/names.ts';
import type {
  ConverterSettings,
  ErrorSettings,
  ExactlyOnceSettings,
  Settings,
  TopicCreationSettings,
} from '../config/settings.ts';
import type { Secret } from '../secrets/secret.ts';

/** The words that are the database's own. */
export type Dialect = { readonly lockingMode: string; readonly tlsMode: string };

/**
 * What Debezium's MariaDB and MySQL source connectors 3.5 have in common
 * (https://debezium.io/documentation/reference/stable/connectors/mariadb.html,
 * https://debezium.io/documentation/reference/stable/connectors/mysql.html).
 *
 * A property is named after its setting: `pollIntervalMs` is `poll.interval.ms`, `snapshot.lockingMode` is
 * `snapshot.locking.mode`. One that is left out is not sent, so the connector's default holds, which is given here as of 3.5.
 * Settings that have no property go into `extra`.
 */
export type BinlogSourceConfig<D extends Dialect> = {
  /**
   * `topic.prefix`: begins the name of every topic, `<prefix>.<database>.<table>`, and names the connector's offsets. Letters,
   * digits, `.`, `_` and `-`. Not to be changed afterwards: the connector would start anew under other topics.
   */
  readonly topicPrefix: string;
  readonly database: DatabaseSettings<D['tlsMode']>;
  /** One of the two. Default: every table that is not the system's. */
  readonly table?: {
    /** `table.include.list`, `database.table` each. */
    readonly include?: readonly NamePattern[];
    /** `table.exclude.list`, `database.table` each. */
    readonly exclude?: readonly NamePattern[];
  };
  /** One of the two. Default: every column. Key columns are always in the key. */
  readonly column?: {
    /** `column.include.list`, `database.table.column` each: what the values of events have. */
    readonly include?: readonly NamePattern[];
    /** `column.exclude.list`, `database.table.column` each: left out of the values of events. */
    readonly exclude?: readonly NamePattern[];
  };
  /** `message.key.columns`, for tables whose key is to be another than their primary key: the columns by `database.table`. */
  readonly messageKeyColumns?: Readonly<Record<string, readonly string[]>>;
  readonly schemaHistory: SchemaHistorySettings;
  readonly snapshot?: SnapshotSettings<D['lockingMode']>;
  readonly incrementalSnapshot?: IncrementalSnapshotSettings;
  readonly signal?: SignalSettings;
  /** `notification.enabled.channels`: where the connector tells of its snapshots. Default: nowhere. */
  readonly notification?: {
    readonly enabledChannels: readonly ('sink' | 'log' | 'jmx')[];
    /** `notification.sink.topic.name`, which `sink` needs. */
    readonly sinkTopicName?: string;
  };
  readonly topicCreation?: TopicCreationSettings;
  readonly exactlyOnce?: ExactlyOnceSettings;
  readonly errors?: ErrorSettings;
  /** `key.converter` and its settings. Default: the worker's. */
  readonly keyConverter?: ConverterSettings;
  /** `value.converter` and its settings. Default: the worker's. */
  readonly valueConverter?: ConverterSettings;
  /** `producer.override.*`; the worker has to allow it by `connector.client.config.override.policy`. */
  readonly producerOverride?: Settings;

  /** `gtid.source.includes`: capture what these servers have written, and skip the rest; of MariaDB by domain, of MySQL by UUID. */
  readonly gtidSourceIncludes?: readonly string[];
  /** `gtid.source.excludes`; not together with the former. */
  readonly gtidSourceExcludes?: readonly string[];
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
  /** `heartbeat.action.query`: run at the source with each heartbeat. Default: none. */
  readonly heartbeatActionQuery?: string;
  /** `max.queue.size.in.bytes`; 0, the default, for no limit but `maxQueueSize`. */
  readonly maxQueueSizeInBytes?: number;
  /** `connect.timeout.ms`, from 0. Default 30 000. */
  readonly connectTimeoutMs?: number;
  /** `include.query`: the statement in each event, where the server logs it. Default false. */
  readonly includeQuery?: boolean;
  /** `skip.messages.without.change`: no event for an update of columns that are not captured. Default false. */
  readonly skipMessagesWithoutChange?: boolean;
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

/** How names are made fit for Avro: with `_`, or with `_u` and the sign's code, for what Avro does not take. */
export type NameAdjustment = 'none' | 'avro' | 'avro_unicode';

/** `database.ssl.*`. Files are the worker's. */
export type DatabaseTls<Mode extends string> = {
  /** `database.ssl.mode`, from no encryption to one with the server's name checked. */
  readonly mode: Mode;
  /** `database.ssl.truststore`: whom to believe. */
  readonly truststore?: string;
  readonly truststorePassword?: Secret;
  /** `database.ssl.keystore`: who one is. */
  readonly keystore?: string;
  readonly keystorePassword?: Secret;
};

/** `incremental.snapshot.*`, for snapshots that signals start (`executeSnapshot`). */
export type IncrementalSnapshotSettings = {
  /** `incremental.snapshot.chunk.size`, in rows, above 0. Default 1024. */
  readonly chunkSize?: number;
  /** `incremental.snapshot.watermarking.strategy`: with `insert_delete` the signalling table does not grow. Default `insert_insert`. */
  readonly watermarkingStrategy?: 'insert_insert' | 'insert_delete';
  /** `incremental.snapshot.allow.schema.changes`. Default false. */
  readonly allowSchemaChanges?: boolean;
};

/** `database.*`: the server whose binlog is read, and as whom. */
export type DatabaseSettings<TlsMode extends string> = {
  /** `database.hostname`, as the worker sees it. */
  readonly hostname: string;
  /** `database.port`. Default 3306. */
  readonly port?: number;
  /** `database.user`. */
  readonly user: string;
  /** `database.password`. */
  readonly password: Secret;
  /** Default: MariaDB's is not encrypted, MySQL's is if the server can. */
  readonly tls?: DatabaseTls<TlsMode>;
  /** `database.server.id`, 1 to 4 294 967 295: the connector joins as a replica, so no server and no other client may have it. */
  readonly serverId: number;
  /** `database.include.list`, or the next. Default: every database. */
  readonly include?: readonly NamePattern[];
  /** `database.exclude.list`. */
  readonly exclude?: readonly NamePattern[];
  /** `database.query.timeout.ms`. Default 600 000. */
  readonly queryTimeoutMs?: number;
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

/** `snapshot.*`: the connector's first snapshot, and blocking ones. */
export type SnapshotSettings<LockingMode extends string> = {
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
  readonly lockingMode?: LockingMode;
  /** `snapshot.lock.timeout.ms`. Default 10 000. */
  readonly lockTimeoutMs?: number;
  /** `snapshot.delay.ms` before it begins. Default 0. */
  readonly delayMs?: number;
  /** `snapshot.max.threads`, above 0. Default 1. */
  readonly maxThreads?: number;
  /** `snapshot.fetch.size`, in rows, above 0. Default: the driver's. */
  readonly fetchSize?: number;
  /** `snapshot.include.collection.list`, `database.table` each: the captured tables that a snapshot reads. Default: all. */
  readonly includeCollections?: readonly NamePattern[];
};

/** `signal.*` (https://debezium.io/documentation/reference/stable/configuration/signalling.html): how signals reach the connector. */
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
    /** `signal.consumer.*`, such as how to authenticate: it does not share the worker's. */
    readonly consumer?: Settings;
  };
};
