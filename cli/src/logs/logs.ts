import type { Part } from '@banyan/stack';
import { type Arguments, type Command, type Context, wholeNumber } from '../command.ts';
import { CliError, usage } from '../errors.ts';
import { pause } from '../starting.ts';
import { openTarget } from '../target.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { nearNames } from '../terminal/near-names.ts';
import { LogFile } from './log-file.ts';

export const logs: Command = {
  summary: 'the ends of the logs, of one part or all; --follow goes on',
  help: `banyan logs [PART] [--lines N] [--follow]

Parts: source-db, read-db, kafka, registry, connect, bank, traffic; of a service, say accounts, accounts for its
API and accounts-projector.

  banyan logs                        the last 10 lines of each
  banyan logs connect --lines 100    more of one
  banyan logs accounts-projector --follow
                                     go on until Ctrl-C, through restarts of the part
  banyan logs --json                 {"kind":"log","part":"bank","line":"…"} a line

Control characters are escaped.`,
  options: { lines: { value: 'N' }, follow: {} },
  words: 1,
  run: runLogs,
};

async function runLogs(context: Context, args: Arguments): Promise<number> {
  const lines = wholeNumber(args, 'lines', 10, 0, 100_000);
  const { parts } = openTarget(context.config);
  const chosen = choose(parts, args.words[0]);
  const files = chosen.map((part) => ({ part: part.name, log: new LogFile(part.logFile) }));
  const width = Math.max(...chosen.map(({ name }) => name.length));
  const print = async (part: string, line: string) => {
    if (context.json) return context.output.line(jsonLine({ kind: 'log', part, line }));
    const head = chosen.length > 1 ? `${context.output.paint('dim', part.padEnd(width))}  ` : '';
    return context.output.line(`${head}${escaped(line)}`);
  };
  try {
    let found = false;
    for (const { part, log } of files) {
      const end = await log.end(lines);
      if (end === null) continue;
      found = true;
      for (const line of end) await print(part, line);
    }
    if (args.options.follow === undefined) {
      if (found) return 0;
      throw new CliError('no-log', `${chosen.map(({ name }) => name).join(', ')} has no log: it was never started`);
    }
    while (!context.signal.aborted) {
      for (const { part, log } of files) for (const line of await log.more()) await print(part, line);
      await pause(200, context.signal);
    }
    return 0;
  } finally {
    for (const { log } of files) await log.close();
  }
}

function choose(parts: readonly Part[], name: string | undefined): readonly Part[] {
  if (name === undefined) return parts;
  const chosen = parts.filter((part) => part.name === name);
  if (chosen.length > 0) return chosen;
  const names = parts.map((part) => part.name);
  const near = nearNames(name, names);
  throw usage(
    `there is no part '${escaped(name)}'`,
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there is ${names.join(', ')}`,
  );
}
