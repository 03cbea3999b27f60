import { randomUUID } from 'node:crypto';
import { kafkaJsTransport, type Message } from '@banyan/kit/transport';
import kafkajs from 'kafkajs';
import type { Bridge } from './bridge.ts';
import { eventually } from './eventually.ts';

/** An administrator's and a stranger's hands on the bridge's Kafka, for doing harm. */
export async function withKafka<T>(
  bridge: Bridge,
  use: (kafka: InstanceType<typeof kafkajs.Kafka>) => Promise<T>,
): Promise<T> {
  return use(
    new kafkajs.Kafka({ brokers: [bridge.stack.kafka], clientId: 'harm', logLevel: kafkajs.logLevel.NOTHING }),
  );
}

export async function produce(bridge: Bridge, topic: string, values: readonly (Buffer | string)[]): Promise<void> {
  await withKafka(bridge, async (kafka) => {
    const producer = kafka.producer();
    await producer.connect();
    // kafkajs makes one batch of a call, and a reader has to hold a batch whole; a connector's have a few kilobytes.
    for (let from = 0; from < values.length; from += 500) {
      const messages = values.slice(from, from + 500).map((value) => ({ key: null, value }));
      await producer.send({ topic, messages });
    }
    await producer.disconnect();
  });
}

/** The value of the first message that the topic has. */
export async function firstMessage(bridge: Bridge, topic: string): Promise<Buffer> {
  return withKafka(bridge, async (kafka) => {
    const consumer = kafka.consumer({ groupId: `first-${randomUUID()}`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    try {
      return await new Promise<Buffer>((found, fail) => {
        const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => found(message.value!);
        consumer.run({ autoCommit: false, eachMessage }).catch(fail);
      });
    } finally {
      await consumer.disconnect();
    }
  });
}

/** Deletes the topic and makes one of the same name, with as many or more messages. */
export async function recreateTopic(bridge: Bridge, topic: string, messages: number): Promise<void> {
  await withKafka(bridge, async (kafka) => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await eventually(`${topic} is gone`, async () => !(await admin.listTopics()).includes(topic));
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
    await eventually(`the broker serves ${topic}`, () => admin.fetchTopicOffsets(topic));
    await admin.disconnect();
  });
  if (messages > 0)
    await produce(
      bridge,
      topic,
      Array.from({ length: messages }, (_, index) => `other ${index}`),
    );
}

/** Forgets everything in the topic up to its end. */
export async function truncateTopic(bridge: Bridge, topic: string): Promise<void> {
  await withKafka(bridge, async (kafka) => {
    const admin = kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
    await admin.disconnect();
  });
}

/** Writes again what `choose` picks of the values that the topic holds; gives how many. */
export async function produceAgain(
  bridge: Bridge,
  topic: string,
  choose: (values: readonly Buffer[]) => readonly Buffer[],
): Promise<number> {
  const values = (await allMessages(bridge, topic)).flatMap(({ value }) =>
    value === null ? [] : [Buffer.from(value)],
  );
  const chosen = choose(values);
  if (chosen.length > 0) await produce(bridge, topic, chosen);
  return chosen.length;
}

/** What the topic's first partition holds. */
export async function allMessages(bridge: Bridge, topic: string): Promise<Message[]> {
  await using transport = kafkaJsTransport({ brokers: [bridge.stack.kafka], clientId: 'harm' });
  const { low, high } = (await transport.describe([topic])).get(topic)![0]!;
  await using closing = new AsyncDisposableStack();
  const reader = await transport.read([{ topic, partition: 0, offset: low }]);
  closing.defer(() => reader.close());
  const all: Message[] = [];
  for (let next = low; next < high; ) {
    for (const chunk of await reader.next(200)) {
      next = chunk.nextOffset;
      all.push(...chunk.messages);
    }
  }
  return all;
}
