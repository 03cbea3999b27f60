import type { Bridge } from '@banyan/e2e/src/bridge.ts';
import type { Benchmark } from './benchmark.ts';
import type { Run } from './harness.ts';
import { ReadSide } from './read-side.ts';
import type { Rig } from './rig.ts';

const manyTables = 30;

/** Ours against ours: what more rows, and more tables, cost. */
function growing(name: string, about: string, large: (rig: Rig) => Size, small: (rig: Rig) => Size): Benchmark {
  return {
    name,
    about,
    run: async (rig) => {
      const [most, fewest] = [large(rig), small(rig)];
      const grown = await rig.otherLines(`bench_${name.replace('-', '_')}`, most.rows, most.tables);
      const before = await rig.otherLines(`bench_${name.replace('-', '_')}_before`, fewest.rows, fewest.tables);
      return {
        figures: [
          { name, unit: 'rows/s', target: 0.8 },
          { name: `${name} memory`, unit: 'bytes', target: 1 / 1.2, isLessBetter: true },
        ],
        ours: () => filled(rig, grown, most),
        peer: () => filled(rig, before, fewest),
      };
    },
  };
}

interface Size {
  readonly rows: number;
  readonly tables: number;
}

async function filled(rig: Rig, bridge: Bridge, { rows, tables }: Size): Promise<Run> {
  const side = await ReadSide.open(rig);
  const projector = side.project(bridge, tables);
  const run = await side.filledWhole(projector.pid, rows, tables);
  await projector.stop();
  await side.close();
  return run;
}

export const growth = growing(
  'growth',
  'a mirror of --rows rows, against the same of a tenth: rows a second, and the most memory of the projector',
  ({ rows }) => ({ rows, tables: 1 }),
  ({ rows }) => ({ rows: rows / 10, tables: 1 }),
);

export const breadth = growing(
  'growth-tables',
  `the same over ${manyTables} mirrors, against one of as many rows as all of them`,
  ({ rows }) => ({ rows: Math.floor(rows / 2 / manyTables) * manyTables, tables: manyTables }),
  ({ rows }) => ({ rows: Math.floor(rows / 2 / manyTables) * manyTables, tables: 1 }),
);
