import { type Arguments, type Command, type Context, wholeNumber } from '../command.ts';
import { openTarget } from '../target.ts';
import { jsonLine } from '../terminal/escape.ts';
import { lookAt } from './look.ts';
import { statusText } from './render.ts';

export const status: Command = {
  summary: 'how each part, connector, task and projection is: state, position, freshness, rows, lag',
  help: `banyan status [--timeout SECONDS]

Asks everything at once and never waits longer than the timeout (3 s) for any of it: what does not answer is
called silent. The exit code is 0 when all of it works, 1 when something does not.

  banyan status                                       for people
  banyan status --json | jq '.problems[].message'     for scripts
  until banyan status >/dev/null; do sleep 1; done    wait until all of it works`,
  options: { timeout: { value: 'SECONDS' } },
  words: 0,
  run: runStatus,
};

async function runStatus(context: Context, args: Arguments): Promise<number> {
  const limitMs = 1000 * wholeNumber(args, 'timeout', 3, 1, 600);
  const { seen, problems } = await lookAt(openTarget(context.config), limitMs);
  const ok = problems.length === 0;
  await context.output.line(
    context.json ? jsonLine({ command: 'status', ok, problems, ...seen }) : statusText(seen, problems),
  );
  return ok ? 0 : 1;
}
