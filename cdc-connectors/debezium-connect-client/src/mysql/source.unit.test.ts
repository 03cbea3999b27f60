import { describe, expect, it } from '@jest/globals';
import { mariaDbSource } from '../mariadb/source.ts';
import { secretRef } from '../secrets/secret.ts';
import { MYSQL_SOURCE_CLASS, type MySqlSourceConfig, mySqlSource } from './source.ts';

const least: MySqlSourceConfig = {
  topicPrefix: 'bank',
  database: { hostname: 'db', user: 'cdc', password: secretRef('env', 'CDC_PASSWORD'), serverId: 5400 },
  schemaHistory: { kafka: { bootstrapServers: ['k1:9092'], topic: 'bank.history' } },
};

function refusal(changes: Partial<MySqlSourceConfig>): string | undefined {
  try {
    mySqlSource({ ...least, ...changes });
    return undefined;
  } catch (thrown) {
    expect(thrown).toMatchObject({ name: 'ConnectError', code: 'invalid-config' });
    return String(thrown);
  }
}

describe('mySqlSource', () => {
  it('writes what MariaDB’s does, for another class', () => {
    const tls = { mode: 'disable' } as const;
    const { 'connector.class': ours, ...mySql } = mySqlSource(least);
    const {
      'connector.class': _,
      'database.ssl.mode': mode,
      ...mariaDb
    } = mariaDbSource({
      ...least,
      snapshot: {},
      database: { ...least.database, tls },
    });
    expect(ours).toBe(MYSQL_SOURCE_CLASS);
    expect(mySql).toEqual(mariaDb);
    expect(mode).toBe('disable');
  });

  it('has MySQL’s own words', () => {
    const tls = {
      mode: 'verify_ca',
      truststore: '/run/ca.jks',
      truststorePassword: secretRef('env', 'TRUST'),
    } as const;
    const config = mySqlSource({
      ...least,
      database: { ...least.database, tls },
      snapshot: { lockingMode: 'minimal_percona' },
    });
    expect(config).toMatchObject({
      'database.ssl.mode': 'verify_ca',
      'database.ssl.truststore': '/run/ca.jks',
      'database.ssl.truststore.password': `\${env:TRUST}`,
      'snapshot.locking.mode': 'minimal_percona',
    });
  });

  it('writes what people set besides', () => {
    expect(
      mySqlSource({
        ...least,
        table: { exclude: ['bank.odd, name'] },
        messageKeyColumns: { 'bank.log': ['day', 'no'], 'bank.notes': ['id'] },
        incrementalSnapshot: { chunkSize: 500, watermarkingStrategy: 'insert_delete' },
        signal: { kafka: { bootstrapServers: ['k1:9092'], consumer: { 'security.protocol': 'SSL' } } },
        notification: { enabledChannels: ['sink', 'log'], sinkTopicName: 'bank.told' },
        gtidSourceExcludes: ['a', 'b'],
      }),
    ).toMatchObject({
      'table.exclude.list': 'bank\\.odd\\x2c\\x20name',
      'message.key.columns': 'bank\\.log:day,no;bank\\.notes:id',
      'incremental.snapshot.chunk.size': '500',
      'incremental.snapshot.watermarking.strategy': 'insert_delete',
      'signal.consumer.security.protocol': 'SSL',
      'notification.enabled.channels': 'sink,log',
      'notification.sink.topic.name': 'bank.told',
      'gtid.source.excludes': 'a,b',
    });
  });

  it.each<[string, Partial<MySqlSourceConfig>]>([
    ['table.exclude.list: table.include.list is set too', { table: { include: ['a.b'], exclude: ['a.c'] } }],
    ['column.include.list: "a.b" is not of the form database.table.column', { column: { include: ['a.b'] } }],
    ['gtid.source.excludes: gtid.source.includes is set too', { gtidSourceIncludes: ['1'], gtidSourceExcludes: ['2'] }],
    ['message.key.columns: "a.b" needs columns', { messageKeyColumns: { 'a.b': [] } }],
    ['message.key.columns: "a.b" needs columns, and no name with', { messageKeyColumns: { 'a.b': ['c:d'] } }],
    ['notification.sink.topic.name: is missing', { notification: { enabledChannels: ['sink'] } }],
    ['incremental.snapshot.chunk.size: 0 is not', { incrementalSnapshot: { chunkSize: 0 } }],
    ['the MySQL source "" cannot work', { topicPrefix: '' }],
  ])('refuses with «%s»', (message, changes) => {
    expect(refusal(changes)).toContain(message);
  });
});
