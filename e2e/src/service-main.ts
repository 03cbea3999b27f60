// A service as it is in production, on a projection and a database of the test's choice. At a named step it sends itself a
// signal when told to: SIGKILL to die there, SIGSTOP to freeze there.
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import type { Projection } from '@banyan/kit';
import { mutants } from './mutants.ts';

const {
  PROJECTION = 'accounts',
  SOURCE_DATABASE = 'bank',
  MUTANT,
  SIGNAL = 'SIGKILL',
  SIGNAL_AT,
  SIGNAL_AFTER = '1',
} = process.env;
if (MUTANT) registerHooks({ load: mutants(MUTANT) });

const { runService } = await import('@banyan/kit');
const { projectionOf } = (await import(`./projections/${PROJECTION}.ts`)) as {
  projectionOf: (database: string) => Projection;
};

let left = Number(SIGNAL_AFTER);
process.exitCode = await runService(projectionOf(SOURCE_DATABASE), process.argv.slice(2), process.env, {
  onStep: (step) => {
    if (step !== SIGNAL_AT || --left !== 0) return;
    writeSync(
      1,
      `${JSON.stringify({ signal: SIGNAL, at: step, transaction: step.endsWith('written') ? 'open' : 'none' })}\n`,
    );
    process.kill(process.pid, SIGNAL);
  },
});
