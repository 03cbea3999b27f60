import { FlatConfig } from '../config/flat-config.ts';
import { Problems } from '../config/problems.ts';
import { setConverter, setErrors } from '../config/write.ts';
import { check } from './check.ts';
import type { JdbcSinkConfig } from './config.ts';

/** The plugin's class, for `plugins()` and `validate`. */
export const JDBC_SINK_CLASS = 'io.debezium.connector.jdbc.JdbcSinkConnector';

/** The flat map for `putConnector`; the same holds as for `mariaDbSource`. */
export function jdbcSink(config: JdbcSinkConfig): Record<string, string> {
  const problems = new Problems();
  check(config, problems);
  const flat = new FlatConfig(problems);
  flat.setEach({
    'connector.class': JDBC_SINK_CLASS,
    'tasks.max': config.tasksMax,
    topics: config.topics?.join(','),
    'topics.regex': config.topicsRegex,
  });
  setConnection(flat, config);
  setWriting(flat, config);
  setErrors(flat, config.errors);
  setDeadLetters(flat, config.errors);
  setConverter(flat, 'key.converter', config.keyConverter);
  setConverter(flat, 'value.converter', config.valueConverter);
  flat.setUnder('consumer.override', config.consumerOverride);
  flat.setEach(config.extra ?? {});
  problems.throwIfAny(`the JDBC sink of "${config.topics?.join(',') ?? config.topicsRegex ?? ''}"`);
  return flat.toRecord();
}

function setConnection(flat: FlatConfig, { connection }: JdbcSinkConfig): void {
  flat.setEach({
    'connection.url': connection.url,
    'connection.username': connection.username,
    'connection.password': connection.password,
    'connection.pool.min_size': connection.poolMinSize,
    'connection.pool.max_size': connection.poolMaxSize,
    'connection.pool.timeout': connection.poolTimeoutS,
    'connection.restart.on.errors': connection.restartOnErrors,
  });
}

function setWriting(flat: FlatConfig, config: JdbcSinkConfig): void {
  flat.setEach({
    'insert.mode': config.insertMode,
    'delete.enabled': config.deleteEnabled,
    'truncate.enabled': config.truncateEnabled,
    'primary.key.mode': config.primaryKeyMode,
    'primary.key.fields': config.primaryKeyFields?.join(','),
    'schema.evolution': config.schemaEvolution,
    'quote.identifiers': config.quoteIdentifiers,
    'collection.name.format': config.collectionNameFormat,
    'field.include.list': config.fieldIncludeList?.join(','),
    'field.exclude.list': config.fieldExcludeList?.join(','),
    'use.time.zone': config.useTimeZone,
    'batch.size': config.batchSize,
    'use.reduction.buffer': config.useReductionBuffer,
    'flush.max.retries': config.flushMaxRetries,
    'flush.retry.delay.ms': config.flushRetryDelayMs,
  });
}

function setDeadLetters(flat: FlatConfig, errors: JdbcSinkConfig['errors']): void {
  flat.setEach({
    'errors.deadletterqueue.topic.name': errors?.deadLetterQueue?.topic,
    'errors.deadletterqueue.topic.replication.factor': errors?.deadLetterQueue?.replicationFactor,
    'errors.deadletterqueue.context.headers.enable': errors?.deadLetterQueue?.contextHeaders,
  });
}
