import { setTimeout as delay } from 'node:timers/promises';
import { Producer } from '@platformatic/kafka';
import { Cluster, kitErrorOf, secured } from './platformatic-cluster.ts';
import { PlatformaticReader } from './platformatic-reader.ts';
import type { KafkaAccess, LogReader, NewTopic, PartitionRange, Start, Transport } from './transport.ts';

export interface PlatformaticOptions {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS, and who asks; null and left out: neither. */
  readonly access?: KafkaAccess | null;
}

/** The transport on @platformatic/kafka, for Kafka 3.1 and later. It retries nothing by itself. */
export function platformaticTransport(options: PlatformaticOptions): Transport {
  return new PlatformaticTransport(options);
}

class PlatformaticTransport implements Transport {
  readonly #options: PlatformaticOptions;
  readonly #where: string;
  #cluster: Cluster | null = null;

  constructor(options: PlatformaticOptions) {
    this.#options = options;
    this.#where = options.brokers.join(',');
  }

  async describe(topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionRange[]>> {
    if (topics.length === 0) return new Map();
    return this.#withCluster((cluster) => describeTopics(cluster, topics));
  }

  topics(): Promise<readonly string[]> {
    return this.#withCluster(async (cluster) => (await cluster.topics(null)).map(({ name }) => name!));
  }

  read(starts: readonly Start[]): Promise<LogReader> {
    return PlatformaticReader.open(this.#open(), this.#where, starts);
  }

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    return this.#withCluster(async (cluster) => {
      const there = new Set((await cluster.topics(null)).map(({ name }) => name));
      const missing = topics.filter(({ topic }) => !there.has(topic));
      if (missing.length === 0) return [];
      const made = await cluster.create(missing);
      await served(
        cluster,
        missing.map(({ topic }) => topic),
      );
      return made;
    });
  }

  async publish(topic: string, values: readonly Uint8Array[]): Promise<void> {
    await this.describe([topic]);
    const { brokers, clientId, access = null } = this.#options;
    const bootstrap = { clientId, bootstrapBrokers: [...brokers], ...secured(access) };
    const producer = new Producer({ ...bootstrap, retries: 0, autocreateTopics: false });
    try {
      const messages = values.map((value) => ({ topic, partition: 0, value: Buffer.from(value) }));
      await producer.send({ messages, acks: -1 });
    } catch (error) {
      throw kitErrorOf(error, this.#where);
    } finally {
      await producer.close().catch(() => {});
    }
  }

  async close(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = null;
    await cluster?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): Cluster {
    return new Cluster(this.#options.brokers, this.#options.clientId, this.#options.access);
  }

  async #withCluster<T>(use: (cluster: Cluster) => Promise<T>): Promise<T> {
    try {
      this.#cluster ??= this.#open();
      return await use(this.#cluster);
    } catch (error) {
      // A connection that has failed once is not used again.
      await this.close();
      throw kitErrorOf(error, this.#where);
    }
  }
}

async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly PartitionRange[]>> {
  const topics = await cluster.topics(names);
  const [low, high] = await Promise.all([cluster.offsets(topics, -2n), cluster.offsets(topics, -1n)]);
  return new Map(
    topics.map(({ name, partitions }) => {
      const ids = partitions.map(({ partitionIndex }) => partitionIndex).sort((a, b) => a - b);
      return [
        name!,
        ids.map((partition) => ({
          partition,
          low: low.get(`${name}/${partition}`)!,
          high: high.get(`${name}/${partition}`)!,
        })),
      ];
    }),
  );
}

/** A broker knows a topic, and leads its partitions, some moments after the controller has made it. */
async function served(cluster: Cluster, topics: readonly string[]): Promise<void> {
  for (const until = Date.now() + 15_000; ; await delay(20)) {
    try {
      await describeTopics(cluster, topics);
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}
