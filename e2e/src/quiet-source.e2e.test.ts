import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyCapture, type Bridge, openBridge } from './bridge.ts';
import { eventually } from './eventually.ts';
import { allMessages } from './kafka.ts';
import { proved } from './proved.ts';
import { ServiceProcess } from './service-process.ts';

describe('a source on which nothing is committed after the snapshot', () => {
  let bridge: Bridge;
  let projector: ServiceProcess;
  beforeAll(async () => {
    bridge = await openBridge('quiet');
    await bridge.source.query(
      'CREATE TABLE edges (id BIGINT PRIMARY KEY, amount DECIMAL(38,10), nothing INT, words VARCHAR(100), at DATETIME(6))',
    );
    await bridge.source.query('INSERT INTO edges (id) SELECT seq FROM seq_1_to_500');
    await applyCapture(bridge.stack, bridge.connect, bridge.name, ['edges']);
    projector = await ServiceProcess.start('project', { ...bridge.environment, PROJECTION: 'values' });
  }, 180_000);
  afterAll(async () => {
    await projector?.kill();
    await bridge?.close();
  });

  it('fills a read model, at the position that the connector tells with its heartbeats', async () => {
    const before = await bridge.sourcePosition();
    expect(await projector.state('streaming')).toMatchObject({ ready: true, position: before });
    expect(await bridge.sourcePosition()).toBe(before);
    expect(await proved(bridge, 'values')).toMatchObject({ rows: 500, differences: 0 });
  }, 120_000);

  it('has a sign of life about every two seconds, so that its read models do not look stale', async () => {
    const topic = `__debezium-heartbeat.${bridge.name}`;
    const gaps = await eventually('some signs of life', async () => {
      const times = (await allMessages(bridge, topic)).map(({ timestampMs }) => timestampMs).slice(-8);
      return times.length === 8 && times.slice(1).map((time, index) => time - times[index]!);
    });
    expect(gaps.toSorted((one, other) => one - other)[3]).toBeLessThan(4000);
  }, 120_000);

  it('and what is committed later follows, after a DDL statement too', async () => {
    await bridge.source.query('CREATE TABLE other (id INT PRIMARY KEY)');
    await bridge.source.query('UPDATE edges SET words = id');
    await bridge.caughtUp();
    expect(await proved(bridge, 'values')).toMatchObject({ rows: 500, differences: 0 });
  }, 120_000);
});
