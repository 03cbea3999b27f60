import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leaveForgotten } from '../testkit/forgotten-transaction.ts';
import { KafkaWriter } from '../testkit/kafka-writer.ts';
import { Reading } from '../testkit/reading.ts';
import { testStack } from '../testkit/test-stack.ts';
import { transactionLogs } from './client.ts';
import { findHanging, type TransactionLogs } from './hanging.ts';
import { kafkaJsTransport } from './kafkajs.ts';

const { kafka } = testStack();
let writer: KafkaWriter;
let logs: TransactionLogs;
beforeAll(async () => {
  writer = await KafkaWriter.open(kafka);
  logs = await transactionLogs({ brokers: [kafka], clientId: 'kit-test' });
});
afterAll(async () => {
  await logs.close();
  await writer[Symbol.asyncDispose]();
});

const hangingIn = async (...topics: readonly string[]) =>
  (await findHanging(logs, (topic) => topics.includes(topic), { steadyMs: 500, pause: delay })).transactions;

/** What a reader of the topic gets until there is nothing more. */
async function readable(topic: string, count: number): Promise<readonly string[]> {
  await using transport = kafkaJsTransport({ brokers: [kafka], clientId: 'kit-test' });
  const starts = [{ topic, partition: 0, offset: 0n }];
  const reader = await transport.read(starts);
  try {
    const reading = new Reading(reader, starts);
    await reading.reaches({ [`${topic}/0`]: count });
    return reading.texts(topic);
  } finally {
    await reader.close();
  }
}

describe('a transaction that Kafka has forgotten', () => {
  it('is found, and aborted: readers go on, and nobody sees what it wrote', async () => {
    const topic = await writer.topic();
    await writer.send(topic, ['before']);
    const { producerId } = await leaveForgotten(kafka, topic);
    await writer.send(topic, ['after']);
    expect(await logs.heldBack((name) => name === topic)).toEqual([{ topic, partition: 0, stable: 1n }]);
    const [found, ...others] = await hangingIn(topic);
    expect(found).toMatchObject({ topic, partition: 0, producerId, startOffset: 1n, coordinatorEpoch: -1 });
    expect(Math.abs(Date.now() - found!.lastWrittenMs)).toBeLessThan(60_000);
    expect(others).toEqual([]);
    await logs.abort(found!);
    expect(await hangingIn(topic)).toEqual([]);
    expect(await logs.heldBack((name) => name === topic)).toEqual([]);
    expect(await readable(topic, 4)).toEqual(['0:before', '2:after']);
  });

  it('is found where its producer is known, and goes on elsewhere', async () => {
    const [topic, other] = [await writer.topic(2), await writer.topic()];
    const transactionalId = `kit-test-${randomUUID()}`;
    const before = await writer.begin(transactionalId);
    await before.send(topic, ['committed'], 1);
    await before.commit();
    const { producerId } = await leaveForgotten(kafka, topic, { transactionalId, partition: 1 });
    const elsewhere = await writer.begin(transactionalId);
    await elsewhere.send(other, ['open']);
    const found = await hangingIn(topic, other);
    // Somebody has ended a transaction of this producer there before: as nobody at all one could not end this one.
    expect(found).toMatchObject([{ topic, partition: 1, producerId, coordinatorEpoch: expect.any(Number) }]);
    expect(found[0]!.coordinatorEpoch).toBeGreaterThanOrEqual(0);
    await logs.abort(found[0]!);
    expect(await hangingIn(topic, other)).toEqual([]);
    await elsewhere.commit();
    expect(await readable(other, 2)).toEqual(['0:open']);
  });
});

describe('a transaction that goes on', () => {
  it('is left alone, however old it is, and is committed', async () => {
    const topic = await writer.topic();
    const open = await writer.begin();
    await open.send(topic, [{ key: null, value: 'from long ago', timestamp: String(Date.UTC(2020, 0, 1)) }]);
    expect(await logs.heldBack((name) => name === topic)).toHaveLength(1);
    const [seen] = await logs.open([{ topic, partition: 0 }]);
    expect(seen).toMatchObject({ startOffset: 0n, lastWrittenMs: Date.UTC(2020, 0, 1) });
    expect(await hangingIn(topic)).toEqual([]);
    await open.commit();
    expect(await readable(topic, 2)).toEqual(['0:from long ago']);
  });

  // At each moment some begin and some end, and what is asked in the wrong order shows some as open that the coordinator has just
  // forgotten.
  it('is never taken for one that hangs while it begins and ends, again and again', async () => {
    const topic = await writer.topic(4);
    let goesOn = true;
    const business = [0, 1, 2, 3].map(async (partition) => {
      for (const id = `kit-test-${randomUUID()}`; goesOn; ) {
        const one = await writer.begin(id);
        await one.send(topic, ['x'], partition);
        await one.commit();
      }
    });
    const isMeant = (name: string) => name === topic;
    let held = 0;
    try {
      for (let look = 0; look < 250; look++) {
        expect(await findHanging(logs, isMeant, { steadyMs: 0, pause: async () => {} })).toEqual({
          transactions: [],
          unjudged: [],
        });
        held += (await logs.heldBack(isMeant)).length;
      }
    } finally {
      goesOn = false;
      await Promise.all(business);
    }
    expect(held).toBeGreaterThan(25);
  });
});
