import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { differences } from './bank.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { one } from './database.ts';
import { ServiceProcess } from './service-process.ts';
import { capturedTables, SourceStory } from './source-story.ts';
import { WholeReader } from './whole-reader.ts';

/** The million of the promise in make test-long; in every run, a nightly batch. */
const size = Number(process.env.LARGE_ROWS ?? 100_000);
const limitMs = 180_000 + size / 2;

describe('a transaction that is larger than the memory for it', () => {
  let bridge: Bridge;
  let story: SourceStory;
  const services: ServiceProcess[] = [];
  let reader: WholeReader;

  beforeAll(async () => {
    bridge = await openBridge('large');
    story = new SourceStory(bridge.source);
    await story.begin();
    await bridge.capture(capturedTables);
    // In that heap, a million rows of the topics do not fit.
    const environment = {
      ...bridge.environment,
      PROJECTION: 'orders',
      LEASE_MS: '3000',
      NODE_OPTIONS: '--max-old-space-size=256',
    };
    services.push(await ServiceProcess.start('project', environment));
    await services[0]!.state('streaming');
    services.push(await ServiceProcess.start('project', environment));
    await services[1]!.state('standby');
    reader = new WholeReader(bridge, (orders) => orders === 0 || orders === size / 2, 20);
  }, 180_000);
  afterAll(async () => {
    await reader?.stop();
    for (const service of services) await service.kill();
    await bridge?.close();
  });

  const epoch = async () => (await one<{ epoch: string }>(bridge.read, 'SELECT epoch FROM banyan_checkpoint')).epoch;

  it(
    'goes through whole, no reader sees a part, and no standby takes over',
    async () => {
      const before = await epoch();
      await story.large(1, size);
      await bridge.caughtUp(limitMs);
      expect(reader.parts).toEqual([]);
      expect(reader.reads).toBeGreaterThan(20);
      expect((await services[1]!.get('/ready')).body.state).toBe('standby');
      expect(await epoch()).toBe(before);
      expect(services.every((service) => service.running)).toBe(true);
      const count = async (read: typeof bridge.read) =>
        (await one<{ n: string }>(read, 'SELECT COUNT(*) AS n FROM orders JOIN order_lines USING (id)')).n;
      expect(await count(bridge.read)).toBe(await count(bridge.source));
      if (size <= 100_000) expect(await differences(bridge, capturedTables)).toEqual([]);
    },
    limitMs + 120_000,
  );
});
