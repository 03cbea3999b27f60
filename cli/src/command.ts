import { parseArgs } from 'node:util';
import type { CliConfig } from './config.ts';
import { usage } from './errors.ts';
import { escaped } from './terminal/escape.ts';
import { nearNames } from './terminal/near-names.ts';
import type { Output } from './terminal/output.ts';

export interface OptionSpec {
  /** The word for its value in the usage; a switch without one. */
  readonly value?: string;
}

/** What a command needs of the outside. `signal` is aborted by Ctrl-C, SIGTERM, SIGHUP, and when nobody reads the results. */
export interface Context {
  readonly output: Output;
  readonly config: CliConfig;
  /** For a command with variables of its own. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly json: boolean;
}

export interface Arguments {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | true | undefined>>;
}

/** One command; `run` resolves to the exit code. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints: how to call it, then examples. */
  readonly help: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** How many words it takes at most. */
  readonly words: number;
  /** It starts or stops processes, or serves: after a signal it is waited for, as it puts things in order first. */
  readonly startsThings?: true;
  /** It is called where there may be no project yet: its `config` is read when it is asked for. */
  readonly needsNoProject?: true;
  /** The exit code of a wrong call or environment, where 2 has a meaning of its own. Default 2. */
  readonly wrongCall?: number;
  readonly run: (context: Context, args: Arguments) => Promise<number>;
}

/** Checks words and options. Throws CliError `usage` that names the wrong one and the nearest right one. */
export function argumentsOf(command: Command, argv: readonly string[]): Arguments {
  const known = { ...command.options, json: {}, help: {} };
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(known).map(([name, { value }]: [string, OptionSpec]) => [
        name,
        { type: value === undefined ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const words: string[] = [];
  const options: Record<string, string | true> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(known, token.name) ? (known as Record<string, OptionSpec>)[token.name] : undefined;
    if (!spec) throw unknownOption(token.rawName, Object.keys(known));
    if (Object.hasOwn(options, token.name)) throw usage(`--${token.name} is given twice`);
    options[token.name] = valueGiven(token.name, spec, token.value);
  }
  if (words.length > command.words) throw usage(`'${escaped(words[command.words]!)}' is one word too many`);
  return { words, options };
}

function valueGiven(name: string, spec: OptionSpec, value: string | undefined): string | true {
  if (spec.value === undefined) {
    if (value !== undefined) throw usage(`--${name} takes no value`);
    return true;
  }
  if (value === undefined || value === '') throw usage(`--${name} wants a value: --${name} ${spec.value}`);
  return value;
}

function unknownOption(given: string, known: readonly string[]) {
  const near = nearNames(given.replace(/^-+/, ''), known).map((name) => `--${name}`);
  const advice =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there is ${known.map((name) => `--${name}`).join(', ')}`;
  return usage(`there is no option ${escaped(given)}`, advice);
}

/** A whole number within its limits; the fallback when it is not given. Throws CliError `usage`. */
export function wholeNumber(args: Arguments, name: string, fallback: number, low: number, high: number): number {
  const text = args.options[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (typeof text === 'string' && /^\d{1,9}$/.test(text) && value >= low && value <= high) return value;
  throw usage(`--${name} is '${escaped(String(text))}'; give a whole number from ${low} to ${high}`);
}

/** A text; undefined when it is not given. */
export function text(args: Arguments, name: string): string | undefined {
  const value = args.options[name];
  return typeof value === 'string' ? value : undefined;
}
