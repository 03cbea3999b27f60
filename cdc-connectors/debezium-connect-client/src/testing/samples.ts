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

const failedReader = (
  error: string,
  code: number,
) => `org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: io.debezium.DebeziumException: ${error} Error code: ${code}; SQLSTATE: HY000.
\tat io.debezium.connector.binlog.BinlogStreamingChangeEventSource.wrap(BinlogStreamingChangeEventSource.java:1255)
\t... 6 more
Caused by: com.github.shyiko.mysql.binlog.network.ServerException: ${error}
\tat com.github.shyiko.mysql.binlog.BinaryLogClient.listenForEventPackets(BinaryLogClient.java:1132)
\t... 4 more
`;

const failedSnapshot = (
  cause: string,
) => `org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: io.debezium.DebeziumException: ${cause}
\t... 6 more
Caused by: ${cause}
\t... 10 more
`;

/** Tasks that could not begin, or not go on where they stood, by what had been done to them; most frames are left out. */
export const sourceTraces = {
  'its user had another password when it was started again': `io.debezium.DebeziumException: Error reading MySQL variables: (conn=22) Access denied for user 'cdc'@'127.0.0.1' (using password: YES)
\tat io.debezium.connector.binlog.jdbc.BinlogConnectorConnection.querySystemVariables(BinlogConnectorConnection.java:614)
Caused by: java.sql.SQLInvalidAuthorizationSpecException: (conn=22) Access denied for user 'cdc'@'127.0.0.1' (using password: YES)
\tat org.mariadb.jdbc.export.ExceptionFactory.createException(ExceptionFactory.java:293)
\t... 15 more
`,
  'its user may not ask for the position': failedSnapshot(
    'java.sql.SQLSyntaxErrorException: (conn=23) Access denied; you need (at least one of) the BINLOG MONITOR privilege(s) for this operation',
  ),
  'its user may not lock': failedSnapshot(
    "io.debezium.DebeziumException: User does not have the 'LOCK TABLES' privilege required to obtain a consistent snapshot by preventing concurrent writes to tables.",
  ),
  'its user may not read the binlog': failedReader(
    'Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this operation',
    1227,
  ),
  'the binlog was one of statements': `io.debezium.DebeziumException: The database server is not configured to use a ROW binlog_format, which is required for this connector to work properly. Change the database configuration to use a binlog_format=ROW and restart the connector.
`,
  'the binlog was one of changed columns': `io.debezium.DebeziumException: The database server is not configured to use a FULL binlog_row_image, which is required for this connector to work properly. Change the database configuration to use a binlog_row_image=FULL and restart the connector.
`,
  'the binlog was purged while it was stopped': failedReader(
    'Could not find GTID state requested by slave in any binlog files. Probably the slave state is too old and required binlog files have been purged.',
    1236,
  ),
  'a promoted replica has no binlog of what it replicated': failedReader(
    "Error: connecting slave requested to start from GTID 0-1-438, which is not in the master's binlog. Since the master's binlog contains GTIDs with higher sequence numbers, it probably means that the slave has diverged due to executing extra erroneous transactions",
    1236,
  ),
  'another connector came with its server id': failedReader(
    "A slave with the same server_uuid/server_id is already connected; the first event '.' at 0, the last event read from 'binlog.000004' at 10555, the last byte read from 'binlog.000004' at 10586.",
    4052,
  ),
  'the schema history topic was deleted while it was stopped': `io.debezium.DebeziumException: The db history topic is missing. You may attempt to recover it by reconfiguring the connector to recovery.
\tat io.debezium.connector.common.BaseSourceTask.validateSchemaHistory(BaseSourceTask.java:138)
\tat io.debezium.connector.mariadb.MariaDbConnectorTask.start(MariaDbConnectorTask.java:175)
`,
  'another server had counted GTIDs when it was started': `io.debezium.DebeziumException: The connector is trying to read change stream starting at BinlogOffsetContext{sourceInfoSchema=Schema{io.debezium.connector.mariadb.Source:STRUCT}, transactionContext=TransactionContext [currentTransactionId=0-7-93, perTableEventCount={bank.edges=3}, totalEventCount=3], restartGtidSet='0-1-92,9-1-1'}, but this is no longer available on the server. Reconfigure the connector to use a snapshot mode when needed.
\tat io.debezium.connector.common.BaseSourceTask.validateSchemaHistory(BaseSourceTask.java:160)
`,
  'it was started again after it had gone over to another server': `org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.
\tat io.debezium.pipeline.ErrorHandler.setProducerThrowable(ErrorHandler.java:67)
Caused by: io.debezium.DebeziumException: Error processing binlog event
\t... 8 more
Caused by: io.debezium.DebeziumException: Encountered change event for table bank.edges whose schema isn't known to this connector
\tat io.debezium.connector.binlog.BinlogStreamingChangeEventSource.informAboutUnknownTableIfRequired(BinlogStreamingChangeEventSource.java:1049)
\t... 7 more
`,
} as const;

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
