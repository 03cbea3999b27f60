import { afterEach, describe, expect, it } from '@jest/globals';
import { type Bridge, openBridge } from './bridge.ts';
import { one, rows } from './database.ts';
import { produce, recreateTopic, truncateTopic } from './kafka.ts';
import { ServiceProcess } from './service-process.ts';

describe('a named stop', () => {
  let bridge: Bridge;
  let service: ServiceProcess;

  afterEach(async () => {
    await service?.kill();
    await bridge?.close();
  });

  const insert = (from: number, count: number) =>
    bridge.source.query('INSERT INTO edges (id) VALUES ?', [
      Array.from({ length: count }, (_, index) => [from + index]),
    ]);
  const start = async () => {
    service = await ServiceProcess.start('project', { ...bridge.environment, PROJECTION: 'values', LEASE_MS: '1000' });
  };
  /** A read model with ten rows of a snapshot and ten of the stream, and nothing that writes to its topics any more. */
  const filled = async (name: string) => {
    bridge = await openBridge(name);
    await bridge.source.query(
      'CREATE TABLE edges (id BIGINT PRIMARY KEY, amount DECIMAL(38,10), nothing INT, words VARCHAR(100), at DATETIME(6))',
    );
    await insert(1, 10);
    await bridge.capture(['edges']);
    await insert(11, 10);
    await start();
    await service.state('streaming');
    await bridge.caughtUp();
  };
  const checkpoint = () => one(bridge.read, 'SELECT position, partitions FROM banyan_checkpoint');
  const topic = () => `${bridge.name}.${bridge.name}.edges`;

  it('for a topic that was created anew, found at the next start', async () => {
    await filled('recreated');
    await service.kill('SIGTERM');
    await bridge.connect.remove(bridge.name);
    const before = await checkpoint();
    await recreateTopic(bridge, topic(), 40);
    await start();
    const ready = await service.state('stopped');
    expect(ready).toMatchObject({ ready: false, code: 'topic-recreated' });
    expect(ready.reason).toContain(topic());
    expect(ready.reason).toContain('empty database');
    expect(await checkpoint()).toEqual(before);
  }, 180_000);

  it('for a topic that was created anew under a running projector', async () => {
    await filled('recreated_live');
    await bridge.connect.remove(bridge.name);
    const before = await checkpoint();
    await recreateTopic(bridge, topic(), 40);
    const ready = await service.state('stopped');
    expect(ready).toMatchObject({ ready: false, code: 'topic-recreated' });
    expect(await checkpoint()).toEqual(before);
  }, 180_000);

  it('for a checkpoint that the log no longer reaches', async () => {
    await filled('truncated');
    await service.kill('SIGTERM');
    const end = await bridge.topicEnd(topic());
    await insert(21, 5);
    const before = await checkpoint();
    await bridge.eventuallyCaptured(topic(), end + 5n);
    await truncateTopic(bridge, topic());
    await start();
    const ready = await service.state('stopped');
    expect(ready).toMatchObject({ ready: false, code: 'log-truncated' });
    expect(ready.reason).toContain(topic());
    expect(ready.reason).toContain('retention.ms');
    expect(await checkpoint()).toEqual(before);
  }, 180_000);

  it('for a record that cannot be decoded; nothing is skipped', async () => {
    await filled('undecodable');
    await produce(bridge, topic(), ['this is not Avro']);
    await insert(31, 1);
    const ready = await service.state('stopped');
    expect(ready).toMatchObject({ ready: false, code: 'undecodable' });
    expect(ready.reason).toMatch(new RegExp(`topic ${topic()}, partition 0, offset \\d+`));
    expect(await rows(bridge.read, 'SELECT id FROM edges WHERE id > 30')).toEqual([]);

    // Started again it stops at the same place: no crash loop, no skip.
    await service.kill('SIGTERM');
    await start();
    expect((await service.state('stopped')).reason).toBe(ready.reason);
    expect(await rows(bridge.read, 'SELECT id FROM edges WHERE id > 30')).toEqual([]);
  }, 180_000);
});
