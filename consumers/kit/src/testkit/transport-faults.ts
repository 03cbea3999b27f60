import { describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.ts';
import { connectionsTo, freePort } from './tcp.ts';
import { at, codeOf, type TransportBench } from './transport-bench.ts';

/** The part of the contract for when things go wrong. */
export function transportFaults(bench: TransportBench): void {
  describe('when things go wrong', () => {
    it('a reader of a topic that is not there breaks as retriable, and makes no topic', async () => {
      const missing = bench.writer.freshName();
      const error = await bench.transport.read([at(missing, 0)]).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'KitError', retriable: true });
      expect(await bench.writer.topicNames()).not.toContain(missing);
    });

    it('a reader breaks when its offset is behind the end of the log', async () => {
      const topic = await bench.writer.topic();
      await bench.writer.send(topic, ['0', '1']);
      await bench.reading([at(topic, 7)], async (reading) => {
        await expect(reading.until('it breaks', () => false)).rejects.toMatchObject({ retriable: true });
        expect(reading.texts(topic)).toEqual([]);
      });
    });

    it('a reader breaks when its offset has been cut off, and skips nothing in silence', async () => {
      const topic = await bench.writer.topic();
      await bench.writer.send(topic, ['0', '1', '2', '3']);
      await bench.writer.cut(topic, 3);
      await bench.reading([at(topic, 1)], async (reading) => {
        await expect(reading.until('it breaks', () => false)).rejects.toMatchObject({ retriable: true });
        expect(reading.texts(topic)).toEqual([]);
      });
    });

    // With nothing but a marker left of the log, an adapter that goes by the handled messages alone would just move on.
    it('a reader breaks also when only a marker is left behind the cut', async () => {
      const topic = await bench.writer.topic();
      const committed = await bench.writer.begin();
      await committed.send(topic, ['0', '1', '2']);
      await committed.commit();
      await bench.writer.cut(topic, 3);
      await bench.reading([at(topic, 0)], async (reading) => {
        await expect(reading.until('it breaks', () => reading.next(topic)! > 0n)).rejects.toMatchObject({
          retriable: true,
        });
      });
    });

    it('a reader breaks when its topic is deleted', async () => {
      const topic = await bench.writer.topic();
      await bench.writer.send(topic, ['old']);
      await bench.reading([at(topic, 0)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: 1 });
        await bench.writer.remove(topic);
        await expect(reading.until('it breaks', () => false)).rejects.toMatchObject({ retriable: true });
      });
      expect(await bench.writer.topicNames()).not.toContain(topic);
    });

    it('a reader breaks when its topic is made anew, before it gives anything of the new log', async () => {
      const topic = await bench.writer.topic();
      await bench.writer.send(topic, ['old', 'old']);
      await bench.reading([at(topic, 0)], async (reading) => {
        await reading.reaches({ [`${topic}/0`]: 2 });
        await bench.writer.remove(topic);
        await bench.writer.topic(1, topic);
        await bench.writer.send(topic, ['new', 'new', 'new', 'new']);
        await expect(reading.until('it breaks', () => false)).rejects.toMatchObject({ retriable: true });
        expect(reading.texts(topic)).toEqual(['0:old', '1:old']);
      });
    });

    it('a reader once broken stays broken', async () => {
      const topic = await bench.writer.topic();
      await bench.writer.send(topic, ['0']);
      await bench.reading([at(topic, 5)], async (reading) => {
        const first = await reading.until('it breaks', () => false).catch((thrown: unknown) => thrown);
        await bench.writer.send(topic, ['1', '2', '3', '4', '5', '6']);
        await expect(reading.reader.next(1000)).rejects.toBe(first);
      });
    });

    it('close ends a read that waits, for good, and lets go of all connections', async () => {
      const topic = await bench.writer.topic();
      const before = connectionsTo(bench.broker);
      const own = bench.open();
      const reader = await own.read([at(topic, 0)]);
      await own.describe([topic]);
      expect(connectionsTo(bench.broker)).toBeGreaterThan(before);
      const waiting = codeOf(reader.next(60_000));
      await Promise.all([reader.close(), reader.close()]);
      expect(await waiting).toBe('kafka-unreachable');
      expect(await codeOf(reader.next(1))).toBe('kafka-unreachable');
      await own.close();
      await own.close();
      await eventually('all is let go', () => connectionsTo(bench.broker) <= before, 3000);
    });

    it('lets go of all connections also when one of several topics is not there', async () => {
      const topics = [
        await bench.writer.topic(),
        bench.writer.freshName(),
        await bench.writer.topic(),
        await bench.writer.topic(),
      ];
      const before = connectionsTo(bench.broker);
      const own = bench.open();
      expect(await codeOf(own.describe(topics))).toBe('topic-missing');
      await own.close();
      await eventually('all is let go', () => connectionsTo(bench.broker) <= before, 3000);
    });

    it('lets go of all connections also when one of several topics cannot be made', async () => {
      const before = connectionsTo(bench.broker);
      const own = bench.open();
      const wanted = [bench.writer.freshName(), 'not a legal name', bench.writer.freshName()].map((topic) => ({
        topic,
        partitions: 1,
        replicationFactor: 1,
        config: {},
      }));
      const doing = own.createTopics(wanted);
      await expect(doing).rejects.toMatchObject({ name: 'KitError' });
      await expect(doing).rejects.toThrow('not a legal name');
      await own.close();
      await eventually('all is let go', () => connectionsTo(bench.broker) <= before, 3000);
    });

    it('a transport is of use again after it was closed', async () => {
      const topic = await bench.writer.topic();
      const own = bench.open();
      await own.describe([topic]);
      await own.close();
      expect((await own.describe([topic])).size).toBe(1);
      await own.close();
    });

    it('Kafka that refuses connections is unreachable, and nothing is left hanging', async () => {
      const port = await freePort();
      await using own = bench.openAt(`127.0.0.1:${port}`);
      const codes = [
        codeOf(own.describe(['any'])),
        codeOf(own.read([at('any', 0)])),
        codeOf(own.createTopics([{ topic: 'any', partitions: 1, replicationFactor: 1, config: {} }])),
      ];
      expect(await Promise.all(codes)).toEqual(Array(3).fill('kafka-unreachable'));
      await expect(own.describe(['any'])).rejects.toThrow(String(port));
    });

    // Begun with the suite, as only time ends it.
    it('Kafka that takes connections and says nothing is unreachable within a limit', () => bench.askingSilent, 40_000);
  });
}
