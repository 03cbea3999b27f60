// Of the product the files platformatic*.ts alone import this client.
import {
  type Connection,
  type ConnectionOptions,
  ConnectionPool,
  createTopicsV7,
  findErrorBy,
  listOffsetsV7,
  metadataV12,
  ProtocolError,
  ResponseError,
} from '@platformatic/kafka';
import { KitError } from '../errors.ts';
import type { KafkaAccess, NewTopic } from './transport.ts';

/** Codes of https://kafka.apache.org/protocol#protocol_error_codes */
const unknownTopic = 3;
const alreadyThere = 36;
const notAuthorized = 29;

type Metadata = metadataV12.MetadataResponse;
export type TopicMetadata = Metadata['topics'][number];

/** Connections to the brokers of one cluster, opened as they are needed, and what is asked over them. It retries nothing. */
export class Cluster {
  readonly #brokers: readonly { readonly host: string; readonly port: number }[];
  readonly #pool: ConnectionPool;
  #nodes: Metadata['brokers'] = [];

  constructor(brokers: readonly string[], clientId: string, access: KafkaAccess | null = null) {
    this.#brokers = brokers.map((broker) => {
      const colon = broker.lastIndexOf(':');
      return { host: broker.slice(0, colon), port: Number(broker.slice(colon + 1)) };
    });
    this.#pool = new ConnectionPool(clientId, { connectTimeout: 5000, requestTimeout: 15_000, ...secured(access) });
  }

  /** All topics when none are named. Throws KitError `topic-missing` naming those that are not there. */
  async topics(names: readonly string[] | null): Promise<readonly TopicMetadata[]> {
    const connection = await this.#pool.getFirstAvailable([...this.#brokers]);
    // A topic that is gone must not come back by being asked for.
    const wanted = names === null ? null : names.map((name) => ({ name }));
    const asking = metadataV12.api.async(connection, wanted, false, false);
    const { brokers, topics } = await asking.catch((error) => answerOf<Metadata>(error));
    this.#nodes = brokers;
    const missing = topics.filter(({ errorCode }) => errorCode === unknownTopic).map(({ name }) => name);
    if (missing.length > 0) throw topicMissing(`topic ${missing.join(', ')} does not exist`);
    if (names !== null) for (const topic of topics) requireLeaders(topic);
    return topics;
  }

  /** A broker that `topics` has told of. */
  async node(nodeId: number): Promise<Connection> {
    const node = this.#nodes.find((one) => one.nodeId === nodeId);
    if (!node) throw new KitError('kafka-unreachable', `Kafka names no broker ${nodeId}`);
    return this.#pool.get(node);
  }

  /** All brokers. */
  async nodes(): Promise<readonly Connection[]> {
    await this.topics([]);
    return Promise.all(this.#nodes.map(({ nodeId }) => this.node(nodeId)));
  }

  /** First offsets (-2) or high watermarks (-1), by topic and partition; the last stable offset is the end of what is committed. */
  async offsets(
    topics: readonly TopicMetadata[],
    timestamp: -1n | -2n,
    until: 'written' | 'committed' = 'written',
  ): Promise<ReadonlyMap<string, bigint>> {
    const asked = byLeader(topics.flatMap((topic) => topic.partitions.map((partition) => ({ topic, ...partition }))));
    const found = [...asked].map(async ([nodeId, partitions]) => {
      const wanted = [...Map.groupBy(partitions, ({ topic }) => topic.name!)].map(([name, ofTopic]) => ({
        name,
        partitions: ofTopic.map(({ partitionIndex }) => ({ partitionIndex, currentLeaderEpoch: -1, timestamp })),
      }));
      // Isolation 0 is READ_UNCOMMITTED: 1 gives the last stable offset for the end.
      const answer = await listOffsetsV7.api.async(await this.node(nodeId), -1, until === 'written' ? 0 : 1, wanted);
      return answer.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, offset }) => [`${name}/${partitionIndex}`, offset] as const),
      );
    });
    return new Map((await Promise.all(found)).flat());
  }

  /** The names of those that it made; what is there already is no error. */
  async create(topics: readonly NewTopic[]): Promise<readonly string[]> {
    const connection = await this.#pool.getFirstAvailable([...this.#brokers]);
    const { brokers, controllerId } = await metadataV12.api.async(connection, [], false, false);
    this.#nodes = brokers;
    const wanted = topics.map(({ topic, partitions, replicationFactor, config }) => ({
      name: topic,
      numPartitions: partitions,
      replicationFactor,
      assignments: [],
      configs: Object.entries(config).map(([name, value]) => ({ name, value })),
    }));
    const asking = createTopicsV7.api.async(await this.node(controllerId), wanted, 15_000, false);
    const answer = await asking.catch((error) => answerOf<createTopicsV7.CreateTopicsResponse>(error));
    const refused = answer.topics.filter(({ errorCode }) => errorCode !== 0 && errorCode !== alreadyThere);
    if (refused.length > 0) {
      const why = refused.map(
        ({ name, errorMessage, errorCode }) => `${name}: ${errorMessage ?? `error ${errorCode}`}`,
      );
      throw new Error(`topic cannot be made: ${why.join('; ')}`);
    }
    return answer.topics.filter(({ errorCode }) => errorCode === 0).map(({ name }) => name);
  }

  async close(): Promise<void> {
    await this.#pool.close().catch(() => {});
  }
}

