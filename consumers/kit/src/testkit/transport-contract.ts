import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { KitError } from '../errors.ts';
import type { Start, Transport } from '../transport/index.ts';
import { eventually } from './eventually.ts';
import { KafkaWriter } from './kafka-writer.ts';
import { Reading } from './reading.ts';
import { testStack } from './test-stack.ts';

/** What every adapter of the transport port must do, on a real Kafka; `open` makes one for a broker at `host:port`. */
export function transportContract(name: string, open: (broker: string) => Transport): void {
  jest.setTimeout(30_000); // for a machine that is busy with other things
  const broker = testStack().kafka;
  let writer: KafkaWriter;
  let transport: Transport;
  let askingSilent: Promise<void>;
  beforeAll(async () => {
    writer = await KafkaWriter.open(broker);
    transport = open(broker);
    askingSilent = askSilentKafka();
    askingSilent.catch(() => {}); // its test awaits it
  });
  afterAll(async () => {
    await transport.close();
    await writer[Symbol.asyncDispose]();
    await askingSilent.catch(() => {});
  }, 40_000);

  /** Opens a reader for as long as the test needs it. */
  async function reading(starts: readonly Start[], use: (reading: Reading) => Promise<void>): Promise<void> {
    const reader = await transport.read(starts);
    try {
      await use(new Reading(reader, starts));
    } finally {
      await reader.close();
    }
  }
  const at = (topic: string, offset: number | bigint, partition = 0): Start => ({
    topic,
    partition,
    offset: BigInt(offset),
  });
  const high = async (topic: string, partition = 0) =>
    (await transport.describe([topic])).get(topic)!.find((range) => range.partition === partition)!.high;
  const codeOf = async (doing: Promise<unknown>): Promise<string> => {
    const error = await doing.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    return error instanceof KitError ? error.code : `no KitError: ${error}`;
  };

  async function askSilentKafka(): Promise<void> {
    const silent = await listening(createServer((socket) => socket.resume()));
    await using own = open(`127.0.0.1:${portOf(silent)}`);
    const codes = Promise.all([codeOf(own.describe(['any'])), codeOf(own.read([at('any', 0)]))]);
    expect(await codes).toEqual(Array(2).fill('kafka-unreachable'));
    await own.close();
    await new Promise((closed) => silent.close(closed)); // only when every connection is closed
  }

  describe(`transport contract: ${name}`, () => {
    describe('reading', () => {
      it('begins exactly at the given offset of each partition', async () => {
        const topic = await writer.topic(3);
        for (const partition of [0, 1, 2]) {
          const texts = Array.from({ length: 10 }, (_, index) => `p${partition}-${index}`);
          await writer.send(topic, texts, partition);
        }
        const starts = [at(topic, 0, 0), at(topic, 4, 1), at(topic, 10, 2)];
        await reading(starts, async (reading) => {
          await writer.send(topic, ['p2-10'], 2);
          await reading.reaches({ [`${topic}/0`]: 10, [`${topic}/1`]: 10, [`${topic}/2`]: 11 });
          expect(reading.texts(topic, 0)).toEqual(Array.from({ length: 10 }, (_, index) => `${index}:p0-${index}`));
          expect(reading.texts(topic, 1)).toEqual([4, 5, 6, 7, 8, 9].map((index) => `${index}:p1-${index}`));
          expect(reading.texts(topic, 2)).toEqual(['10:p2-10']);
        });
      });

      it('leaves partitions alone that were not asked for', async () => {
        const [topic, other] = [await writer.topic(2), await writer.topic()];
        await writer.send(topic, ['no'], 0);
        await writer.send(topic, ['yes'], 1);
        await writer.send(other, ['yes']);
        await reading([at(topic, 0, 1), at(other, 0)], async (reading) => {
          await reading.reaches({ [`${topic}/1`]: 1, [`${other}/0`]: 1 });
          expect(reading.chunks.map((chunk) => `${chunk.topic}/${chunk.partition}`).sort()).toEqual(
            [`${other}/0`, `${topic}/1`].sort(),
          );
        });
      });

      it.each(['plain', 'gzip', 'zstd'] as const)('begins in the middle of a batch (%s)', async (compression) => {
        const topic = await writer.topic();
        const texts = Array.from({ length: 500 }, (_, index) => `${index}`.repeat(20));
        await writer.send(topic, texts, 0, compression); // one record batch
        await reading([at(topic, 250)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 500 });
          expect(reading.texts(topic)).toEqual(texts.map((text, index) => `${index}:${text}`).slice(250));
        });
      });

      it('gives key, value, offset and time as they were written', async () => {
        const topic = await writer.topic();
        const bytes = Buffer.from([0, 0xff, 0x80, 0]);
        const before = Date.now();
        await writer.send(topic, [{ key: bytes, value: bytes }, { key: null, value: '' }, null]);
        await reading([at(topic, 0)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 3 });
          const [first, second, third] = reading.messages(topic);
          expect([first?.key, first?.value].map((one) => one && Buffer.from(one))).toEqual([bytes, bytes]);
          expect([second?.key, second?.value?.length]).toEqual([null, 0]);
          expect([third?.key, third?.value]).toEqual([null, null]);
          expect([0n, 1n, 2n]).toEqual(reading.messages(topic).map(({ offset }) => offset));
          expect(first!.timestampMs).toBeGreaterThanOrEqual(before);
          expect(first!.timestampMs).toBeLessThanOrEqual(Date.now());
        });
      });

      it('loses nothing and repeats nothing while others write', async () => {
        const topic = await writer.topic(2);
        await reading([at(topic, 0, 0), at(topic, 0, 1)], async (reading) => {
          const written: string[][] = [[], []];
          const writing = (async () => {
            for (let index = 0; index < 200; index++) {
              written[index % 2]!.push(`${written[index % 2]!.length}:${index}`);
              await writer.send(topic, [`${index}`], index % 2);
            }
          })();
          await reading.reaches({ [`${topic}/0`]: 100, [`${topic}/1`]: 100 });
          await writing;
          expect([reading.texts(topic, 0), reading.texts(topic, 1)]).toEqual(written);
        });
      });

      it('takes a message that is larger than a fetch', async () => {
        const topic = await writer.topic();
        await writer.send(topic, ['small']);
        await writer.send(topic, ['x'.repeat(3_000_000)]);
        await writer.send(topic, ['small']);
        await reading([at(topic, 0)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 3 });
          expect(reading.messages(topic).map(({ value }) => value?.length)).toEqual([5, 3_000_000, 5]);
        });
      });

      it('holds a paused partition back while the others flow, and goes on without loss', async () => {
        const topic = await writer.topic(2);
        await writer.send(topic, ['a'], 0);
        await reading([at(topic, 0, 0), at(topic, 0, 1)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 1 });
          reading.reader.setPaused(topic, 0, true);
          await writer.send(topic, ['b', 'c'], 0);
          for (const count of [1, 2, 3]) {
            await writer.send(topic, ['other'], 1);
            await reading.reaches({ [`${topic}/1`]: count });
          }
          expect(reading.texts(topic, 0)).toEqual(['0:a']);
          reading.reader.setPaused(topic, 0, false);
          await reading.reaches({ [`${topic}/0`]: 3 });
          expect(reading.texts(topic, 0)).toEqual(['0:a', '1:b', '2:c']);
        });
      });
    });

    describe('Kafka transactions', () => {
      it('show nothing before their commit, and all of it then', async () => {
        const [topic, other] = [await writer.topic(), await writer.topic()];
        await writer.send(topic, ['before']);
        await reading([at(topic, 0), at(other, 0)], async (reading) => {
          const open = await writer.begin();
          await open.send(topic, ['t1', 't2']);
          await writer.send(other, ['read after it']);
          await reading.reaches({ [`${other}/0`]: 1 });
          expect(reading.texts(topic)).toEqual(['0:before']);
          expect(reading.next(topic)).toBe(1n);
          await open.commit();
          await reading.reaches({ [`${topic}/0`]: 4 });
          expect(reading.texts(topic)).toEqual(['0:before', '1:t1', '2:t2']);
        });
      });

      it('leave nothing behind when they are aborted', async () => {
        const topic = await writer.topic();
        const aborted = await writer.begin();
        await aborted.send(topic, ['ghost 1', 'ghost 2']);
        await aborted.abort();
        await writer.send(topic, ['real']);
        const again = await writer.begin();
        await again.send(topic, ['ghost 3']);
        await again.abort();
        await reading([at(topic, 0)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 6 });
          expect(reading.texts(topic)).toEqual(['3:real']);
        });
        await reading([at(topic, 1)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 6 });
          expect(reading.texts(topic)).toEqual(['3:real']); // begun in the middle of an aborted one
        });
      });

      // Kafka lists aborted transactions by their ends, the next one to begin need not be the next one on the list.
      it('leave nothing behind when several producers abort theirs at once', async () => {
        const topic = await writer.topic();
        const [one, two, real] = [await writer.begin(), await writer.begin(), await writer.begin()];
        await one.send(topic, ['ghost 1']);
        await two.send(topic, ['ghost 2']);
        await real.send(topic, ['real']);
        await one.send(topic, [{ key: Buffer.alloc(4), value: 'ghost 3' }, 'ghost 4']);
        await two.abort();
        await one.send(topic, ['ghost 5']);
        await one.abort();
        await real.commit();
        for (const start of [0, 1, 2, 3, 4]) {
          await reading([at(topic, start)], async (reading) => {
            await reading.reaches({ [`${topic}/0`]: 9 });
            expect(reading.texts(topic)).toEqual(start <= 2 ? ['2:real'] : []);
          });
        }
      });

      it('end in markers, which the position passes', async () => {
        const topic = await writer.topic();
        const committed = await writer.begin();
        await committed.send(topic, ['real']);
        await committed.commit();
        await reading([at(topic, 0)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: await high(topic) });
          expect([reading.next(topic), reading.texts(topic)]).toEqual([2n, ['0:real']]);
          const aborted = await writer.begin();
          await aborted.send(topic, ['ghost']);
          await aborted.abort();
          await reading.reaches({ [`${topic}/0`]: await high(topic) });
          expect([reading.next(topic), reading.texts(topic)]).toEqual([4n, ['0:real']]);
        });
      });

      it('end in markers, which the position passes also when nothing else is left', async () => {
        const topic = await writer.topic();
        const committed = await writer.begin();
        await committed.send(topic, ['real']);
        await committed.commit();
        await reading([at(topic, 1)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 2 });
          expect(reading.messages(topic)).toEqual([]);
        });
      });
    });

    describe('describe', () => {
      it('gives low and high of every partition in order', async () => {
        const [topic, other] = [await writer.topic(12), await writer.topic()];
        await writer.send(topic, ['a', 'b', 'c'], 11);
        await writer.cut(topic, 2, 11);
        const ranges = await transport.describe([topic, other]);
        expect([...ranges.keys()].sort()).toEqual([topic, other].sort());
        expect(ranges.get(other)).toEqual([{ partition: 0, low: 0n, high: 0n }]);
        expect(ranges.get(topic)).toEqual(
          Array.from({ length: 12 }, (_, partition) => ({
            partition,
            low: partition === 11 ? 2n : 0n,
            high: partition === 11 ? 3n : 0n,
          })),
        );
      });

      // The merge asks for ends to know that it has read past every row of a closed transaction. The last stable offset would
      // be in front of those rows while Kafka writes the commit markers partition by partition: half a transaction applied.
      it('gives the high watermark, which counts the records of a transaction that is still open', async () => {
        const topic = await writer.topic();
        await writer.send(topic, ['before']);
        const open = await writer.begin();
        await open.send(topic, ['t1', 't2']);
        expect(await high(topic)).toBe(3n);
        await open.commit();
        await eventually('the commit marker is there', async () => (await high(topic)) === 4n);
      });

      it('names a topic that is not there, and finds it once it is made', async () => {
        const [topic, missing] = [await writer.topic(), writer.freshName()];
        const doing = transport.describe([topic, missing]);
        await expect(doing).rejects.toMatchObject({ code: 'topic-missing', retriable: true });
        await expect(doing).rejects.toThrow(missing);
        await writer.topic(2, missing);
        expect((await transport.describe([missing])).get(missing)).toHaveLength(2);
      });

      it('names a topic that has been deleted since it was asked last', async () => {
        const topic = await writer.topic();
        await transport.describe([topic]);
        await writer.remove(topic);
        expect(await codeOf(transport.describe([topic]))).toBe('topic-missing');
      });

      it('takes no topic as no ranges', async () => {
        expect(await transport.describe([])).toEqual(new Map());
      });
    });

    describe('createTopics', () => {
      it('makes what is missing, says which, and leaves alone what is there', async () => {
        const [there, missing] = [await writer.topic(2), writer.freshName()];
        const wanted = [there, missing].map((topic) => ({
          topic,
          partitions: 3,
          replicationFactor: 1,
          config: { 'retention.ms': '-1', 'cleanup.policy': 'delete' },
        }));
        expect(await transport.createTopics(wanted)).toEqual([missing]);
        expect(await transport.createTopics(wanted)).toEqual([]);
        const ranges = await transport.describe([there, missing]);
        expect([there, missing].map((topic) => ranges.get(topic)?.length)).toEqual([2, 3]);
        expect(await writer.configOf(missing, 'retention.ms')).toBe('-1');
      });

      it('is safe to call twice at once: each topic is made once, and both callers find it', async () => {
        const topics = [writer.freshName(), writer.freshName(), writer.freshName()];
        const wanted = topics.map((topic) => ({ topic, partitions: 1, replicationFactor: 1, config: {} }));
        await using second = open(broker);
        const made = await Promise.all([transport.createTopics(wanted), second.createTopics(wanted)]);
        expect(made.flat().sort()).toEqual([...topics].sort());
        expect((await second.describe(topics)).size).toBe(3);
      });
    });

    describe('when things go wrong', () => {
      it('a reader of a topic that is not there breaks as retriable, and makes no topic', async () => {
        const missing = writer.freshName();
        const error = await transport.read([at(missing, 0)]).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ name: 'KitError', retriable: true });
        expect(await writer.topicNames()).not.toContain(missing);
      });

      it('a reader breaks when its offset is behind the end of the log', async () => {
        const topic = await writer.topic();
        await writer.send(topic, ['0', '1']);
        await reading([at(topic, 7)], async (reading) => {
          await expect(reading.until('it breaks', () => false)).rejects.toMatchObject({ retriable: true });
          expect(reading.texts(topic)).toEqual([]);
        });
      });

      it('a reader breaks when its offset has been cut off, and skips nothing in silence', async () => {
        const topic = await writer.topic();
        await writer.send(topic, ['0', '1', '2', '3']);
        await writer.cut(topic, 3);
        await reading([at(topic, 1)], async (reading) => {
          await expect(reading.until('it breaks', () => false)).rejects.toMatchObject({ retriable: true });
          expect(reading.texts(topic)).toEqual([]);
        });
      });

      // With nothing but a marker left of the log, an adapter that goes by the handled messages alone would just move on.
      it('a reader breaks also when only a marker is left behind the cut', async () => {
        const topic = await writer.topic();
        const committed = await writer.begin();
        await committed.send(topic, ['0', '1', '2']);
        await committed.commit();
        await writer.cut(topic, 3);
        await reading([at(topic, 0)], async (reading) => {
          await expect(reading.until('it breaks', () => reading.next(topic)! > 0n)).rejects.toMatchObject({
            retriable: true,
          });
        });
      });

      it('a reader breaks when its topic is deleted', async () => {
        const topic = await writer.topic();
        await writer.send(topic, ['old']);
        await reading([at(topic, 0)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 1 });
          await writer.remove(topic);
          await expect(reading.until('it breaks', () => false)).rejects.toMatchObject({ retriable: true });
        });
        expect(await writer.topicNames()).not.toContain(topic);
      });

      it('a reader breaks when its topic is made anew, before it gives anything of the new log', async () => {
        const topic = await writer.topic();
        await writer.send(topic, ['old', 'old']);
        await reading([at(topic, 0)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 2 });
          await writer.remove(topic);
          await writer.topic(1, topic);
          await writer.send(topic, ['new', 'new', 'new', 'new']);
          await expect(reading.until('it breaks', () => false)).rejects.toMatchObject({ retriable: true });
          expect(reading.texts(topic)).toEqual(['0:old', '1:old']);
        });
      });

      it('a reader once broken stays broken', async () => {
        const topic = await writer.topic();
        await writer.send(topic, ['0']);
        await reading([at(topic, 5)], async (reading) => {
          const first = await reading.until('it breaks', () => false).catch((thrown: unknown) => thrown);
          await writer.send(topic, ['1', '2', '3', '4', '5', '6']);
          await expect(reading.reader.next(1000)).rejects.toBe(first);
        });
      });

      it('close ends a read that waits, for good, and lets go of all connections and timers', async () => {
        const topic = await writer.topic();
        const held = () => process.getActiveResourcesInfo().filter((one) => /TCP|Timeout/.test(one)).length;
        const before = held();
        const own = open(broker);
        const reader = await own.read([at(topic, 0)]);
        await own.describe([topic]);
        const waiting = codeOf(reader.next(60_000));
        await Promise.all([reader.close(), reader.close()]);
        expect(await waiting).toBe('kafka-unreachable');
        expect(await codeOf(reader.next(1))).toBe('kafka-unreachable');
        await own.close();
        await own.close();
        await eventually('all is let go', () => held() <= before);
      });

      it('lets go of all connections also when one of several topics cannot be made', async () => {
        const held = () => process.getActiveResourcesInfo().filter((one) => one === 'TCPSocketWrap').length;
        const before = held();
        const own = open(broker);
        const wanted = [writer.freshName(), 'not a legal name', writer.freshName()].map((topic) => ({
          topic,
          partitions: 1,
          replicationFactor: 1,
          config: {},
        }));
        const doing = own.createTopics(wanted);
        await expect(doing).rejects.toMatchObject({ name: 'KitError' });
        await expect(doing).rejects.toThrow('not a legal name');
        await own.close();
        await eventually('all is let go', () => held() <= before);
      });

      it('a transport is of use again after it was closed', async () => {
        const topic = await writer.topic();
        const own = open(broker);
        await own.describe([topic]);
        await own.close();
        expect((await own.describe([topic])).size).toBe(1);
        await own.close();
      });

      it('Kafka that refuses connections is unreachable, and nothing is left hanging', async () => {
        const port = await freePort();
        await using own = open(`127.0.0.1:${port}`);
        const codes = [
          codeOf(own.describe(['any'])),
          codeOf(own.read([at('any', 0)])),
          codeOf(own.createTopics([{ topic: 'any', partitions: 1, replicationFactor: 1, config: {} }])),
        ];
        expect(await Promise.all(codes)).toEqual(Array(3).fill('kafka-unreachable'));
        await expect(own.describe(['any'])).rejects.toThrow(String(port));
      });

      // Begun with the suite, as only time ends it.
      it('Kafka that takes connections and says nothing is unreachable within a limit', () => askingSilent, 40_000);
    });
  });
}

function listening(server: Server): Promise<Server> {
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}

async function freePort(): Promise<number> {
  const server = await listening(createServer());
  const port = portOf(server);
  await new Promise((closed) => server.close(closed));
  return port;
}
