import { mariaDbSource, type Secret } from 'debezium-connect-client';

export interface CaptureOptions {
  /** Debezium's `topic.prefix` and the connector's name. */
  readonly prefix: string;
  readonly database: { readonly host: string; readonly port: number; readonly user: string; readonly password: Secret };
  /** `database.table` each: the union of what the declarations name. */
  readonly tables: readonly string[];
  /** `host:port` of Kafka, as the Connect worker sees it. */
  readonly kafka: readonly string[];
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

const forever = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };
const avroConverter = 'io.apicurio.registry.utils.converter.AvroConverter';

/** A connector that captures exact values, whole transactions and truncates, and its topics, which never expire. */
export function capture(options: CaptureOptions): Capture {
  const { prefix, database, kafka, replicationFactor = 1 } = options;
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
      topic(`__debezium-heartbeat.${prefix}`, { 'cleanup.policy': 'delete', 'retention.ms': '3600000' }),
      ...options.tables.map((table) => topic(`${prefix}.${table}`, forever)),
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
      schemaHistory: {
        kafka: { bootstrapServers: kafka, topic: `${prefix}.schema-history` },
        storeOnlyCapturedDatabasesDdl: true,
      },
      keyConverter: converter,
      valueConverter: converter,
      exactlyOnce: { support: 'required' },
      provideTransactionMetadata: true,
      includeSchemaChanges: false,
      tombstonesOnDelete: false,
      skippedOperations: [],
      // Fast rather than thrifty: with the defaults a change is on its way for a quarter of a second.
      pollIntervalMs: 5,
      producerOverride: { 'linger.ms': 0, 'compression.type': 'zstd', 'max.request.size': 20_971_520 },
      // A quiet server must not look like a dead one: it sends a sign of life every 0.8 of the keep-alive. Not shorter: a reader
      // that is held up for longer than the keep-alive connects anew inside its task, and if the worker then dies before that
      // transaction's end, its rest is lost.
      heartbeatIntervalMs: 1000,
      connectKeepAliveIntervalMs: 60_000,
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
