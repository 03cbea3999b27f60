import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { FaultRig } from './fault-rig.ts';
import { faults, slowFaults } from './faults.ts';
import { Random } from './random.ts';

/** make test-long SEED=<seed> ONLY=faults.long: the same faults at the same moments again; FAULT='source|F9', those whose names match. */
const seed = Number(process.env.FAULT_SEED ?? process.env.BANYAN_SEED ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;
const rounds = 20;
const faultsARound = 6;

describe(`${rounds} rounds of faults under traffic, FAULT_SEED=${seed}`, () => {
  let rig: FaultRig;
  const random = new Random(seed);
  const all = [...faults, ...slowFaults].filter(({ name }) => new RegExp(process.env.FAULT ?? '').test(name));

  beforeAll(async () => {
    console.info(`FAULT_SEED=${seed}`);
    rig = await FaultRig.open(`faults_long_${seed}`, 60_000);
  }, 240_000);
  afterAll(() => rig?.close(), 60_000);

  // A fault may come while the last one's traces are still there, and twice in a row.
  it.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    'round %i',
    async () => {
      for (let fault = 0; fault < faultsARound; fault++) await rig.round(random.pick(all), random);
    },
    faultsARound * 480_000,
  );
});
