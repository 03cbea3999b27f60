import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ConnectClient,
  executeSnapshot,
  incrementalSnapshotIn,
  kafkaSignal,
  pauseSnapshot,
  resumeSnapshot,
  type Signal,
  signalTable,
  stopSnapshot,
  tableSignal,
} from 'debezium-connect-client';
import { type Bridge, suiteStack } from './bridge.ts';
import { bridgeWithRows, databaseOf, LIMIT_MS, sourceOf } from './connect-client-bench.ts';
import { eventually } from './eventually.ts';
import { allMessages, withKafka } from './kafka.ts';

const stack = suiteStack();

describe('signals to a running connector', () => {
  let bridge: Bridge;
  const client = new ConnectClient({ url: stack.connectUrl });
  const rowsRead = async (prefix: string) => {
    const messages = await allMessages(bridge, `${prefix}.client_signals.cards`);
    const payloads = messages.flatMap(({ value }) =>
      value ? [JSON.parse(Buffer.from(value).toString()).payload] : [],
    );
    return payloads.filter(({ source }) => source.snapshot === 'incremental').map(({ after }) => after.id as number);
  };

  beforeAll(async () => {
    bridge = await bridgeWithRows('client_signals', 600);
  }, LIMIT_MS);
  afterAll(async () => {
    for (const name of ['by_kafka', 'by_table']) await client.remove(name).catch(() => {});
    await bridge?.close();
  }, LIMIT_MS);

  it(
    'by Kafka: rows that a condition picks are read once more, while changes stream',
    async () => {
      const config = sourceOf('by_kafka', 700_002, {
        database: { ...databaseOf(700_002), include: ['client_signals'] },
        table: { include: ['client_signals.cards'] },
        readOnly: true,
        signal: {
          enabledChannels: ['source', 'kafka'],
          pollIntervalMs: 100,
          kafka: { bootstrapServers: [stack.kafka] },
        },
      });
      const conditions = [{ table: 'client_signals.cards', filter: "kind = 'credit'" }];
      const { topic, partition, key, value } = kafkaSignal(
        config,
        executeSnapshot({ tables: ['client_signals.cards'], conditions }),
      );
      await withKafka(bridge, async (kafka) => {
        const admin = kafka.admin();
        await admin.connect();
        await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
        await admin.disconnect();
        await client.putConnector('by_kafka', config);
        await client.waitUntilStreaming('by_kafka', { settleMs: 0 });
        const producer = kafka.producer();
        await producer.connect();
        await producer.send({ topic, messages: [{ partition, key, value }] });
        await producer.disconnect();
      });
      const even = Array.from({ length: 300 }, (_, index) => 2 * (index + 1));
      const read = await eventually('the 300 rows are read', async () => {
        const ids = await rowsRead('by_kafka');
        return ids.length >= 300 && ids;
      });
      expect(read.toSorted((a, b) => a - b)).toEqual(even);
    },
    LIMIT_MS,
  );

  it(
    'by table: a snapshot begins, rests, goes on to its end, and another one is stopped',
    async () => {
      const config = sourceOf('by_table', 700_003, {
        database: { ...databaseOf(700_003), include: ['client_signals'] },
        table: { include: ['client_signals.cards'] },
        incrementalSnapshot: { chunkSize: 1, watermarkingStrategy: 'insert_delete' },
        signal: { dataCollection: 'client_signals.signals' },
      });
      const send = async (signal: Signal) => {
        const { sql, values } = tableSignal(config, signal);
        await bridge.source.query(sql, [...values]);
      };
      const left = async () => {
        const [committed] = await client.offsets('by_table');
        return incrementalSnapshotIn(committed?.offset)?.tables ?? [];
      };
      await bridge.source.query(signalTable(config));
      await bridge.source.query("GRANT INSERT, DELETE ON client_signals.signals TO capture@'127.0.0.1'");
      await client.putConnector('by_table', config);
      await client.waitUntilStreaming('by_table', { settleMs: 0 });

      await send(executeSnapshot({ tables: ['client_signals.cards'] }));
      await send(pauseSnapshot());
      await eventually('the offset tells of the snapshot', async () => (await left()).includes('client_signals.cards'));
      const before = (await rowsRead('by_table')).length;
      expect(before).toBeLessThan(600);
      await send(resumeSnapshot());
      await eventually('all rows are read', async () => (await rowsRead('by_table')).length >= 600);
      await eventually('the offset tells of none', async () => (await left()).length === 0);
      expect(new Set(await rowsRead('by_table')).size).toBe(600);

      await send(executeSnapshot({ tables: [{ regex: 'client_signals\\.car.*' }] }));
      await send(pauseSnapshot());
      await eventually('the next is under way', async () => (await left()).length > 0);
      await send(stopSnapshot());
      await send(resumeSnapshot());
      await eventually('it is given up', async () => (await left()).length === 0);
      expect((await rowsRead('by_table')).length).toBeLessThan(1200);
    },
    LIMIT_MS,
  );
});
