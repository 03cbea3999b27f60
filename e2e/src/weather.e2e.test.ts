import { afterEach, describe, expect, it } from '@jest/globals';
import { differences } from './bank.ts';
import { eventually } from './eventually.ts';
import { bankScenario } from './scenario.ts';
import type { ServiceProcess } from './service-process.ts';

/** Parts go away under traffic and come back; nobody touches the projector. */
describe('bad weather', () => {
  const bank = bankScenario('weather', { keepServices: true });
  let service: ServiceProcess;

  // Whatever a test has met, the next one finds all parts up.
  afterEach(async () => {
    for (const name of ['registry', 'kafka', 'read-db'] as const) await back(name);
  }, 180_000);

  const back = async (name: 'registry' | 'kafka' | 'read-db') => {
    const part = bank.bridge.stack.part(name);
    if (await part.isRunning()) return;
    await part.start();
    await part.untilReady(120_000, () => {});
  };
  const waiting = (code: string) =>
    eventually(`it waits for ${code}`, async () => {
      const { status, body } = await service.get('/ready');
      if (body.code !== code) throw new Error(JSON.stringify(body));
      return { status, reason: String(body.reason) };
    });
  /** A broker that was away can leave the connector's task FAILED, which Connect never restarts by itself. */
  const wellAgain = () =>
    eventually(
      'equal again',
      async () => {
        const { tasks } = await bank.bridge.connect.status(bank.bridge.name);
        if (tasks.some(({ state }) => state === 'FAILED')) {
          await bank.bridge.connect.restart(bank.bridge.name, { includeTasks: true, onlyFailed: true });
        }
        await bank.bridge.caughtUp(5000);
        const found = await differences(bank.bridge);
        if (found.length > 0) throw new Error(found.slice(0, 3).join('\n'));
        return true;
      },
      120_000,
    );
  const someTraffic = async () => {
    const traffic = bank.traffic(100);
    await new Promise((done) => setTimeout(done, 1500));
    expect((await traffic.stop()).accepted).toBeGreaterThan(0);
  };

  it('registry away at start: it waits and says so, then goes on by itself', async () => {
    await bank.bridge.stack.part('registry').stop();
    service = await bank.project({ LEASE_MS: '2000' });
    const { status, reason } = await waiting('registry-unreachable');
    expect(status).toBe(503);
    expect(reason).toContain(bank.bridge.stack.registryUrl);
    await back('registry');
    await someTraffic();
    await service.state('streaming');
    await wellAgain();
  }, 240_000);

  it('registry away later: what is known is enough to go on', async () => {
    await bank.bridge.stack.part('registry').kill();
    await someTraffic();
    await wellAgain();
    await back('registry');
  }, 240_000);

  it('read-model database away: it waits, says so, and goes on by itself', async () => {
    await bank.bridge.stack.part('read-db').kill();
    await someTraffic();
    const { status, reason } = await waiting('database-unreachable');
    expect(status).toBe(503);
    expect(reason).toContain(String(bank.bridge.stack.ports['read-db']));
    await back('read-db');
    await bank.bridge.reconnect();
    await service.state('streaming');
    await wellAgain();
  }, 240_000);

  it('broker away: it waits, says so, and goes on by itself', async () => {
    await bank.bridge.stack.part('kafka').kill();
    await someTraffic();
    const { status, reason } = await waiting('kafka-unreachable');
    expect(status).toBe(503);
    expect(reason).toContain(bank.bridge.stack.kafka);
    await back('kafka');
    await service.state('streaming', 120_000);
    await wellAgain();
  }, 300_000);
});
