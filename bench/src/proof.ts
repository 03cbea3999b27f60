import { setTimeout as delay } from 'node:timers/promises';
import type { Bridge } from '@banyan/e2e/src/bridge.ts';
import type { Proof } from '@banyan/kit';
import type { Benchmark } from './benchmark.ts';
import { ReadSide } from './read-side.ts';
import type { Rig } from './rig.ts';

const writesPerSecond = 100;
const quietMs = 10_000;

/** A mirror proved while it streams. */
export const proof: Benchmark = {
  name: 'proof',
  about: `a mirror proved on a budget of 75,000 rows/s while ${writesPerSecond} transactions a second flow, against CHECKSUM TABLE on both sides; p99 of the writes, against those without a proof`,
  run: async (rig) => {
    const bridge = await rig.lines();
    const side = await ReadSide.open(rig);
    rig.onClose(() => side.close());
    side.project(bridge);
    await side.hasPosition();
    return {
      figures: [
        { name: 'proof', unit: 'rows/s', bound: 50_000 },
        { name: 'proof: p99 of a write', unit: 'ms', target: 1 / 1.1, isLessBetter: true },
      ],
      ours: async () => {
        const { result, p99 } = await whileWriting(bridge, () => proved(rig, bridge, side));
        return { values: [result, p99] };
      },
      peer: async () => {
        const { p99 } = await whileWriting(bridge, () => delay(quietMs));
        return { values: [await checksummed(rig, bridge, side), p99] };
      },
    };
  },
};

async function proved(rig: Rig, { environment }: Bridge, side: ReadSide): Promise<number> {
  const { rows, differences, tookMs } = await rig.children.run<Proof>('prove-lines.ts', [], {
    ...environment,
    READ_DB_NAME: side.name,
  });
  if (differences > 0) throw new Error(`${differences} rows differ`);
  return (rows * 1000) / tookMs;
}

/** The server's own checksums, which say neither what differs nor at which position, and want a table nobody writes to. */
async function checksummed(rig: Rig, { source }: Bridge, side: ReadSide): Promise<number> {
  const begin = performance.now();
  await source.query('CHECKSUM TABLE ledger_lines');
  await side.query('CHECKSUM TABLE ledger_lines');
  return (rig.rows * 1000) / (performance.now() - begin);
}

/** The slowest hundredth of single-row transactions on the table, ms each, while something else is done. */
async function whileWriting<T>({ source }: Bridge, work: () => Promise<T>): Promise<{ result: T; p99: number }> {
  const tookMs: number[] = [];
  let isDone = false;
  const writing = (async () => {
    for (const begin = performance.now(); !isDone; ) {
      await delay(begin + (tookMs.length * 1000) / writesPerSecond - performance.now());
      const since = performance.now();
      await source.query('UPDATE ledger_lines SET amount = amount + 1 WHERE id = ?', [
        1 + ((tookMs.length * 7919) % 1000),
      ]);
      tookMs.push(performance.now() - since);
    }
  })();
  const result = await work().finally(() => {
    isDone = true;
  });
  await writing;
  return { result, p99: tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.99)]! };
}
