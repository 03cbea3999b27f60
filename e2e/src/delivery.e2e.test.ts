import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bankTables, differences, openBank, type RunningBank } from './bank.ts';
import { type Bridge, openBridge, position } from './bridge.ts';
import { one } from './database.ts';
import { ServiceProcess } from './service-process.ts';

/** Ten deaths: named steps of a commit, and moments that a seeded random number chooses. */
const deaths = [
  { at: 'rows-written', after: 1 },
  { at: 'checkpoint-written', after: 2 },
  { at: 'committed', after: 3 },
  { at: 'rows-written', after: 7 },
  { afterMs: 900 },
  { at: 'checkpoint-written', after: 11 },
  { at: 'committed', after: 1 },
  { afterMs: 2100 },
  { at: 'rows-written', after: 20 },
  { afterMs: 1500 },
] as const;

describe('effects exactly once', () => {
  let bridge: Bridge;
  let bank: RunningBank;
  const services: ServiceProcess[] = [];

  beforeAll(async () => {
    bridge = await openBridge('delivery');
    bank = await openBank(bridge);
    await bridge.capture(bankTables);
  }, 180_000);

  afterAll(async () => {
    for (const service of services) await service.kill();
    await bank?.close();
    await bridge?.close();
  });

  const project = async (environment: Record<string, string>) => {
    const service = await ServiceProcess.start('project', { ...bridge.environment, LEASE_MS: '1000', ...environment });
    services.push(service);
    return service;
  };

  it('ten times kill -9 in the middle of traffic loses nothing and doubles nothing', async () => {
    const traffic = bank.traffic(220);
    for (const death of deaths) {
      if ('at' in death) {
        const service = await project({ SIGNAL_AT: death.at, SIGNAL_AFTER: String(death.after) });
        await service.gone();
      } else {
        const service = await project({});
        await service.state('streaming');
        await delay(death.afterMs);
        await service.kill();
      }
    }
    await project({});
    const report = await traffic.stop();
    const reached = await bridge.caughtUp();

    const killedOpen = services.flatMap(({ log }) => log.filter((line) => line.transaction === 'open'));
    console.info(
      `${report.accepted} transfers at ${report.achievedRate.toFixed(0)} a second; killed with an open transaction: ${killedOpen.map(({ at }) => at).join(', ')}`,
    );
    expect(killedOpen.length).toBeGreaterThanOrEqual(3);
    expect(report.failed).toBe(0);
    expect(await position(bridge.read)).toBe(reached);
    expect(await differences(bridge)).toEqual([]);
    const { booked } = await one<{ booked: number }>(
      bridge.read,
      'SELECT COUNT(*) AS booked FROM ledger_lines WHERE transfer_id IS NOT NULL',
    );
    expect(Number(booked)).toBe(2 * report.accepted);
  }, 240_000);
});
