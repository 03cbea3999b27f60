import { setTimeout as delay } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
// kafkajs is CommonJS: under plain Node only the default import has all its names. Of the product this file alone imports it.
import kafkajs, { type Admin, type Kafka, type KafkaConfig } from 'kafkajs';
import { KitError } from '../errors.ts';
import { joinLock, type KafkaLock } from './kafkajs-lock.ts';
import { readingRightly, readingUncommitted } from './kafkajs-patches.ts';
import { KafkaJsReader } from './kafkajs-reader.ts';
import type { KafkaAccess, LogReader, NewTopic, PartitionRange, Start, Transport } from './transport.ts';
import { unzstd } from './zstd.ts';

// kafkajs has gzip only; Node itself has zstd.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
  decompress: async (buffer: Buffer) => unzstd(buffer),
});

export interface KafkaJsOptions {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** TLS, and who asks; null and left out: neither. */
  readonly access?: KafkaAccess | null;
}

/** The transport on kafkajs 2.2.4. It retries nothing by itself: whoever uses it waits and opens it again. */
export function kafkaJsTransport(options: KafkaJsOptions): Transport {
  const config = configOf(options);
  const kafka = readingRightly(new kafkajs.Kafka(config));
  return new KafkaJsTransport(kafka, readingUncommitted(new kafkajs.Kafka(config)), options);
}

/** The settings that hold for each topic, the broker's own where a topic has none. Throws KitError `kafka-unreachable`, `topic-missing`. */
export async function topicSettings(
  options: KafkaJsOptions,
  topics: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const kafka = new kafkajs.Kafka(configOf(options));
  await using transport = new KafkaJsTransport(kafka, kafka, options);
  return await transport.settings(topics);
}

/** Throws KitError `kafka-unreachable`. The topic has to be there. */
export function kafkaLock(options: KafkaJsOptions, group: string, topic: string): Promise<KafkaLock> {
  return joinLock((own) => new kafkajs.Kafka({ ...configOf(options), ...own }), group, topic);
}

function configOf(options: KafkaJsOptions): KafkaConfig {
  return {
    brokers: [...options.brokers],
    clientId: options.clientId,
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 5000,
    requestTimeout: 15_000,
    retry: { retries: 0 },
    ...secured(options.access),
  };
}

function secured(access: KafkaJsOptions['access']): Partial<KafkaConfig> {
  if (!access) return {};
  const { ca, user } = access;
  const sasl = user && { mechanism: 'scram-sha-512' as const, username: user.name, password: user.password };
  return { ssl: { ca: [ca] }, ...(sasl && { sasl }) };
}

class KafkaJsTransport implements Transport {
  readonly #kafka: Kafka;
  readonly #offsets: Kafka;
  readonly #clientId: string;
  readonly #where: string;
  #admin: Promise<Admin> | null = null;

  constructor(kafka: Kafka, offsets: Kafka, options: KafkaJsOptions) {
    this.#kafka = kafka;
    this.#offsets = offsets;
    this.#clientId = options.clientId;
    this.#where = options.brokers.join(',');
  }

