// A service as it is in production, on a projection and a database of the test's choice. At a named step it sends itself a
// signal when told to: SIGKILL to die there, SIGSTOP to freeze there.
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { mutants } from './mutants.ts';

const {
  PROJECTION = 'ledger',
  SOURCE_DATABASE = 'bank',
  MUTANT,
  SIGNAL = 'SIGKILL',
  SIGNAL_AT,
  SIGNAL_AFTER = '1',
} = process.env;
if (MUTANT) registerHooks({ load: mutants(MUTANT) });

const { runService } = await import('@banyan/kit');
const { onDatabase } = await import('@banyan/kit/testkit');
const { projectionNamed } = await import('./projections/index.ts');

let left = Number(SIGNAL_AFTER);
process.exitCode = await runService(
  onDatabase(await projectionNamed(PROJECTION), SOURCE_DATABASE),
  process.argv.slice(2),
  process.env,
  {
    onStep: (step) => {
      if (step !== SIGNAL_AT || --left !== 0) return;
      writeSync(
        1,
        `${JSON.stringify({ signal: SIGNAL, at: step, transaction: step.endsWith('written') ? 'open' : 'none' })}\n`,
      );
      process.kill(process.pid, SIGNAL);
    },
  },
);
