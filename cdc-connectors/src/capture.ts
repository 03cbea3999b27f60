import { mariaDbSource, type Secret, type Settings } from 'debezium-connect-client';

export interface CaptureOptions {
  /** Debezium's `topic.prefix` and the connector's name. */
  readonly prefix: string;
  readonly database: { readonly host: string; readonly port: number; readonly user: string; readonly password: Secret };
  /** `database.table` each: the union of what the declarations name. */
  readonly tables: readonly string[];
  /** `database.table.column` each: never leaves the database. */
  readonly withheld?: readonly string[];
  /** `host:port` of Kafka, as the Connect worker sees it. */
  readonly kafka: readonly string[];
  /** How the schema history's own clients reach Kafka, which do not share the worker's settings; none for a Kafka without TLS. */
  readonly kafkaClient?: Settings;
  /** The registry's own API (Apicurio v2), as the worker sees it. */
  readonly registryUrl: string;
  /** The connector's id as a replica; no two readers of one server may share it. */
  readonly serverId: number;
  /** Copies of each topic; default 1, for one broker. */
  readonly replicationFactor?: number;
}

export interface CaptureTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface Capture {
  readonly name: string;
  readonly config: Record<string, string>;
  /** To be made before the connector starts: an empty table has no topic otherwise, and the markers' order needs one partition. */
  readonly topics: readonly CaptureTopic[];
}

/**
 * Messages of a connection lost in the middle of an event, and `BinlogWatch`'s of one that has ended: the connector then begins
 * again from its stored offset. Anything else stops it. Debezium 3.5.0 takes nothing for retriable by itself: `MariaDbErrorHandler.isRetriable` looks behind the last cause.
 */
const lostConnection =
  '(?s).*(Connection reset|Connection refused|Broken pipe|Socket closed|Failed to read next byte|unexpected end of stream|The connection to the binlog is over).*';

const forever = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };
/** Ours over Apicurio's, which writes the DEFAULT for a NULL: decision 14. */
const avroConverter = 'dev.banyan.NullKeepingAvroConverter';
/** Ours: heartbeats tell how far the connector has come, decision 4. */
const heartbeatPosition = { transforms: 'position', 'transforms.position.type': 'dev.banyan.HeartbeatPosition' };

/** Where the connector tells what became of an incremental snapshot. */
export const notificationsOf = (prefix: string): string => `${prefix}.notifications`;
/** Which tables were added to a running connector, and whether Kafka has all of them: decision 19. */
export const historiesOf = (prefix: string): string => `${prefix}.histories`;

/** A connector that captures exact values, whole transactions and truncates, and its topics, which never expire. */
export function capture(options: CaptureOptions): Capture {
  const { prefix, database, kafka, kafkaClient, replicationFactor = 1 } = options;
  const converter = { class: avroConverter, settings: converterSettings(options.registryUrl) };
  const topic = (name: string, config: CaptureTopic['config']): CaptureTopic => ({
    topic: name,
    partitions: 1,
    replicationFactor,
    config,
  });
  return {
    name: prefix,
    topics: [
      topic(`${prefix}.transaction`, forever),
      topic(`${prefix}.corrections`, forever),
      topic(`__debezium-heartbeat.${prefix}`, { 'cleanup.policy': 'delete', 'retention.ms': '3600000' }),
      topic(historiesOf(prefix), forever),
      topic(notificationsOf(prefix), forever),
      ...options.tables.map((table) => topic(topicName(`${prefix}.${table}`), forever)),
    ],
    config: mariaDbSource({
      topicPrefix: prefix,
      database: {
        hostname: database.host,
        port: database.port,
        user: database.user,
        password: database.password,
        serverId: options.serverId,
        include: [...new Set(options.tables.map((table) => table.slice(0, table.indexOf('.'))))],
      },
      table: { include: options.tables },
      ...(options.withheld?.length && { column: { exclude: options.withheld } }),
      schemaHistory: {
        kafka: { bootstrapServers: kafka, topic: `${prefix}.schema-history` },
        storeOnlyCapturedDatabasesDdl: true,
        // A copy that is altered and swapped for a captured table (gh-ost) is not captured itself.
        storeOnlyCapturedTablesDdl: false,
        ...(kafkaClient && { producer: kafkaClient, consumer: kafkaClient }),
      },
      keyConverter: converter,
      valueConverter: converter,
      exactlyOnce: { support: 'required' },
      // Incremental snapshots without a word to the server: their chunks are placed by GTIDs.
      readOnly: true,
      provideTransactionMetadata: true,
      includeSchemaChanges: false,
      tombstonesOnDelete: false,
      skippedOperations: [],
      // Fast rather than thrifty: with the defaults a change is on its way for a quarter of a second.
      pollIntervalMs: 5,
      producerOverride: { 'linger.ms': 0, 'compression.type': 'zstd', 'max.request.size': 20_971_520 },
      // A quiet server must not look like a dead one: it sends a sign of life every 0.8 of the keep-alive. Not shorter, and not
      // off: decision 4.
      heartbeatIntervalMs: 1000,
      connectKeepAliveIntervalMs: 10_000,
      extra: {
        ...heartbeatPosition,
        'notification.enabled.channels': 'sink',
        'notification.sink.topic.name': notificationsOf(prefix),
        'internal.custom.retriable.exception': lostConnection,
        'retriable.restart.connector.wait.ms': 2000,
      },
      decimalHandlingMode: 'precise',
      bigintUnsignedHandlingMode: 'precise',
      timePrecisionMode: 'adaptive_time_microseconds',
      eventConvertingFailureHandlingMode: 'fail',
      eventProcessingFailureHandlingMode: 'fail',
      schemaNameAdjustmentMode: 'avro',
      fieldNameAdjustmentMode: 'avro',
      topicCreation: { default: { partitions: 1, replicationFactor, config: forever } },
    }),
  };
}

/** A name as Debezium makes a topic of it: what Kafka does not allow becomes `_`. */
export function topicName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]/g, '_');
}

/** Apicurio's converter with the Confluent wire format: the ids in the messages are the ids of the Confluent API. */
function converterSettings(registryUrl: string) {
  return {
    'apicurio.registry.url': registryUrl,
    'apicurio.registry.auto-register': true,
    'apicurio.registry.find-latest': true,
    'apicurio.registry.as-confluent': true,
    'apicurio.registry.use-id': 'contentId',
    'apicurio.registry.headers.enabled': false,
  };
}
