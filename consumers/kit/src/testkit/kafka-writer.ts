import { randomUUID } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { eventually } from './eventually.ts';

/** A text, null for a tombstone, or a message with a key. */
export type Sent =
  | string
  | null
  | { readonly key: Buffer | string | null; readonly value: Buffer | string | null; readonly timestamp?: string };

const { None, GZIP, ZSTD } = kafkajs.CompressionTypes;
const compressions = { plain: None, gzip: GZIP, zstd: ZSTD };
kafkajs.CompressionCodecs[ZSTD] = () => ({
  compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
  decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
});

/** A Kafka transaction of its own producer, open until it is ended; its markers are in the logs when ending resolves. */
export interface OpenTransaction {
  send(topic: string, sent: readonly Sent[], partition?: number): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/**
 * The writing side of Kafka for tests of a transport: topics of names of their own, which are gone when it is closed. It uses
 * kafkajs whichever transport is under test.
 */
export class KafkaWriter {
  readonly #kafka: InstanceType<typeof kafkajs.Kafka>;
  readonly #admin: Admin;
  #producer: Producer;
  readonly #transactional: Producer[] = [];
  readonly #topics = new Set<string>();

  private constructor(kafka: InstanceType<typeof kafkajs.Kafka>) {
    this.#kafka = kafka;
    this.#admin = kafka.admin();
    this.#producer = this.#makeProducer();
  }

  #makeProducer(): Producer {
    return this.#kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  }

  static async open(broker: string): Promise<KafkaWriter> {
    const writer = new KafkaWriter(
      new kafkajs.Kafka({
        brokers: [broker],
        clientId: 'kit-test',
        logLevel: kafkajs.logLevel.NOTHING,
        // Under NODE_ENV=test kafkajs has other defaults: it would retry for ever.
        retry: { retries: 10, initialRetryTime: 20, maxRetryTime: 500 },
      }),
    );
    await Promise.all([writer.#admin.connect(), writer.#producer.connect()]);
    return writer;
  }

  /** A name for a topic that is not there yet; whatever is made of that name is removed at the end. */
  freshName(): string {
    const name = `kit-test-${randomUUID().slice(0, 13)}`;
    this.#topics.add(name);
    return name;
  }

  async topic(partitions = 1, name = this.freshName()): Promise<string> {
    const topics = [{ topic: name, numPartitions: partitions, replicationFactor: 1 }];
    await this.#admin.createTopics({ topics, waitForLeaders: false });
    await eventually(`the broker serves ${name}`, () => this.#admin.fetchTopicOffsets(name));
    return name;
  }

  async topicNames(): Promise<readonly string[]> {
    return this.#admin.listTopics();
  }

  async configOf(topic: string, name: string): Promise<string | undefined> {
    const { resources } = await this.#admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
    });
    return resources[0]?.configEntries[0]?.configValue;
  }

  async send(
    topic: string,
    sent: readonly Sent[],
    partition = 0,
    compression: keyof typeof compressions = 'plain',
  ): Promise<void> {
    await this.#producer.send({ topic, compression: compressions[compression], messages: messages(sent, partition) });
  }

  async begin(id = `kit-test-${randomUUID()}`): Promise<OpenTransaction> {
    const transaction = await (await this.#connected(id)).transaction();
    const end = async (ending: Promise<void>) => {
      await ending;
      // Kafka answers before it has written the markers; it takes a producer of the same id only afterwards.
      await eventually('the markers are written', () => this.#connected(id));
    };
    return {
      send: async (topic, sent, partition = 0) => {
        await transaction.send({ topic, messages: messages(sent, partition) });
      },
      commit: () => end(transaction.commit()),
      abort: () => end(transaction.abort()),
    };
  }

  async #connected(transactionalId: string): Promise<Producer> {
    const producer = this.#kafka.producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    this.#transactional.push(producer);
    await producer.connect();
    return producer;
  }

  /** Removes everything below the offset, as retention does. */
  async cut(topic: string, offset: number, partition = 0): Promise<void> {
    await this.#admin.fetchTopicOffsets(topic); // kafkajs wants to know the topic
    await this.#admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  }

  async remove(topic: string): Promise<void> {
    await this.#admin.deleteTopics({ topics: [topic] });
    await eventually(`${topic} is gone`, async () => !(await this.#admin.listTopics()).includes(topic));
    // A producer asks for all the topics it has ever written to, and fails when one of them is gone.
    await this.#producer.disconnect();
    this.#producer = this.#makeProducer();
    await this.#producer.connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const there = (await this.#admin.listTopics()).filter((topic) => this.#topics.has(topic));
    if (there.length > 0) await this.#admin.deleteTopics({ topics: there });
    await Promise.all([this.#admin, this.#producer, ...this.#transactional].map((one) => one.disconnect()));
  }
}

function messages(sent: readonly Sent[], partition: number) {
  return sent.map((one) => ({ partition, ...(one !== null && typeof one === 'object' ? one : { value: one }) }));
}
