import { describe, expect, it } from '@jest/globals';
import { secretRef } from '../secrets/secret.ts';
import type { JdbcSinkConfig } from './config.ts';
import { JDBC_SINK_CLASS, jdbcSink } from './sink.ts';

const least: JdbcSinkConfig = {
  topics: ['bank.bank.cards'],
  connection: { url: 'jdbc:mariadb://db:3306/shop', username: 'sink', password: secretRef('env', 'SINK_PASSWORD') },
};

function refusal(changes: Partial<JdbcSinkConfig>): string | undefined {
  try {
    jdbcSink({ ...least, ...changes });
    return undefined;
  } catch (thrown) {
    expect(thrown).toMatchObject({ name: 'ConnectError', code: 'invalid-config' });
    return String(thrown);
  }
}

describe('jdbcSink', () => {
  it('writes what is given and leaves the defaults to the connector', () => {
    expect(jdbcSink(least)).toEqual({
      'connector.class': JDBC_SINK_CLASS,
      topics: 'bank.bank.cards',
      'connection.url': 'jdbc:mariadb://db:3306/shop',
      'connection.username': 'sink',
      'connection.password': `\${env:SINK_PASSWORD}`,
    });
  });

  it('writes a sink that takes every record as often as it comes', () => {
    expect(
      jdbcSink({
        ...least,
        insertMode: 'upsert',
        deleteEnabled: true,
        primaryKeyMode: 'record_key',
        primaryKeyFields: ['id'],
        collectionNameFormat: 'cards_of_bank',
        batchSize: 5000,
        useReductionBuffer: true,
        errors: {
          tolerance: 'all',
          deadLetterQueue: { topic: 'bank.dead', replicationFactor: 1, contextHeaders: true },
        },
        consumerOverride: { 'max.poll.records': 5000 },
        extra: { 'dialect.postgres.postgis.schema': 'gis' },
      }),
    ).toMatchObject({
      'insert.mode': 'upsert',
      'delete.enabled': 'true',
      'primary.key.mode': 'record_key',
      'primary.key.fields': 'id',
      'collection.name.format': 'cards_of_bank',
      'batch.size': '5000',
      'use.reduction.buffer': 'true',
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'bank.dead',
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
      'consumer.override.max.poll.records': '5000',
      'dialect.postgres.postgis.schema': 'gis',
    });
  });

  const at = (url: string) => ({ connection: { ...least.connection, url } });
  it.each<[string, Partial<JdbcSinkConfig>]>([
    ['topics: give either topics or topicsRegex', { topicsRegex: 'bank\\..*' }],
    ['topics: the list is empty', { topics: [] }],
    ['topics: "my cards" has characters', { topics: ['my cards'] }],
    ['connection.url: is not of the form jdbc:<database>:', at('mariadb://db')],
    ['connection.url: has a password in it', at('jdbc:mariadb://db/shop?user=me&password=hunter2')],
    ['connection.url: has a password in it', at('jdbc:mysql://me:hunter2@db/shop')],
    ['primary.key.mode: is none; upsert needs a key', { insertMode: 'upsert' }],
    [
      'primary.key.mode: is record_value; delete.enabled needs record_key',
      { deleteEnabled: true, primaryKeyMode: 'record_value' },
    ],
    ['connection.pool.max_size: 4 is below', { connection: { ...least.connection, poolMaxSize: 4 } }],
    ['batch.size: 0 is not', { batchSize: 0 }],
    ['field.exclude.list: field.include.list is set too', { fieldIncludeList: ['a'], fieldExcludeList: ['b'] }],
    ['connection.url: is set twice', { extra: { 'connection.url': 'jdbc:x:y' } }],
  ])('refuses with «%s»', (message, changes) => {
    expect(refusal(changes)).toContain(message);
    expect(refusal(changes)).not.toContain('hunter2');
  });
});
