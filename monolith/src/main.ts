#!/usr/bin/env node
import { UsageError } from './arguments.ts';
import { type Command, fill, nightly, purge, serve, traffic } from './commands.ts';
import { ConfigError } from './config.ts';
import { errorText } from './error-text.ts';
import { USAGE } from './usage.ts';

const COMMANDS: Readonly<Record<string, Command>> = { serve, seed: fill, traffic, nightly, purge };

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

process.exitCode = await run(process.argv.slice(2));

async function run([name, ...args]: string[]): Promise<number> {
  if (name === undefined || [name, ...args].some((word) => word === '--help' || word === '-h')) {
    (name === undefined ? console.error : console.log)(USAGE);
    return name === undefined ? 2 : 0;
  }
  try {
    if (!Object.hasOwn(COMMANDS, name)) throw new UsageError(`there is no command "${name}"`);
    await COMMANDS[name]!(args, console.log, stop.signal);
    return 0;
  } catch (error) {
    const misused = error instanceof UsageError || error instanceof ConfigError;
    console.error(
      `${name}: ${errorText(error)}${misused ? '\nnode src/main.ts --help explains commands and environment' : ''}`,
    );
    return misused ? 2 : 1;
  }
}
