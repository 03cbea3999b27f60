import { describe, expect, it } from '@jest/globals';
import type { Transport } from '../transport/index.ts';
import { eventually } from './eventually.ts';
import { at, codeOf, TransportBench } from './transport-bench.ts';
import { transportFaults } from './transport-faults.ts';

/** What every adapter of the transport port must do, on a real Kafka; `open` makes one for a broker at `host:port`. */
export function transportContract(name: string, open: (broker: string) => Transport): void {
  describe(`transport contract: ${name}`, () => {
    const bench = TransportBench.ofSuite(open);
    readings(bench);
    publishing(bench);
    transportFaults(bench);
  });
}

function publishing(bench: TransportBench): void {
  describe('publishing', () => {
    it('appends messages in order, which are there when it resolves', async () => {
      const topic = await bench.writer.topic();
      await bench.writer.send(topic, ['there']);
      await using transport = bench.open();
      await transport.publish(topic, ['a', 'b'].map(Buffer.from));
      await transport.publish(topic, [Buffer.from('c')]);
      expect((await transport.describe([topic])).get(topic)![0]!.high).toBe(4n);
      await bench.reading([at(topic, 0)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: 4 });
        expect(reading.texts(topic)).toEqual(['0:there', '1:a', '2:b', '3:c']);
      });
    });

    it('makes no topic, and says that one is missing', async () => {
      const topic = bench.writer.freshName();
      await using transport = bench.open();
      await expect(transport.publish(topic, [Buffer.from('a')])).rejects.toMatchObject({ code: 'topic-missing' });
      expect(await bench.writer.topicNames()).not.toContain(topic);
    });
  });
}

