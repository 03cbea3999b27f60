import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { FaultRig } from './fault-rig.ts';
import { faults } from './faults.ts';
import { Random } from './random.ts';

/** FAULT_SEED=<seed> make test ONLY=faults.e2e: the same moments again. */
const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 32));

describe(`one fault after another under traffic, FAULT_SEED=${seed}`, () => {
  let rig: FaultRig;
  const random = new Random(seed);

  beforeAll(async () => {
    // A machine that is busy with other things may take longer; make test-long holds it to the minute that is promised.
    rig = await FaultRig.open(`faults_${seed}`, 150_000);
  }, 240_000);
  afterAll(() => rig?.close(), 60_000);

  it.each(faults)(
    '$name',
    async (fault) => {
      await rig.round(fault, random);
    },
    400_000,
  );
});
