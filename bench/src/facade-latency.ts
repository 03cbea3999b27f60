import { eventually } from '@banyan/e2e/src/eventually.ts';
import { Migration } from '@banyan/e2e/src/migration.ts';
import type { Benchmark } from './benchmark.ts';
import { median, type Run } from './harness.ts';
import type { Rig } from './rig.ts';

/** The two cores have time to spare at that. */
const perSecond = 100;
const [warmSeconds, countedSeconds] = [1, 4];
/** Accounts that there are, by their ids. */
const accounts = 200;
const route = 'account';

/** What it adds for a client that the facade stands before the bank, and that each of his answers is compared. */
export const facadeLatency: Benchmark = {
  name: 'facade-latency',
  about: `GET at ${perSecond} a second: through the facade, against the bank itself; with all of it in shadow, against none`,
  run: async (rig) => {
    const migration = await Migration.open('bench_latency_facade', 1, rig.stack);
    rig.onClose(() => migration.close());
    const through = `${await migration.url()}/accounts`;
    let standsAt = 'monolith';
    const move = async (stage: 'monolith' | 'shadow') => {
      if (stage !== standsAt)
        await migration.move(route, stage, stage === 'shadow' ? { percent: 100, force: true } : {});
      standsAt = stage;
    };
    const atMonolith = async () => {
      await move('monolith');
      return paced(rig, through);
    };
    const inShadow = async () => {
      await move('monolith'); // What has been compared is counted from the way into shadow.
      await move('shadow');
      const run = await paced(rig, through);
      await mostlyCompared(migration);
      return run;
    };
    const direct = () => paced(rig, `${migration.bank.url}/accounts`);
    await rig.children.run('facade-pace.ts', [through, String(accounts), '200', '0', '15']); // until it is compiled
    return [
      { figures: figures('facade', 0), rounds: 5, ours: atMonolith, peer: direct },
      { figures: figures('shadow', 1 / 1.1), rounds: 5, ours: inShadow, peer: atMonolith },
    ];
  },
};

const figures = (name: string, target: number) => [
  { name: `${name} added p50`, unit: 'ms', isLessBetter: true, isAdded: true },
  { name: `${name} added p99`, unit: 'ms', isLessBetter: true, isAdded: true, ...(target > 0 && { target }) },
];

async function paced(rig: Rig, url: string): Promise<Run> {
  const numbers = [accounts, perSecond, warmSeconds, countedSeconds].map(String);
  const { latenciesMs } = await rig.children.run<{ latenciesMs: number[] }>('facade-pace.ts', [url, ...numbers]);
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return { values: [median(sorted), sorted[Math.floor(sorted.length * 0.99)]!] };
}

/** Shadow that is away or drops what it should compare costs less than it will. */
async function mostlyCompared(migration: Migration): Promise<void> {
  const asked = perSecond * (warmSeconds + countedSeconds);
  await eventually('nearly all answers are compared and equal', async () => {
    const { body } = await migration.admin('/routes');
    const { counts } = body.routes.find(({ name }: { name: string }) => name === route);
    if (counts.equal < 0.95 * asked) throw new Error(`of ${asked}: ${JSON.stringify(counts)}`);
    return true;
  });
}
