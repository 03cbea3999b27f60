import { setTimeout as delay } from 'node:timers/promises';
import { Producer } from '@platformatic/kafka';
import { Cluster, kitErrorOf, type PlatformaticOptions, Reopened, secured } from './platformatic-cluster.ts';
import { PlatformaticReader } from './platformatic-reader.ts';
import type { LogReader, NewTopic, PartitionRange, Start, Transport } from './transport.ts';

/** The transport on @platformatic/kafka, for Kafka 3.1 and later. It retries nothing by itself. */
export function platformaticTransport(options: PlatformaticOptions): Transport {
  return new PlatformaticTransport(options);
}

class PlatformaticTransport implements Transport {
  readonly #options: PlatformaticOptions;
  readonly #where: string;
  readonly #cluster: Reopened;

  constructor(options: PlatformaticOptions) {
    this.#options = options;
    this.#cluster = new Reopened(options);
    this.#where = options.brokers.join(',');
  }

  async describe(topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionRange[]>> {
    if (topics.length === 0) return new Map();
    return this.#cluster.use((cluster) => describeTopics(cluster, topics));
  }

  topics(): Promise<readonly string[]> {
    return this.#cluster.use(async (cluster) => (await cluster.topics(null)).map(({ name }) => name!));
  }

  read(starts: readonly Start[]): Promise<LogReader> {
    const { brokers, clientId, access } = this.#options;
    return PlatformaticReader.open(new Cluster(brokers, clientId, access), this.#where, starts);
  }

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    return this.#cluster.use(async (cluster) => {
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

  close(): Promise<void> {
    return this.#cluster.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
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
