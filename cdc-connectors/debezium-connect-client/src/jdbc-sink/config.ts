import type { ConverterSettings, Settings, SinkErrorSettings } from '../config/settings.ts';
import type { Secret } from '../secrets/secret.ts';

/**
 * Debezium's JDBC sink connector 3.5 (https://debezium.io/documentation/reference/stable/connectors/jdbc.html). Properties are
 * named and defaults kept as in the sources: see `BinlogSourceConfig`.
 */
export type JdbcSinkConfig = {
  /** `topics`, or else `topicsRegex`. */
  readonly topics?: readonly string[];
  /** `topics.regex`: a Java regular expression that matches whole names, of later topics too. */
  readonly topicsRegex?: string;
  /** `tasks.max`: tasks share the partitions. Default 1. */
  readonly tasksMax?: number;
  readonly connection: JdbcConnectionSettings;

  /** `insert.mode`. With `insert`, the default, a record that comes a second time fails; `upsert` takes it as often as it comes. */
  readonly insertMode?: 'insert' | 'upsert' | 'update';
  /** `delete.enabled`: a null value deletes the row of its key, which needs `primaryKeyMode: 'record_key'`. Default false. */
  readonly deleteEnabled?: boolean;
  /** `truncate.enabled`. Default false. */
  readonly truncateEnabled?: boolean;
  /** `primary.key.mode`: where the key's columns come from; `kafka` for topic, partition and offset. Default `none`. */
  readonly primaryKeyMode?: 'none' | 'kafka' | 'record_key' | 'record_value' | 'record_header';
  /** `primary.key.fields`, for the last three. Default: all of the record's key, or value. */
  readonly primaryKeyFields?: readonly string[];
  /** `schema.evolution`: `basic` makes missing tables and columns, and never removes one. Default `none`. */
  readonly schemaEvolution?: 'none' | 'basic';
  /** `quote.identifiers`: names keep their case, and may be reserved words. Default false. */
  readonly quoteIdentifiers?: boolean;

  /** `collection.name.format` of the table's name, from `${topic}` and `${source.table}` and the like. Default `${topic}`, dots as `_`. */
  readonly collectionNameFormat?: string;
  /** `field.include.list`, `topic:field` or `field` each; one of the two. Default: every field. */
  readonly fieldIncludeList?: readonly string[];
  /** `field.exclude.list`. */
  readonly fieldExcludeList?: readonly string[];
  /** `use.time.zone` of temporal values. Default `UTC`. */
  readonly useTimeZone?: string;

  /** `batch.size`, in records, above 0; never more than a poll brings (`consumerOverride` of `max.poll.records`). Default 500. */
  readonly batchSize?: number;
  /** `use.reduction.buffer`: of the records of one key in a batch only the last is written. Default false. */
  readonly useReductionBuffer?: boolean;
  /** `flush.max.retries` of a batch that failed and might succeed, from 0. Default 5. */
  readonly flushMaxRetries?: number;
  /** `flush.retry.delay.ms`, from 0. Default 1 000. */
  readonly flushRetryDelayMs?: number;

  readonly errors?: SinkErrorSettings;
  /** `key.converter` and its settings: what the source's was. Default: the worker's. */
  readonly keyConverter?: ConverterSettings;
  /** `value.converter` and its settings: what the source's was. Default: the worker's. */
  readonly valueConverter?: ConverterSettings;
  /** `consumer.override.*`; the worker has to allow it by `connector.client.config.override.policy`. */
  readonly consumerOverride?: Settings;

  /** Any other setting by its own key. A key that a property here has set already is refused. */
  readonly extra?: Settings;
};

/** `connection.*`: the database that is written to, and as whom. */
export type JdbcConnectionSettings = {
  /** `connection.url`, as the worker sees it: `jdbc:mariadb://db:3306/shop`. No password in it: it is not hidden. */
  readonly url: string;
  /** `connection.username`. */
  readonly username: string;
  /** `connection.password`. */
  readonly password: Secret;
  /** `connection.pool.min_size`, above 0. Default 5. */
  readonly poolMinSize?: number;
  /** `connection.pool.max_size`, not below the least. Default 32. */
  readonly poolMaxSize?: number;
  /** `connection.pool.timeout` in seconds, from 0: how long an idle connection is kept. Default 1800. */
  readonly poolTimeoutS?: number;
  /** `connection.restart.on.errors`: connect anew after an error of the connection. Default false. */
  readonly restartOnErrors?: boolean;
};
