import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Bridge, openBridge } from './bridge.ts';
import { open } from './database.ts';
import { eventually } from './eventually.ts';
import { withKafka } from './kafka.ts';
import { proved } from './proved.ts';
import { ServiceProcess } from './service-process.ts';

const size = 30_000;

/**
 * The worker dies in the middle of the first snapshot and begins another one, into the same topics. What was deleted in between
 * is in the first one alone.
 */
describe('a snapshot that is begun again, under writes', () => {
  let bridge: Bridge;
  let projector: ServiceProcess;
  let isWriting = true;
  let writing: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    bridge = await openBridge('snapshot_killed');
    await bridge.source.query(
      `CREATE TABLE letters (id BIGINT PRIMARY KEY, batch INT NOT NULL, words VARCHAR(4000) NOT NULL);
       CREATE TABLE stamps (id BIGINT PRIMARY KEY, batch INT NOT NULL);
       INSERT INTO letters SELECT seq, 0, CONCAT('letter ', seq) FROM seq_1_to_${size};
       INSERT INTO stamps SELECT seq, 0 FROM seq_1_to_${size}`,
    );
  });
  afterAll(async () => {
    isWriting = false;
    await writing.catch(() => {});
    await projector?.kill();
    await bridge?.close();
  });

  const captured = (topic: string) =>
    withKafka(bridge, async (kafka) => {
      const admin = kafka.admin();
      await admin.connect();
      const [end] = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
      return Number(end!.high);
    });
  /** Rows at both ends change, come and go, in both tables; those that the snapshot reads first are among them. */
  const write = async () => {
    const connection = await open({ ...(await bridge.stack.rootAccess('source-db')), database: bridge.name });
    for (let turn = 1; isWriting; turn++) {
      for (const table of ['letters', 'stamps'])
        await connection.query(
          `UPDATE ${table} SET batch = ${turn} WHERE id = ${turn * 3}; DELETE FROM ${table} WHERE id IN (${turn * 3 + 1}, ${size - turn})`,
        );
      await connection.query(`INSERT INTO stamps VALUES (${size + turn}, 0)`);
      await delay(5);
    }
    await connection.end();
  };

  it('leaves no row that was deleted between the two', async () => {
    const { connect, name, stack } = bridge;
    const topic = `${name}.${name}.letters`;
    writing = write();
    const capturing = bridge.capture(['letters', 'stamps']).catch((error: Error) => error);
    await eventually('a part of the snapshot is in Kafka', async () => (await captured(topic)) > size / 6);
    await stack.part('connect').kill();
    expect(await captured(topic)).toBeLessThan(size);
    await delay(500); // Rows that were read are deleted meanwhile.
    await stack.part('connect').start();
    await stack.part('connect').untilReady(120_000, () => {});
    await capturing;
    await connect.waitUntilStreaming(name, { proof: 'snapshot-done', timeoutMs: 120_000, pollMs: 250 });
    expect(await captured(topic)).toBeGreaterThan(size);
    projector = await ServiceProcess.start('project', {
      ...bridge.environment,
      PROJECTION: 'letters',
      LEASE_MS: '1000',
    });
    await projector.state('streaming', 120_000);
    isWriting = false;
    await writing;
    await bridge.caughtUp();
    expect(await proved(bridge, 'letters')).toMatchObject({ differences: 0 });
  }, 300_000);
});
