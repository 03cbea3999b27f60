import { type ExploreOptions, explore } from '@banyan/kit/testkit';
import { describe, it } from '@jest/globals';
import { isNullable } from './nullable.ts';
import { allProjections } from './projections/index.ts';

const seed = Number(process.env.BANYAN_SEED ?? 1);
const hourMs = 3_600_000;
const projections = (await allProjections()).map((projection) => [projection.name, projection] as const);

describe('made-up rows and transactions under any legal schedule', () => {
  it.each(projections)(
    'fill %s with what the source has: 10,000 in memory',
    async (_, projection) => inParts(projection, 10_000, 1000, 'memory'),
    hourMs,
  );

  it.each(projections)(
    'fill %s with what the source has, queries too: 200 on MariaDB',
    async (_, projection) => inParts(projection, 200, 50, 'database'),
    hourMs,
  );
});

/** Says how far it is; each part has a seed of its own, made from that of the run. */
async function inParts(
  projection: (typeof projections)[number][1],
  runs: number,
  part: number,
  store: NonNullable<ExploreOptions['store']>,
): Promise<void> {
  const since = Date.now();
  for (let done = 0; done < runs; done += part) {
    await explore(projection, { runs: part, seed: (seed + done) % 2 ** 31, store, isNullable });
    const seconds = ((Date.now() - since) / 1000).toFixed(0);
    process.stderr.write(
      `  ${projection.name}, ${store}: ${done + part} of ${runs} schedules, seed ${seed}, ${seconds} s\n`,
    );
  }
}
