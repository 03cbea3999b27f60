import type { Command, Context } from './command.ts';
import { CliError } from './errors.ts';
import { openTarget, stopAround } from './target.ts';

export const down: Command = {
  summary: 'end all that runs in the data folder, whoever started it; its data stay',
  help: `banyan down

  banyan down           end what banyan up, or a demo that was killed, has left running
  banyan down --json    {"command":"down","ok":true,"problems":[],"stopped":["connect",…]}

Nothing to end is no problem: the exit code is 0.`,
  options: {},
  words: 0,
  startsThings: true,
  run: runDown,
};

async function runDown({ output, config, json }: Context): Promise<number> {
  const stopped: string[] = [];
  const note = (name: string) => {
    stopped.push(name);
    output.say(name, 'stopped');
  };
  try {
    const target = openTarget(config);
    await stopAround(target, note);
    await target.stack.stop(note);
  } catch (error) {
    if (!(error instanceof CliError && error.code === 'not-started')) throw error;
    output.say('down', 'nothing was ever started here');
  }
  if (json) await output.line(JSON.stringify({ command: 'down', ok: true, problems: [], stopped }));
  return 0;
}
