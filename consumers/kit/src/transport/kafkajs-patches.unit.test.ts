import { expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { readingRightly } from './kafkajs-patches.ts';

interface Request {
  readonly topics: readonly { readonly topic: string }[];
}

it('asks first for the topics that have waited longest: of an answer’s bytes, the last ones would get none', async () => {
  const asked: string[] = [];
  /** As the broker does: it fills the answer in the order of the request, here with two topics. */
  const fetch = async ({ topics }: Request) => {
    asked.push(topics.map(({ topic }) => topic).join(''));
    const message = { offset: '0', key: null, isControlRecord: false, batchContext: { inTransaction: false } };
    return {
      responses: topics.map(({ topic }, index) => ({
        topicName: topic,
        partitions: [{ abortedTransactions: null, messages: index < 2 ? [message] : [] }],
      })),
    };
  };
  const createCluster = Symbol('private:Kafka:createCluster');
  const broker = { fetch };
  const kafka = { [createCluster]: () => ({ findBroker: async () => broker }) } as unknown as Kafka;
  const patched = readingRightly(kafka) as unknown as Record<
    symbol,
    (options: object) => { findBroker: () => Promise<typeof broker> }
  >;
  const found = await patched[createCluster]!({}).findBroker();
  const request = { topics: ['a', 'b', 'c', 'd', 'e'].map((topic) => ({ topic })) };
  for (let turn = 0; turn < 4; turn++) await found.fetch(request);
  expect(asked).toEqual(['abcde', 'cdeab', 'eabcd', 'bcdae']);
});
