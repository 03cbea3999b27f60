import { describe, expect, it } from '@jest/globals';
import { differences, invariants } from './bank.ts';
import { eventually } from './eventually.ts';
import { bankScenario } from './scenario.ts';

describe('no reader sees half a transaction', () => {
  const bank = bankScenario('whole');

  /** Runs traffic and reads at full speed until `enough`; gives what was seen. */
  const observe = async (
    environment: Record<string, string>,
    enough: (seen: { reads: number; broken: number; totals: Set<string> }) => boolean,
  ) => {
    const { bridge } = bank;
    const service = await bank.project(environment);
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
    expect(await differences(bank.bridge)).toEqual([]);
  }, 240_000);

  it('a projector that commits per table is caught by the same reader', async () => {
    const seen = await observe({ MUTANT: 'commit-per-table' }, ({ broken, totals }) => broken > 0 || totals.size > 1);
    expect(seen.broken + seen.totals.size - 1).toBeGreaterThan(0);
  }, 240_000);
});
