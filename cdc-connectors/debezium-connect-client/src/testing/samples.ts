import { mariaDbSource } from '../mariadb/source.ts';
import { secretRef } from '../secrets/secret.ts';

// Samples taken from Kafka Connect 4.3 with Debezium 3.5 on MariaDB 11.4, for tests.

/** A task that failed at its start: two exceptions without a cause's frames, as the worker shows them. */
export const javaTrace = `io.debezium.DebeziumException: Unable to create service io.debezium.relational.CustomConverterRegistry
\tat io.debezium.service.DefaultServiceRegistry.createService(DefaultServiceRegistry.java:231)
\tat java.base/java.util.concurrent.Executors$RunnableAdapter.call(Executors.java:539)
Caused by: java.lang.ClassNotFoundException: no.such.Converter
\tat java.base/jdk.internal.loader.BuiltinClassLoader.loadClass(BuiltinClassLoader.java:641)
\t... 17 more
`;

/** Committed while the initial snapshot was under way. */
export const snapshotOffset = {
  ts_sec: 1795532877,
  file: 'bin.000001',
  pos: 64260841,
  gtids: '0-7-9',
  snapshot: 'INITIAL',
};

/** Committed with the last record of the snapshot. */
export const snapshotDoneOffset = { ts_sec: 1795532750, file: 'bin.000001', pos: 1353, gtids: '0-7-6' };

/** Committed with the first heartbeat after a binlog event. */
export const binlogOffset = { ...snapshotDoneOffset, server_id: 7 };

/** A configuration that fakeConnect takes as it is. */
export const fakeMariaDb = mariaDbSource({
  topicPrefix: 'bank',
  database: {
    hostname: '127.0.0.1',
    user: 'cdc',
    password: secretRef('file', '/run/bank.properties', 'password'),
    serverId: 5400,
  },
  schemaHistory: { kafka: { bootstrapServers: ['127.0.0.1:9092'], topic: 'bank.history' } },
  heartbeatIntervalMs: 1000,
});
