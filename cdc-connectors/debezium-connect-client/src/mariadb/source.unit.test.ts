import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainSecret, secretRef } from '../secrets/secret.ts';
import { type MariaDbSourceConfig, mariaDbSource } from './source.ts';

const least: MariaDbSourceConfig = {
  topicPrefix: 'bank',
  database: {
    hostname: 'db',
    user: 'cdc',
    password: secretRef('file', '/run/db.properties', 'password'),
    serverId: 5400,
  },
  schemaHistory: { kafka: { bootstrapServers: ['k1:9092', 'k2:9092'], topic: 'bank.history' } },
};

/** The message of the refusal, or undefined when it is taken. */
function refusal(changes: Partial<MariaDbSourceConfig>): string | undefined {
  try {
    mariaDbSource({ ...least, ...changes });
    return undefined;
  } catch (thrown) {
    expect(thrown).toMatchObject({ name: 'ConnectError', code: 'invalid-config', retriable: false });
    return String(thrown);
  }
}

describe('mariaDbSource', () => {
  it('writes what is given and leaves the defaults to the connector', () => {
    expect(mariaDbSource(least)).toEqual({
      'connector.class': 'io.debezium.connector.mariadb.MariaDbConnector',
      'tasks.max': '1',
      'topic.prefix': 'bank',
      'database.hostname': 'db',
      'database.user': 'cdc',
      'database.password': `\${file:/run/db.properties:password}`,
      'database.server.id': '5400',
      'schema.history.internal.kafka.bootstrap.servers': 'k1:9092,k2:9092',
      'schema.history.internal.kafka.topic': 'bank.history',
    });
  });

  it('writes names as expressions that match them whole', () => {
    const database = { ...least.database, include: ['bank'] };
    const table = { include: ['bank.accounts', { regex: 'bank\\.tmp_.*' }] };
    expect(mariaDbSource({ ...least, database, table, column: { exclude: ['bank.accounts.pin'] } })).toMatchObject({
      'database.include.list': 'bank',
      'table.include.list': 'bank\\.accounts,bank\\.tmp_.*',
      'column.exclude.list': 'bank\\.accounts\\.pin',
    });
  });

  it('writes groups of topics, and none of their number when there is none', () => {
    const fallback = { replicationFactor: 3, partitions: -1 };
    const groups = {
      compacted: { include: ['bank.bank.accounts'], partitions: 6, config: { 'cleanup.policy': 'compact' } },
    };
    const written = mariaDbSource({ ...least, topicCreation: { default: fallback, groups } });
    expect(written).toMatchObject({
      'topic.creation.groups': 'compacted',
      'topic.creation.default.replication.factor': '3',
      'topic.creation.default.partitions': '-1',
      'topic.creation.compacted.include': 'bank\\.bank\\.accounts',
      'topic.creation.compacted.partitions': '6',
      'topic.creation.compacted.cleanup.policy': 'compact',
    });
    expect(mariaDbSource({ ...least, topicCreation: { default: fallback } })).not.toHaveProperty(
      'topic.creation.groups',
    );
  });

  it('puts converters, producer settings and secrets among them under their prefixes', () => {
    const settings = { 'schema.registry.url': 'http://r', 'basic.auth.user.info': plainSecret('u:p') };
    const written = mariaDbSource({
      ...least,
      valueConverter: { class: 'a.B', settings },
      producerOverride: { 'linger.ms': 5 },
      skippedOperations: [],
      extra: { 'snapshot.fetch.size': 2000 },
    });
    expect(written).toMatchObject({
      'value.converter': 'a.B',
      'value.converter.schema.registry.url': 'http://r',
      'value.converter.basic.auth.user.info': 'u:p',
      'producer.override.linger.ms': '5',
      'skipped.operations': 'none',
      'snapshot.fetch.size': '2000',
    });
  });

  it('takes no password that is a mere text', () => {
    // @ts-expect-error: a text is no Secret; callers without types get the refusal.
    const database: MariaDbSourceConfig['database'] = { ...least.database, password: 'hunter2' };
    expect(refusal({ database })).toContain('database.password: is a secret in plain text; use secretRef');
    expect(refusal({ database })).not.toContain('hunter2');
    expect(refusal({ extra: { 'database.ssl.keystore.password': 'hunter2' } })).toContain('is a secret in plain text');
    expect(refusal({ producerOverride: { 'sasl.jaas.config': `x password="\${file:/p:k}";` } })).toBeUndefined();
  });

  it.each<[string, Partial<MariaDbSourceConfig>]>([
    ['topic.prefix: is empty', { topicPrefix: '' }],
    ['topic.prefix: "my bank" has characters that a Kafka topic’s name cannot have', { topicPrefix: 'my bank' }],
    ['topic.prefix: ".." cannot be', { topicPrefix: '..' }],
    ['poll.interval.ms: -1 is not a whole number from 1', { pollIntervalMs: -1 }],
    ['heartbeat.interval.ms: 0.5 is not a whole number from 0', { heartbeatIntervalMs: 0.5 }],
    [
      'database.server.id: 0 is not a whole number from 1 to 4294967295',
      { database: { ...least.database, serverId: 0 } },
    ],
    ['database.port: 65536 is not', { database: { ...least.database, port: 65_536 } }],
    ['max.queue.size: 8192 is not above max.batch.size, 8192', { maxBatchSize: 8192 }],
    ['table.include.list: the list is empty', { table: { include: [] } }],
    ['"accounts" is not of the form database.table', { table: { include: ['accounts'] } }],
    ['topic.prefix: is set twice', { extra: { 'topic.prefix': 'other' } }],
    ['"kafka" is not of the form host:port', { schemaHistory: { kafka: { bootstrapServers: ['kafka'], topic: 't' } } }],
    [
      'topic.creation.default.partitions: 0 is not',
      { topicCreation: { default: { replicationFactor: 1, partitions: 0 } } },
    ],
  ])('refuses with «%s»', (message, changes) => {
    expect(refusal(changes)).toContain(message);
  });

  it('says everything that is wrong at once', () => {
    expect(refusal({ topicPrefix: '', pollIntervalMs: 0 })).toMatch(/topic\.prefix: .*; poll\.interval\.ms: /);
  });

  it('takes as a prefix what Kafka takes as a topic’s name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w.-]*$/)), (topicPrefix) => {
        const legal = /^[a-zA-Z0-9._-]{1,249}$/.test(topicPrefix) && topicPrefix !== '.' && topicPrefix !== '..';
        expect(refusal({ topicPrefix }) === undefined).toBe(legal);
      }),
    );
  });
});
