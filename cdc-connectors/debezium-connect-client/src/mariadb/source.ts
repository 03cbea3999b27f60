import { check } from './check.ts';
import type { ConverterSettings, MariaDbSourceConfig, TopicCreationSettings, TopicSettings } from './config.ts';
import { FlatConfig } from './flat-config.ts';
import { type NamePattern, patternList } from './names.ts';
import { Problems } from './problems.ts';

/** The plugin's class, for `plugins()` and `validate`. */
export const MARIADB_SOURCE_CLASS = 'io.debezium.connector.mariadb.MariaDbConnector';

/**
 * The flat map for `putConnector`. Plain secrets are readable in it: see `maskSecrets` before logging it.
 *
 * Throws one `invalid-config` naming everything that is wrong for certain; what depends on the worker or the database is left
 * to `validate`.
 */
export function mariaDbSource(config: MariaDbSourceConfig): Record<string, string> {
  const problems = new Problems();
  check(config, problems);
  const flat = new FlatConfig(problems);
  setSource(flat, config);
  setHandling(flat, config);
  setSchemaHistory(flat, config);
  setSnapshotAndSignals(flat, config);
  if (config.topicCreation !== undefined) setTopicCreation(flat, config.topicCreation);
  setDelivery(flat, config);
  flat.setEach(config.extra ?? {});
  problems.throwIfAny(`the MariaDB source "${config.topicPrefix}"`);
  return flat.toRecord();
}

function setSource(flat: FlatConfig, { topicPrefix, database, table, column }: MariaDbSourceConfig): void {
  flat.setEach({
    'connector.class': MARIADB_SOURCE_CLASS,
    // The binlog is one stream: the connector refuses more than one task.
    'tasks.max': 1,
    'topic.prefix': topicPrefix,
    'database.hostname': database.hostname,
    'database.port': database.port,
    'database.user': database.user,
    'database.password': database.password,
    'database.server.id': database.serverId,
    'database.include.list': listed(database.include),
    'table.include.list': listed(table?.include),
    'column.exclude.list': listed(column?.exclude),
  });
}

function setHandling(flat: FlatConfig, config: MariaDbSourceConfig): void {
  const skipped = config.skippedOperations;
  flat.setEach({
    'read.only': config.readOnly,
    'include.schema.changes': config.includeSchemaChanges,
    'provide.transaction.metadata': config.provideTransactionMetadata,
    'tombstones.on.delete': config.tombstonesOnDelete,
    'poll.interval.ms': config.pollIntervalMs,
    'max.batch.size': config.maxBatchSize,
    'max.queue.size': config.maxQueueSize,
    'heartbeat.interval.ms': config.heartbeatIntervalMs,
    'connect.keep.alive.interval.ms': config.connectKeepAliveIntervalMs,
    'skipped.operations': skipped?.length === 0 ? 'none' : skipped?.join(','),
    'decimal.handling.mode': config.decimalHandlingMode,
    'bigint.unsigned.handling.mode': config.bigintUnsignedHandlingMode,
    'time.precision.mode': config.timePrecisionMode,
    'binary.handling.mode': config.binaryHandlingMode,
    'event.converting.failure.handling.mode': config.eventConvertingFailureHandlingMode,
    'event.processing.failure.handling.mode': config.eventProcessingFailureHandlingMode,
    'schema.name.adjustment.mode': config.schemaNameAdjustmentMode,
    'field.name.adjustment.mode': config.fieldNameAdjustmentMode,
  });
}

function setSchemaHistory(flat: FlatConfig, { schemaHistory }: MariaDbSourceConfig): void {
  const prefix = 'schema.history.internal';
  flat.setEach({
    [`${prefix}.kafka.bootstrap.servers`]: schemaHistory.kafka.bootstrapServers.join(','),
    [`${prefix}.kafka.topic`]: schemaHistory.kafka.topic,
    [`${prefix}.store.only.captured.tables.ddl`]: schemaHistory.storeOnlyCapturedTablesDdl,
    [`${prefix}.store.only.captured.databases.ddl`]: schemaHistory.storeOnlyCapturedDatabasesDdl,
  });
  flat.setUnder(`${prefix}.producer`, schemaHistory.producer);
  flat.setUnder(`${prefix}.consumer`, schemaHistory.consumer);
}

function setSnapshotAndSignals(flat: FlatConfig, { snapshot, signal }: MariaDbSourceConfig): void {
  flat.setEach({
    'snapshot.mode': snapshot?.mode,
    'snapshot.locking.mode': snapshot?.lockingMode,
    'snapshot.lock.timeout.ms': snapshot?.lockTimeoutMs,
    'snapshot.delay.ms': snapshot?.delayMs,
    'snapshot.max.threads': snapshot?.maxThreads,
    'signal.data.collection': signal?.dataCollection,
    'signal.enabled.channels': signal?.enabledChannels?.join(','),
    'signal.poll.interval.ms': signal?.pollIntervalMs,
    'signal.kafka.topic': signal?.kafka?.topic,
    'signal.kafka.bootstrap.servers': signal?.kafka?.bootstrapServers.join(','),
  });
}

function setTopicCreation(flat: FlatConfig, { default: fallback, groups = {} }: TopicCreationSettings): void {
  const names = Object.keys(groups);
  flat.set('topic.creation.groups', names.length === 0 ? undefined : names.join(','));
  setTopicGroup(flat, 'default', fallback);
  for (const [name, { include, exclude, ...settings }] of Object.entries(groups)) {
    flat.setEach({
      [`topic.creation.${name}.include`]: patternList(include),
      [`topic.creation.${name}.exclude`]: listed(exclude),
    });
    setTopicGroup(flat, name, settings);
  }
}

function setTopicGroup(
  flat: FlatConfig,
  name: string,
  { replicationFactor, partitions, config }: Partial<TopicSettings>,
): void {
  flat.setEach({
    [`topic.creation.${name}.replication.factor`]: replicationFactor,
    [`topic.creation.${name}.partitions`]: partitions,
  });
  flat.setUnder(`topic.creation.${name}`, config);
}

function setDelivery(flat: FlatConfig, config: MariaDbSourceConfig): void {
  const { exactlyOnce, errors } = config;
  flat.setEach({
    'exactly.once.support': exactlyOnce?.support,
    'transaction.boundary': exactlyOnce?.transactionBoundary,
    'transaction.boundary.interval.ms': exactlyOnce?.transactionBoundaryIntervalMs,
    'errors.tolerance': errors?.tolerance,
    'errors.retry.timeout': errors?.retryTimeoutMs,
    'errors.retry.delay.max.ms': errors?.retryDelayMaxMs,
    'errors.log.enable': errors?.logEnable,
    'errors.log.include.messages': errors?.logIncludeMessages,
    'errors.max.retries': errors?.maxRetries,
  });
  setConverter(flat, 'key.converter', config.keyConverter);
  setConverter(flat, 'value.converter', config.valueConverter);
  flat.setUnder('producer.override', config.producerOverride);
}

function setConverter(flat: FlatConfig, key: string, converter: ConverterSettings | undefined): void {
  flat.set(key, converter?.class);
  flat.setUnder(key, converter?.settings);
}

function listed(patterns: readonly NamePattern[] | undefined): string | undefined {
  return patterns === undefined ? undefined : patternList(patterns);
}