export interface PlatformaticOptions {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS, and who asks; null and left out: neither. */
  readonly access?: KafkaAccess | null;
}

/** One cluster, opened when it is needed, and anew after a failure: a connection that has failed once is not used again. */
export class Reopened {
  readonly #options: PlatformaticOptions;
  #cluster: Cluster | null = null;

  constructor(options: PlatformaticOptions) {
    this.#options = options;
  }

  /** Throws KitError. */
  async use<T>(use: (cluster: Cluster) => Promise<T>): Promise<T> {
    const { brokers, clientId, access } = this.#options;
    try {
      this.#cluster ??= new Cluster(brokers, clientId, access);
      return await use(this.#cluster);
    } catch (error) {
      await this.close();
      throw kitErrorOf(error, brokers.join(','));
    }
  }

  async close(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = null;
    await cluster?.close();
  }
}

/** Of a connection, as this client names it. */
export function secured(access: KafkaAccess | null): Pick<ConnectionOptions, 'tls' | 'tlsServerName' | 'sasl'> {
  if (!access) return {};
  const { ca, user } = access;
  const sasl = user && { mechanism: 'SCRAM-SHA-512' as const, username: user.name, password: user.password };
  return { tls: { ca }, tlsServerName: true, ...(sasl && { sasl }) };
}

export function byLeader<T extends { readonly leaderId: number }>(partitions: readonly T[]): Map<number, T[]> {
  return Map.groupBy(partitions, ({ leaderId }) => leaderId);
}

/** Whatever the client threw as a KitError; `where` says which Kafka. */
export function kitErrorOf(error: unknown, where: string): KitError {
  if (error instanceof KitError) return error;
  const says = (code: string) => findErrorBy(error as Error, 'apiId', code) !== null;
  const message = `Kafka at ${where}: ${reasons(error).join(': ')}`;
  const cause = { cause: error };
  if (says('UNKNOWN_TOPIC_OR_PARTITION') || says('UNKNOWN_TOPIC_ID'))
    return new KitError('topic-missing', message, cause);
  if (says('OFFSET_OUT_OF_RANGE')) return new KitError('position-lost', message, cause);
  if (findErrorBy(error as Error, 'code', 'PLT_KFK_UNSUPPORTED_COMPRESSION') === null)
    return new KitError('kafka-unreachable', message, cause);
  const remedy = "set the connector's producer.override.compression.type to zstd, gzip or none, and capture anew";
  return new KitError('compression-unknown', message, { ...cause, remedy });
}

/** What a broker has refused something with; null when it is no broker's answer. */
export function errorCodeOf(error: unknown): number | null {
  const said = error instanceof AggregateError ? error.errors.find((one) => one instanceof ProtocolError) : error;
  return said instanceof ProtocolError ? said.apiCode : null;
}

export function topicMissing(message: string): KitError {
  return new KitError('topic-missing', message, { remedy: 'apply the connector that captures its table' });
}

/** The client throws when one of many has an error; what the others say is in the error then. */
function answerOf<Answer>(error: unknown): Answer {
  if (error instanceof ResponseError) return (error as ResponseError & { readonly response: Answer }).response;
  throw error;
}

function requireLeaders({ name, errorCode, partitions }: TopicMetadata): void {
  if (errorCode === notAuthorized) throw new Error(`topic ${name}: this user is not authorized to read it`);
  if (errorCode !== 0) throw new Error(`topic ${name}: error ${errorCode}`);
  const without = partitions.find((partition) => partition.errorCode !== 0 || partition.leaderId < 0);
  if (without) throw new Error(`${name}/${without.partitionIndex} has no leader`);
}

/** "Cannot connect to any broker." is all that the error itself says. */
function reasons(error: unknown): string[] {
  if (!(error instanceof Error)) return error === undefined ? [] : [String(error)];
  const inner = error instanceof AggregateError ? error.errors.flatMap(reasons) : reasons(error.cause);
  return [error.message, ...inner];
}
