import type { MariaDbSourceConfig, TopicCreationSettings } from './config.ts';
import type { NamePattern } from './names.ts';
import type { Problems } from './problems.ts';

const INT_MAX = 2_147_483_647;

/** What is wrong for certain, without asking the worker: it, or the database, would refuse it later and less clearly. */
export function check(config: MariaDbSourceConfig, problems: Problems): void {
  problems.topicName('topic.prefix', config.topicPrefix);
  checkDatabase(config, problems);
  checkNames(config, problems);
  checkTopics(config, problems);
  checkNumbers(config, problems);
}

function checkDatabase({ database }: MariaDbSourceConfig, problems: Problems): void {
  problems.notEmpty('database.hostname', database.hostname);
  problems.notEmpty('database.user', database.user);
  problems.wholeNumber('database.port', database.port, 1, 65_535);
  problems.wholeNumber('database.server.id', database.serverId, 1, 4_294_967_295);
}

function checkNames({ database, table, column }: MariaDbSourceConfig, problems: Problems): void {
  checkList('database.include.list', database.include, 1, problems);
  checkList('table.include.list', table?.include, 2, problems);
  checkList('column.exclude.list', column?.exclude, 3, problems);
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

function checkTopics({ schemaHistory, signal, topicCreation }: MariaDbSourceConfig, problems: Problems): void {
  problems.topicName('schema.history.internal.kafka.topic', schemaHistory.kafka.topic);
  checkServers('schema.history.internal.kafka.bootstrap.servers', schemaHistory.kafka.bootstrapServers, problems);
  if (signal?.kafka?.topic !== undefined) problems.topicName('signal.kafka.topic', signal.kafka.topic);
  if (signal?.kafka !== undefined)
    checkServers('signal.kafka.bootstrap.servers', signal.kafka.bootstrapServers, problems);
  if (topicCreation !== undefined) checkTopicCreation(topicCreation, problems);
}

function checkServers(setting: string, servers: readonly string[], problems: Problems): void {
  if (servers.length === 0) problems.add(setting, 'the list is empty');
  for (const server of servers)
    if (!/^[^\s,]+:\d+$/.test(server)) problems.add(setting, `"${server}" is not of the form host:port`);
}

function checkTopicCreation({ default: fallback, groups = {} }: TopicCreationSettings, problems: Problems): void {
  for (const [group, settings] of Object.entries({ ...groups, default: fallback })) {
    for (const [name, value] of [
      ['replication.factor', settings.replicationFactor],
      ['partitions', settings.partitions],
    ] as const) {
      if (value !== -1) problems.wholeNumber(`topic.creation.${group}.${name}`, value, 1, INT_MAX);
    }
  }
  for (const [group, { include }] of Object.entries(groups)) {
    if (!/^[\w-]+$/.test(group) || group === 'default')
      problems.add('topic.creation.groups', `"${group}" cannot be a group’s name`);
    if (include.length === 0) problems.add(`topic.creation.${group}.include`, 'the list is empty');
  }
}

function checkNumbers(config: MariaDbSourceConfig, problems: Problems): void {
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
  problems.wholeNumber('errors.retry.timeout', config.errors?.retryTimeoutMs, -1);
  problems.wholeNumber('errors.retry.delay.max.ms', config.errors?.retryDelayMaxMs, -1);
  problems.wholeNumber('errors.max.retries', config.errors?.maxRetries, -1, INT_MAX);
  const { maxQueueSize = 8192, maxBatchSize = 2048 } = config;
  if (maxQueueSize <= maxBatchSize) {
    problems.add('max.queue.size', `${maxQueueSize} is not above max.batch.size, ${maxBatchSize}`);
  }
}
