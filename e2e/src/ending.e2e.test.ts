import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import { type Bridge, openBridge } from './bridge.ts';
import { within } from './eventually.ts';
import { preloaded } from './fault-rig.ts';
import { Link } from './link.ts';
import { Random } from './random.ts';
import { ServiceProcess } from './service-process.ts';
import { capturedTables, SourceStory } from './source-story.ts';

jest.setTimeout(240_000);

const seed = Number(process.env.ENDING_SEED ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;

/** As long as Kubernetes waits before it kills. */
const patienceMs = 30_000;

describe(`a projector that is told to end, ENDING_SEED=${seed}`, () => {
  let bridge: Bridge;
  let links: Record<'read-db' | 'kafka' | 'registry', Link>;
  const random = new Random(seed);

  beforeAll(async () => {
    bridge = await openBridge('ending');
    const { ports } = bridge.stack;
    links = {
      'read-db': await Link.to(ports['read-db']),
      kafka: await Link.to(ports.kafka),
      registry: await Link.to(ports.registry),
    };
    await new SourceStory(bridge.source).begin();
    await bridge.capture(capturedTables);
  });
  afterAll(async () => {
    await bridge?.close();
    for (const link of Object.values(links ?? {})) await link.close();
  });

  const start = () =>
    ServiceProcess.start('project', {
      ...bridge.environment,
      PROJECTION: 'orders',
      LEASE_MS: '2000',
      READ_DB_PORT: String(links['read-db'].port),
      SCHEMA_REGISTRY_URL: `http://127.0.0.1:${links.registry.port}${new URL(bridge.stack.registryUrl).pathname}`,
      REDIRECT: `${bridge.stack.ports.kafka}:${links.kafka.port}`,
      NODE_OPTIONS: preloaded('redirect.ts'),
    });
  const ends = async (service: ServiceProcess, what: string) => {
    try {
      await within(patienceMs, what, service.kill('SIGTERM'));
    } catch (error) {
      console.error(JSON.stringify(service.log.slice(-12)));
      throw error;
    } finally {
      await service.kill();
    }
  };

  it('ends at whatever it is', async () => {
    for (let turn = 0; turn < 8; turn++) {
      const service = await start();
      const afterMs = random.upTo(turn % 2 === 0 ? 1500 : 4000);
      await delay(afterMs);
      await ends(service, `told after ${afterMs} ms`);
    }
  });

  it.each(['read-db', 'kafka'] as const)('ends while the link to %s is half-open', async (name) => {
    const service = await start();
    await service.state('streaming');
    await new SourceStory(bridge.source).region();
    links[name].halfOpen();
    const afterMs = random.upTo(3000);
    await delay(afterMs);
    await ends(service, `the link to ${name} half-open, told after ${afterMs} ms`);
  });
});
