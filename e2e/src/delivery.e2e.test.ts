import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { differences } from './bank.ts';
import { position } from './bridge.ts';
import { one } from './database.ts';
import { bankScenario } from './scenario.ts';
import type { ServiceProcess } from './service-process.ts';

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
  const bank = bankScenario('delivery');

  it('ten times kill -9 in the middle of traffic loses nothing and doubles nothing', async () => {
    const { bridge } = bank;
    const services: ServiceProcess[] = [];
    const traffic = bank.traffic(220);
    for (const death of deaths) {
      if ('at' in death) {
        const service = await bank.project({ SIGNAL_AT: death.at, SIGNAL_AFTER: String(death.after) });
        services.push(service);
        await service.gone();
      } else {
        const service = await bank.project();
        services.push(service);
        await service.state('streaming');
        await delay(death.afterMs);
        await service.kill();
      }
    }
    await bank.project();
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
