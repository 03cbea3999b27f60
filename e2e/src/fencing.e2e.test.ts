import { describe, expect, it } from '@jest/globals';
import { differences, invariants } from './bank.ts';
import { atLeast, position } from './bridge.ts';
import { one } from './database.ts';
import { eventually } from './eventually.ts';
import { bankScenario } from './scenario.ts';

describe('a stale projector', () => {
  const bank = bankScenario('fencing');
  const owner = () =>
    one<{ owner: string; epoch: string }>(bank.bridge.read, 'SELECT owner, epoch FROM banyan_checkpoint');

  it.each(['batch-taken', 'rows-written', 'checkpoint-written', 'committed'])(
    'frozen at %s past its lease, replaced and woken, changes nothing',
    async (step) => {
      const { bridge } = bank;
      const frozen = await bank.project({ SIGNAL: 'SIGSTOP', SIGNAL_AT: step, SIGNAL_AFTER: '15' });
      const traffic = bank.traffic(100);
      await eventually('it is frozen', () => frozen.log.some((line) => line.signal === 'SIGSTOP'));
      const before = await owner();

      const successor = await bank.project();
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
