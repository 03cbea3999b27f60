import { FlatConfig } from '../config/flat-config.ts';
import { literalRegex } from '../config/names.ts';
import { Problems } from '../config/problems.ts';
import { listed, setConverter, setErrors, setExactlyOnce, setTopicCreation } from '../config/write.ts';
import { check } from './check.ts';
import type { BinlogSourceConfig, Dialect } from './config.ts';

type Config = BinlogSourceConfig<Dialect>;

/** The flat map of a source that reads a binlog. `what` it is stands before what is wrong, which is thrown as one `invalid-config`. */
export function binlogSource(connectorClass: string, what: string, config: Config): Record<string, string> {
  const problems = new Problems();
  check(config, problems);
  const flat = new FlatConfig(problems);
  // The binlog is one stream: the connector refuses more than one task.
  flat.setEach({ 'connector.class': connectorClass, 'tasks.max': 1 });
  setSource(flat, config);
  setHandling(flat, config);
  setSchemaHistory(flat, config);
  setSnapshots(flat, config);
  setSignals(flat, config);
  if (config.topicCreation !== undefined) setTopicCreation(flat, config.topicCreation);
  setExactlyOnce(flat, config.exactlyOnce);
  setErrors(flat, config.errors);
  setConverter(flat, 'key.converter', config.keyConverter);
  setConverter(flat, 'value.converter', config.valueConverter);
  flat.setUnder('producer.override', config.producerOverride);
  flat.setEach(config.extra ?? {});
  problems.throwIfAny(`${what} "${config.topicPrefix}"`);
  return flat.toRecord();
}

function setSource(flat: FlatConfig, { topicPrefix, database, table, column, messageKeyColumns }: Config): void {
  flat.setEach({
    'topic.prefix': topicPrefix,
    'database.hostname': database.hostname,
    'database.port': database.port,
    'database.user': database.user,
    'database.password': database.password,
    'database.server.id': database.serverId,
    'database.include.list': listed(database.include),
    'database.exclude.list': listed(database.exclude),
    'database.query.timeout.ms': database.queryTimeoutMs,
    'database.ssl.mode': database.tls?.mode,
    'database.ssl.truststore': database.tls?.truststore,
    'database.ssl.truststore.password': database.tls?.truststorePassword,
    'database.ssl.keystore': database.tls?.keystore,
    'database.ssl.keystore.password': database.tls?.keystorePassword,
    'table.include.list': listed(table?.include),
    'table.exclude.list': listed(table?.exclude),
    'column.include.list': listed(column?.include),
    'column.exclude.list': listed(column?.exclude),
    'message.key.columns': messageKeyColumns && keyColumns(messageKeyColumns),
  });
}

function setHandling(flat: FlatConfig, config: Config): void {
  const skipped = config.skippedOperations;
  flat.setEach({
    'gtid.source.includes': config.gtidSourceIncludes?.join(','),
    'gtid.source.excludes': config.gtidSourceExcludes?.join(','),
    'read.only': config.readOnly,
    'include.schema.changes': config.includeSchemaChanges,
    'provide.transaction.metadata': config.provideTransactionMetadata,
    'tombstones.on.delete': config.tombstonesOnDelete,
    'poll.interval.ms': config.pollIntervalMs,
    'max.batch.size': config.maxBatchSize,
    'max.queue.size': config.maxQueueSize,
    'max.queue.size.in.bytes': config.maxQueueSizeInBytes,
    'heartbeat.interval.ms': config.heartbeatIntervalMs,
    'heartbeat.action.query': config.heartbeatActionQuery,
    'connect.timeout.ms': config.connectTimeoutMs,
    'include.query': config.includeQuery,
    'skip.messages.without.change': config.skipMessagesWithoutChange,
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

function setSchemaHistory(flat: FlatConfig, { schemaHistory }: Config): void {
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

function setSnapshots(flat: FlatConfig, { snapshot, incrementalSnapshot }: Config): void {
  flat.setEach({
    'snapshot.mode': snapshot?.mode,
    'snapshot.locking.mode': snapshot?.lockingMode,
    'snapshot.lock.timeout.ms': snapshot?.lockTimeoutMs,
    'snapshot.delay.ms': snapshot?.delayMs,
    'snapshot.max.threads': snapshot?.maxThreads,
    'snapshot.fetch.size': snapshot?.fetchSize,
    'snapshot.include.collection.list': listed(snapshot?.includeCollections),
    'incremental.snapshot.chunk.size': incrementalSnapshot?.chunkSize,
    'incremental.snapshot.watermarking.strategy': incrementalSnapshot?.watermarkingStrategy,
    'incremental.snapshot.allow.schema.changes': incrementalSnapshot?.allowSchemaChanges,
  });
}

function setSignals(flat: FlatConfig, { signal, notification }: Config): void {
  flat.setEach({
    'signal.data.collection': signal?.dataCollection,
    'signal.enabled.channels': signal?.enabledChannels?.join(','),
    'signal.poll.interval.ms': signal?.pollIntervalMs,
    'signal.kafka.topic': signal?.kafka?.topic,
    'signal.kafka.bootstrap.servers': signal?.kafka?.bootstrapServers.join(','),
    'notification.enabled.channels': notification?.enabledChannels.join(','),
    'notification.sink.topic.name': notification?.sinkTopicName,
  });
  flat.setUnder('signal.consumer', signal?.kafka?.consumer);
}

/** `table:column,column;…`, the table as a regular expression. */
function keyColumns(columns: NonNullable<Config['messageKeyColumns']>): string {
  return Object.entries(columns)
    .map(([table, names]) => `${literalRegex(table)}:${names.join(',')}`)
    .join(';');
}