  async describe(topics: readonly string[]): Promise<ReadonlyMap<string, readonly PartitionRange[]>> {
    return this.#withAdmin(async (admin) => {
      const asked = topics.map(async (topic) => [topic, await describeTopic(admin, topic)] as const);
      return new Map(await Promise.all(asked).catch((error) => missingAmong(admin, topics, error)));
    });
  }

  topics(): Promise<readonly string[]> {
    return this.#withAdmin((admin) => admin.listTopics());
  }

  settings(topics: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
    return this.#withAdmin(async (admin) => {
      const resources = topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name }));
      const { resources: told } = await admin.describeConfigs({ includeSynonyms: false, resources });
      return new Map(
        told.map(({ resourceName, configEntries }) => [
          resourceName,
          Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
        ]),
      );
    });
  }

  async read(starts: readonly Start[]): Promise<LogReader> {
    try {
      return await KafkaJsReader.open(this.#kafka, starts, this.#clientId);
    } catch (error) {
      throw this.#from(error);
    }
  }

  async createTopics(topics: readonly NewTopic[]): Promise<readonly string[]> {
    return this.#withAdmin(async (admin) => {
      const there = new Set(await admin.listTopics());
      const missing = topics.filter(({ topic }) => !there.has(topic));
      const made: string[] = [];
      // One by one: of several, kafkajs does not say which somebody else has made meanwhile; and of several at once, those
      // still under way when one fails would connect again behind the back of close().
      for (const topic of missing) if (await createTopic(admin, topic)) made.push(topic.topic);
      return made;
    });
  }

  async publish(topic: string, values: readonly Uint8Array[]): Promise<void> {
    await this.describe([topic]);
    const producer = this.#kafka.producer({ allowAutoTopicCreation: false });
    try {
      await producer.connect();
      const messages = values.map((value) => ({ partition: 0, value: Buffer.from(value) }));
      await producer.send({ topic, acks: -1, messages });
    } catch (error) {
      throw this.#from(error);
    } finally {
      await producer.disconnect().catch(() => {});
    }
  }

  async close(): Promise<void> {
    const admin = this.#admin;
    this.#admin = null;
    await (await admin?.catch(() => null))?.disconnect().catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #withAdmin<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      this.#admin ??= connected(this.#offsets.admin());
      return await use(await this.#admin);
    } catch (error) {
      // A connection that has failed once is not used again.
      await this.close();
      throw this.#from(error);
    }
  }

  #from(error: unknown): KitError {
    if (error instanceof KitError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new KitError('kafka-unreachable', `Kafka at ${this.#where}: ${message}`, { cause: error });
  }
}

async function connected(admin: Admin): Promise<Admin> {
  try {
    await admin.connect();
  } catch (error) {
    // What did not answer has a socket all the same, and kafkajs a timer for it.
    await admin.disconnect().catch(() => {});
    throw error;
  }
  return admin;
}

async function createTopic(admin: Admin, { topic, partitions, replicationFactor, config }: NewTopic): Promise<boolean> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  try {
    const topics = [{ topic, numPartitions: partitions, replicationFactor, configEntries }];
    const isMade = await admin.createTopics({ waitForLeaders: false, topics });
    await served(admin, topic);
    return isMade;
  } catch (error) {
    // "Topic creation errors" is all the error itself says.
    const causes = (error as { errors?: readonly Error[] }).errors ?? [error as Error];
    throw new Error(`topic ${topic} cannot be made: ${causes.map(({ message }) => message).join('; ')}`, {
      cause: error,
    });
  }
}

/**
 * The broker knows a topic, and leads its partitions, some moments after the controller has made it. kafkajs' own wait takes that for an error unless it
 * retries everything.
 */
async function served(admin: Admin, topic: string): Promise<void> {
  for (const until = Date.now() + 15_000; ; await delay(20)) {
    try {
      await describeTopic(admin, topic);
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

async function describeTopic(admin: Admin, topic: string): Promise<PartitionRange[]> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets
    .map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }))
    .sort((a, b) => a.partition - b.partition);
}

/** kafkajs asks for all the topics it has met at once, so its error does not tell which of them is missing. */
async function missingAmong(admin: Admin, topics: readonly string[], error: unknown): Promise<never> {
  if (!isUnknownTopic(error)) throw error;
  const there = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !there.has(topic));
  if (missing.length === 0) throw error;
  const remedy = 'apply the connector that captures its table';
  throw new KitError('topic-missing', `topic ${missing.join(', ')} does not exist`, { cause: error, remedy });
}

function isUnknownTopic(error: unknown): boolean {
  const seen = error as { type?: string; name?: string; cause?: unknown } | null | undefined;
  if (!seen) return false;
  return (
    seen.type === 'UNKNOWN_TOPIC_OR_PARTITION' ||
    seen.name === 'KafkaJSTopicMetadataNotLoaded' ||
    isUnknownTopic(seen.cause)
  );
}