function readings(bench: TransportBench): void {
  describe('reading', () => {
    it('begins exactly at the given offset of each partition', async () => {
      const topic = await bench.writer.topic(3);
      for (const partition of [0, 1, 2]) {
        const texts = Array.from({ length: 10 }, (_, index) => `p${partition}-${index}`);
        await bench.writer.send(topic, texts, partition);
      }
      const starts = [at(topic, 0, 0), at(topic, 4, 1), at(topic, 10, 2)];
      await bench.reading(starts, async (reading) => {
        await bench.writer.send(topic, ['p2-10'], 2);
        await reading.reaches({ [`${topic}/0`]: 10, [`${topic}/1`]: 10, [`${topic}/2`]: 11 });
        expect(reading.texts(topic, 0)).toEqual(Array.from({ length: 10 }, (_, index) => `${index}:p0-${index}`));
        expect(reading.texts(topic, 1)).toEqual([4, 5, 6, 7, 8, 9].map((index) => `${index}:p1-${index}`));
        expect(reading.texts(topic, 2)).toEqual(['10:p2-10']);
      });
    });

    it('leaves partitions alone that were not asked for', async () => {
      const [topic, other] = [await bench.writer.topic(2), await bench.writer.topic()];
      await bench.writer.send(topic, ['no'], 0);
      await bench.writer.send(topic, ['yes'], 1);
      await bench.writer.send(other, ['yes']);
      await bench.reading([at(topic, 0, 1), at(other, 0)], async (reading) => {
        await reading.reaches({ [`${topic}/1`]: 1, [`${other}/0`]: 1 });
        expect(reading.chunks.map((chunk) => `${chunk.topic}/${chunk.partition}`).sort()).toEqual(
          [`${other}/0`, `${topic}/1`].sort(),
        );
      });
    });

    it.each(['plain', 'gzip', 'zstd'] as const)('begins in the middle of a batch (%s)', async (compression) => {
      const topic = await bench.writer.topic();
      const texts = Array.from({ length: 500 }, (_, index) => `${index}`.repeat(20));
      await bench.writer.send(topic, texts, 0, compression); // one record batch
      await bench.reading([at(topic, 250)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: 500 });
        expect(reading.texts(topic)).toEqual(texts.map((text, index) => `${index}:${text}`).slice(250));
      });
    });

    it('gives key, value, offset and time as they were written', async () => {
      const topic = await bench.writer.topic();
      const bytes = Buffer.from([0, 0xff, 0x80, 0]);
      const before = Date.now();
      await bench.writer.send(topic, [{ key: bytes, value: bytes }, { key: null, value: '' }, null]);
      await bench.reading([at(topic, 0)], async (reading) => {
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
      const topic = await bench.writer.topic(2);
      await bench.reading([at(topic, 0, 0), at(topic, 0, 1)], async (reading) => {
        const written: string[][] = [[], []];
        const writing = (async () => {
          for (let index = 0; index < 200; index++) {
            written[index % 2]!.push(`${written[index % 2]!.length}:${index}`);
            await bench.writer.send(topic, [`${index}`], index % 2);
          }
        })();
        await reading.reaches({ [`${topic}/0`]: 100, [`${topic}/1`]: 100 });
        await writing;
        expect([reading.texts(topic, 0), reading.texts(topic, 1)]).toEqual(written);
      });
    });

    it('takes a message that is larger than a fetch', async () => {
      const topic = await bench.writer.topic();
      await bench.writer.send(topic, ['small']);
      await bench.writer.send(topic, ['x'.repeat(3_000_000)]);
      await bench.writer.send(topic, ['small']);
      await bench.reading([at(topic, 0)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: 3 });
        expect(reading.messages(topic).map(({ value }) => value?.length)).toEqual([5, 3_000_000, 5]);
      });
    });

    it('holds a paused partition back while the others flow, and goes on without loss', async () => {
      const topic = await bench.writer.topic(2);
      await bench.writer.send(topic, ['a'], 0);
      await bench.reading([at(topic, 0, 0), at(topic, 0, 1)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: 1 });
        reading.reader.setPaused(topic, 0, true);
        await bench.writer.send(topic, ['b', 'c'], 0);
        for (const count of [1, 2, 3]) {
          await bench.writer.send(topic, ['other'], 1);
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
      const [topic, other] = [await bench.writer.topic(), await bench.writer.topic()];
      await bench.writer.send(topic, ['before']);
      await bench.reading([at(topic, 0), at(other, 0)], async (reading) => {
        const open = await bench.writer.begin();
        await open.send(topic, ['t1', 't2']);
        await bench.writer.send(other, ['read after it']);
        await reading.reaches({ [`${other}/0`]: 1 });
        expect(reading.texts(topic)).toEqual(['0:before']);
        expect(reading.next(topic)).toBe(1n);
        await open.commit();
        await reading.reaches({ [`${topic}/0`]: 4 });
        expect(reading.texts(topic)).toEqual(['0:before', '1:t1', '2:t2']);
      });
    });

    it('leave nothing behind when they are aborted', async () => {
      const topic = await bench.writer.topic();
      const aborted = await bench.writer.begin();
      await aborted.send(topic, ['ghost 1', 'ghost 2']);
      await aborted.abort();
      await bench.writer.send(topic, ['real']);
      const again = await bench.writer.begin();
      await again.send(topic, ['ghost 3']);
      await again.abort();
      await bench.reading([at(topic, 0)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: 6 });
        expect(reading.texts(topic)).toEqual(['3:real']);
      });
      await bench.reading([at(topic, 1)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: 6 });
        expect(reading.texts(topic)).toEqual(['3:real']); // begun in the middle of an aborted one
      });
    });

    // Kafka lists aborted transactions by their ends, the next one to begin need not be the next one on the list.
    it('leave nothing behind when several producers abort theirs at once', async () => {
      const topic = await bench.writer.topic();
      const [one, two, real] = [await bench.writer.begin(), await bench.writer.begin(), await bench.writer.begin()];
      await one.send(topic, ['ghost 1']);
      await two.send(topic, ['ghost 2']);
      await real.send(topic, ['real']);
      await one.send(topic, [{ key: Buffer.alloc(4), value: 'ghost 3' }, 'ghost 4']);
      await two.abort();
      await one.send(topic, ['ghost 5']);
      await one.abort();
      await real.commit();
      for (const start of [0, 1, 2, 3, 4]) {
        await bench.reading([at(topic, start)], async (reading) => {
          await reading.reaches({ [`${topic}/0`]: 9 });
          expect(reading.texts(topic)).toEqual(start <= 2 ? ['2:real'] : []);
        });
      }
    });

    it('end in markers, which the position passes', async () => {
      const topic = await bench.writer.topic();
      const committed = await bench.writer.begin();
      await committed.send(topic, ['real']);
      await committed.commit();
      await bench.reading([at(topic, 0)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: await bench.high(topic) });
        expect([reading.next(topic), reading.texts(topic)]).toEqual([2n, ['0:real']]);
        const aborted = await bench.writer.begin();
        await aborted.send(topic, ['ghost']);
        await aborted.abort();
        await reading.reaches({ [`${topic}/0`]: await bench.high(topic) });
        expect([reading.next(topic), reading.texts(topic)]).toEqual([4n, ['0:real']]);
      });
    });

    it('end in markers, which the position passes also when nothing else is left', async () => {
      const topic = await bench.writer.topic();
      const committed = await bench.writer.begin();
      await committed.send(topic, ['real']);
      await committed.commit();
      await bench.reading([at(topic, 1)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: 2 });
        expect(reading.messages(topic)).toEqual([]);
      });
    });
  });

  describe('describe', () => {
    it('gives low and high of every partition in order', async () => {
      const [topic, other] = [await bench.writer.topic(12), await bench.writer.topic()];
      await bench.writer.send(topic, ['a', 'b', 'c'], 11);
      await bench.writer.cut(topic, 2, 11);
      const ranges = await bench.transport.describe([topic, other]);
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
      const topic = await bench.writer.topic();
      await bench.writer.send(topic, ['before']);
      const open = await bench.writer.begin();
      await open.send(topic, ['t1', 't2']);
      expect(await bench.high(topic)).toBe(3n);
      await open.commit();
      await eventually('the commit marker is there', async () => (await bench.high(topic)) === 4n);
    });

    it('names a topic that is not there, and finds it once it is made', async () => {
      const [topic, missing] = [await bench.writer.topic(), bench.writer.freshName()];
      const doing = bench.transport.describe([topic, missing]);
      await expect(doing).rejects.toMatchObject({ code: 'topic-missing', retriable: true });
      await expect(doing).rejects.toThrow(missing);
      await bench.writer.topic(2, missing);
      expect((await bench.transport.describe([missing])).get(missing)).toHaveLength(2);
    });

    it('names a topic that has been deleted since it was asked last', async () => {
      const topic = await bench.writer.topic();
      await bench.transport.describe([topic]);
      await bench.writer.remove(topic);
      expect(await codeOf(bench.transport.describe([topic]))).toBe('topic-missing');
    });

    it('takes no topic as no ranges', async () => {
      expect(await bench.transport.describe([])).toEqual(new Map());
    });
  });

  describe('topics', () => {
    it('names the topics there are, and none that is not', async () => {
      const [topic, missing] = [await bench.writer.topic(), bench.writer.freshName()];
      const names = await bench.transport.topics();
      expect([names.includes(topic), names.includes(missing)]).toEqual([true, false]);
    });
  });

  describe('createTopics', () => {
    it('makes what is missing, says which, and leaves alone what is there', async () => {
      const [there, missing] = [await bench.writer.topic(2), bench.writer.freshName()];
      const wanted = [there, missing].map((topic) => ({
        topic,
        partitions: 3,
        replicationFactor: 1,
        config: { 'retention.ms': '-1', 'cleanup.policy': 'delete' },
      }));
      expect(await bench.transport.createTopics(wanted)).toEqual([missing]);
      expect(await bench.transport.createTopics(wanted)).toEqual([]);
      const ranges = await bench.transport.describe([there, missing]);
      expect([there, missing].map((topic) => ranges.get(topic)?.length)).toEqual([2, 3]);
      expect(await bench.writer.configOf(missing, 'retention.ms')).toBe('-1');
    });

    it('is safe to call twice at once: each topic is made once, and both callers find it', async () => {
      const topics = [bench.writer.freshName(), bench.writer.freshName(), bench.writer.freshName()];
      const wanted = topics.map((topic) => ({ topic, partitions: 1, replicationFactor: 1, config: {} }));
      await using second = bench.open();
      const made = await Promise.all([bench.transport.createTopics(wanted), second.createTopics(wanted)]);
      expect(made.flat().sort()).toEqual([...topics].sort());
      expect((await second.describe(topics)).size).toBe(3);
    });
  });
}
