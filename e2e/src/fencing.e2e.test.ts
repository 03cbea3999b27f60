import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { bankTables, differences, invariants, openBank, type RunningBank } from './bank.ts';
import { atLeast, type Bridge, openBridge, position } from './bridge.ts';
import { one } from './database.ts';
import { eventually } from './eventually.ts';
import { ServiceProcess } from './service-process.ts';

describe('a stale projector', () => {
  let bridge: Bridge;
  let bank: RunningBank;
  let traffic: ReturnType<RunningBank['traffic']> | undefined;
  const services: ServiceProcess[] = [];

  beforeAll(async () => {
    bridge = await openBridge('fencing');
    bank = await openBank(bridge);
    await bridge.capture(bankTables);
  }, 180_000);

  afterEach(async () => {
    for (const service of services.splice(0)) await service.kill();
    await traffic?.stop();
  });

  afterAll(async () => {
    await bank?.close();
    await bridge?.close();
  });

  const project = async (environment: Record<string, string>) => {
    const service = await ServiceProcess.start('project', { ...bridge.environment, LEASE_MS: '1000', ...environment });
    services.push(service);
    return service;
  };
  const owner = () => one<{ owner: string; epoch: string }>(bridge.read, 'SELECT owner, epoch FROM banyan_checkpoint');

  it.each(['batch-taken', 'rows-written', 'checkpoint-written', 'committed'])(
    'frozen at %s past its lease, replaced and woken, changes nothing',
    async (step) => {
      const frozen = await project({ SIGNAL: 'SIGSTOP', SIGNAL_AT: step, SIGNAL_AFTER: '15' });
      traffic = bank.traffic(100);
      await eventually('it is frozen', () => frozen.log.some((line) => line.signal === 'SIGSTOP'));
      const before = await owner();

      const successor = await project({});
      await successor.state('streaming');
      const somewhere = await bridge.sourcePosition();
      await eventually('the successor applies', async () => atLeast(await position(bridge.read), somewhere));
      const { owner: now, epoch } = await owner();
      expect(now).not.toBe(before.owner);

      const total = (await invariants(bridge.read)).total;
      frozen.signal('SIGCONT');
      const seen: string[] = [];
      await eventually('the old one sees that it is over', async () => {
        const { total: sum, broken } = await invariants(bridge.read);
        if (broken > 0 || sum !== total) seen.push(`${broken} broken, Σ ${sum}`);
        return (await frozen.get('/ready')).body.state === 'standby';
      });
      await traffic.stop();
      await bridge.caughtUp();

      expect(seen).toEqual([]);
      expect(await owner()).toEqual({ owner: now, epoch });
      expect(await differences(bridge)).toEqual([]);
    },
    120_000,
  );
});
