import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bankTables, differences, invariants, openBank, type RunningBank } from './bank.ts';
import { type Bridge, openBridge } from './bridge.ts';
import { eventually } from './eventually.ts';
import { ServiceProcess } from './service-process.ts';

describe('no reader sees half a transaction', () => {
  let bridge: Bridge;
  let bank: RunningBank;
  let service: ServiceProcess | undefined;

  beforeAll(async () => {
    bridge = await openBridge('whole');
    bank = await openBank(bridge);
    await bridge.capture(bankTables);
  }, 180_000);

  afterAll(async () => {
    await service?.kill();
    await bank?.close();
    await bridge?.close();
  });

  /** Runs traffic and reads at full speed until `enough`; gives what was seen. */
  const observe = async (
    environment: Record<string, string>,
    enough: (seen: { reads: number; broken: number; totals: Set<string> }) => boolean,
  ) => {
    await service?.kill('SIGTERM');
    service = await ServiceProcess.start('project', { ...bridge.environment, LEASE_MS: '1000', ...environment });
    await service.state('streaming');
    await bridge.caughtUp();
    const seen = { reads: 0, broken: 0, totals: new Set<string>() };
    let reading = true;
    const reader = (async () => {
      while (reading) {
        const { total, broken } = await invariants(bridge.read);
        seen.reads++;
        seen.broken += broken;
        seen.totals.add(total);
      }
    })();
    const traffic = bank.traffic(220);
    await eventually('enough was read', () => enough(seen), 120_000).finally(async () => {
      await traffic.stop();
      await bridge.caughtUp();
      reading = false;
      await reader;
    });
    return seen;
  };

  it('in every read Σ balances is the same and each balance is its last line’s', async () => {
    const seen = await observe({}, ({ reads }) => reads >= 1500);
    expect(seen.broken).toBe(0);
    expect(seen.totals.size).toBe(1);
    expect(await differences(bridge)).toEqual([]);
  }, 240_000);

  it('a projector that commits per table is caught by the same reader', async () => {
    const seen = await observe({ MUTANT: 'commit-per-table' }, ({ broken, totals }) => broken > 0 || totals.size > 1);
    expect(seen.broken + seen.totals.size - 1).toBeGreaterThan(0);
  }, 240_000);
});
