import { checkErrors, checkTopicCreation, INT_MAX } from '../config/check.ts';
import type { NamePattern } from '../config/names.ts';
import type { Problems } from '../config/problems.ts';
import type { BinlogSourceConfig, Dialect } from './config.ts';

type Config = BinlogSourceConfig<Dialect>;

/** What is wrong for certain, without asking the worker: it, or the database, would refuse it later and less clearly. */
export function check(config: Config, problems: Problems): void {
  problems.topicName('topic.prefix', config.topicPrefix);
  checkDatabase(config, problems);
  checkNames(config, problems);
  checkTopics(config, problems);
  checkNumbers(config, problems);
}

function checkDatabase({ database, gtidSourceIncludes, gtidSourceExcludes }: Config, problems: Problems): void {
  problems.notEmpty('database.hostname', database.hostname);
  problems.notEmpty('database.user', database.user);
  if (gtidSourceIncludes && gtidSourceExcludes)
    problems.add('gtid.source.excludes', 'gtid.source.includes is set too; give one');
  problems.wholeNumber('database.port', database.port, 1, 65_535);
  problems.wholeNumber('database.server.id', database.serverId, 1, 4_294_967_295);
}

function checkNames({ database, table, column, snapshot, messageKeyColumns = {} }: Config, problems: Problems): void {
  checkEither('database', database, 1, problems);
  checkEither('table', table, 2, problems);
  checkEither('column', column, 3, problems);
  checkList('snapshot.include.collection.list', snapshot?.includeCollections, 2, problems);
  for (const [table, columns] of Object.entries(messageKeyColumns)) {
    const names = [table, ...columns];
    // The setting is cut at these signs, and knows no escape.
    if (columns.length === 0 || names.some((name) => name === '' || /[\s:;,]/.test(name)))
      problems.add(
        'message.key.columns',
        `"${table}" needs columns, and no name with a blank, colon, semicolon or comma`,
      );
  }
}

function checkEither(
  what: string,
  lists: { include?: readonly NamePattern[]; exclude?: readonly NamePattern[] } | undefined,
  parts: number,
  problems: Problems,
): void {
  checkList(`${what}.include.list`, lists?.include, parts, problems);
  checkList(`${what}.exclude.list`, lists?.exclude, parts, problems);
  if (lists?.include && lists.exclude)
    problems.add(`${what}.exclude.list`, `${what}.include.list is set too; give one`);
}

/** An empty list would be no filter at all, which is the opposite of what it looks like. */
function checkList(
  setting: string,
  patterns: readonly NamePattern[] | undefined,
  parts: number,
  problems: Problems,
): void {
  if (patterns?.length === 0) problems.add(setting, 'the list is empty; leave it out to have no filter');
  for (const pattern of patterns ?? []) {
    const text = typeof pattern === 'string' ? pattern : pattern.regex;
    if (text.trim() === '') problems.add(setting, 'has an empty entry');
    else if (typeof pattern === 'string' && text.split('.').length < parts) {
      problems.add(
        setting,
        `"${text}" is not of the form ${['database', 'table', 'column'].slice(0, parts).join('.')}`,
      );
    }
  }
}

function checkTopics({ schemaHistory, signal, notification, topicCreation }: Config, problems: Problems): void {
  problems.topicName('schema.history.internal.kafka.topic', schemaHistory.kafka.topic);
  checkServers('schema.history.internal.kafka.bootstrap.servers', schemaHistory.kafka.bootstrapServers, problems);
  if (signal?.kafka?.topic !== undefined) problems.topicName('signal.kafka.topic', signal.kafka.topic);
  if (signal?.kafka !== undefined)
    checkServers('signal.kafka.bootstrap.servers', signal.kafka.bootstrapServers, problems);
  if (notification?.sinkTopicName !== undefined)
    problems.topicName('notification.sink.topic.name', notification.sinkTopicName);
  else if (notification?.enabledChannels.includes('sink'))
    problems.add('notification.sink.topic.name', 'is missing; the channel "sink" needs it');
  if (topicCreation !== undefined) checkTopicCreation(topicCreation, problems);
}

function checkServers(setting: string, servers: readonly string[], problems: Problems): void {
  if (servers.length === 0) problems.add(setting, 'the list is empty');
  for (const server of servers)
    if (!/^[^\s,]+:\d+$/.test(server)) problems.add(setting, `"${server}" is not of the form host:port`);
}

function checkNumbers(config: Config, problems: Problems): void {
  problems.wholeNumber('poll.interval.ms', config.pollIntervalMs, 1, INT_MAX);
  problems.wholeNumber('max.batch.size', config.maxBatchSize, 1, INT_MAX);
  problems.wholeNumber('max.queue.size', config.maxQueueSize, 1, INT_MAX);
  problems.wholeNumber('heartbeat.interval.ms', config.heartbeatIntervalMs, 0, INT_MAX);
  problems.wholeNumber('connect.keep.alive.interval.ms', config.connectKeepAliveIntervalMs, 1, INT_MAX);
  problems.wholeNumber('snapshot.lock.timeout.ms', config.snapshot?.lockTimeoutMs, 0);
  problems.wholeNumber('snapshot.delay.ms', config.snapshot?.delayMs, 0);
  problems.wholeNumber('snapshot.max.threads', config.snapshot?.maxThreads, 1, INT_MAX);
  problems.wholeNumber('signal.poll.interval.ms', config.signal?.pollIntervalMs, 1, INT_MAX);
  problems.wholeNumber('transaction.boundary.interval.ms', config.exactlyOnce?.transactionBoundaryIntervalMs, 1);
  problems.wholeNumber('max.queue.size.in.bytes', config.maxQueueSizeInBytes, 0);
  problems.wholeNumber('connect.timeout.ms', config.connectTimeoutMs, 0, INT_MAX);
  problems.wholeNumber('database.query.timeout.ms', config.database.queryTimeoutMs, 0, INT_MAX);
  problems.wholeNumber('snapshot.fetch.size', config.snapshot?.fetchSize, 1, INT_MAX);
  problems.wholeNumber('incremental.snapshot.chunk.size', config.incrementalSnapshot?.chunkSize, 1, INT_MAX);
  checkErrors(config.errors, problems);
  const { maxQueueSize = 8192, maxBatchSize = 2048 } = config;
  if (maxQueueSize <= maxBatchSize) {
    problems.add('max.queue.size', `${maxQueueSize} is not above max.batch.size, ${maxBatchSize}`);
  }
}
