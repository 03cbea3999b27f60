import { checkErrors, INT_MAX } from '../config/check.ts';
import type { Problems } from '../config/problems.ts';
import type { JdbcSinkConfig } from './config.ts';

/** What is wrong for certain, without asking the worker: it would refuse it later and less clearly, or not at all. */
export function check(config: JdbcSinkConfig, problems: Problems): void {
  checkTopics(config, problems);
  checkConnection(config, problems);
  checkKeys(config, problems);
  problems.wholeNumber('tasks.max', config.tasksMax, 1, INT_MAX);
  problems.wholeNumber('batch.size', config.batchSize, 1, INT_MAX);
  problems.wholeNumber('flush.max.retries', config.flushMaxRetries, 0, INT_MAX);
  problems.wholeNumber('flush.retry.delay.ms', config.flushRetryDelayMs, 0);
  checkErrors(config.errors, problems);
  const dead = config.errors?.deadLetterQueue;
  if (dead !== undefined) problems.topicName('errors.deadletterqueue.topic.name', dead.topic);
  problems.wholeNumber('errors.deadletterqueue.topic.replication.factor', dead?.replicationFactor, 1, 32_767);
}

function checkTopics(
  { topics, topicsRegex, fieldIncludeList, fieldExcludeList }: JdbcSinkConfig,
  problems: Problems,
): void {
  if ((topics === undefined) === (topicsRegex === undefined))
    problems.add('topics', 'give either topics or topicsRegex');
  if (topics?.length === 0) problems.add('topics', 'the list is empty');
  for (const topic of topics ?? []) problems.topicName('topics', topic);
  if (topicsRegex !== undefined) problems.notEmpty('topics.regex', topicsRegex);
  if (fieldIncludeList && fieldExcludeList)
    problems.add('field.exclude.list', 'field.include.list is set too; give one');
}

function checkConnection({ connection }: JdbcSinkConfig, problems: Problems): void {
  const { poolMinSize = 5, poolMaxSize = 32 } = connection;
  if (!/^jdbc:\w+:/.test(connection.url)) problems.add('connection.url', 'is not of the form jdbc:<database>:…');
  if (/[?&;]password=|\/\/[^/]*:[^/]*@/i.test(connection.url))
    problems.add('connection.url', 'has a password in it, which anyone may read; give it as connection.password');
  problems.notEmpty('connection.username', connection.username);
  problems.wholeNumber('connection.pool.min_size', connection.poolMinSize, 1, INT_MAX);
  problems.wholeNumber('connection.pool.max_size', connection.poolMaxSize, 1, INT_MAX);
  problems.wholeNumber('connection.pool.timeout', connection.poolTimeoutS, 0);
  if (poolMaxSize < poolMinSize)
    problems.add('connection.pool.max_size', `${poolMaxSize} is below connection.pool.min_size, ${poolMinSize}`);
}

/** The connector starts with these, and fails at the first record, or writes rows that no key tells apart. */
function checkKeys(config: JdbcSinkConfig, problems: Problems): void {
  const { insertMode = 'insert', primaryKeyMode = 'none' } = config;
  if (insertMode !== 'insert' && primaryKeyMode === 'none')
    problems.add('primary.key.mode', `is none; ${insertMode} needs a key to find its row by`);
  if (config.deleteEnabled && primaryKeyMode !== 'record_key')
    problems.add('primary.key.mode', `is ${primaryKeyMode}; delete.enabled needs record_key`);
}
