import type { Comparison } from './harness.ts';
import type { Rig } from './rig.ts';

/** One benchmark by its name: `run` prepares what all sides need, and says how to run them, one comparison after the other. */
export interface Benchmark {
  readonly name: string;
  readonly about: string;
  readonly run: (rig: Rig) => Promise<Comparison | readonly Comparison[]>;
}
