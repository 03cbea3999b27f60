import { type Arguments, argumentsOf, type Command, type Context } from './command.ts';
import { cliConfig } from './config.ts';
import { connector } from './connector/connector.ts';
import { demo } from './demo/demo.ts';
import { doctor } from './doctor/doctor.ts';
import { down } from './down.ts';
import { CliError, problemOf, usage } from './errors.ts';
import { init } from './init/init.ts';
import { logs } from './logs/logs.ts';
import { newService } from './new/new-service.ts';
import { open } from './open.ts';
import { prove } from './prove/prove.ts';
import { repair } from './prove/repair.ts';
import { rebuild } from './rebuild/rebuild.ts';
import { route } from './routes/route.ts';
import { routes } from './routes/routes.ts';
import { schemas } from './schemas/schemas.ts';
import { status } from './status/status.ts';
import { stops } from './stops/stops.ts';
import { park, retry, skip, unpark } from './stops/verbs.ts';
import { tail } from './tail/tail.ts';
import { escaped, escapedLines, jsonLine } from './terminal/escape.ts';
import { nearNames } from './terminal/near-names.ts';
import { Output } from './terminal/output.ts';
import { token } from './token.ts';
import { up } from './up.ts';
import { writes } from './writes/writes.ts';

const commands: Readonly<Record<string, Command>> = {
  ...{ up, down, status, prove, repair, rebuild, tail, logs, open, token, schemas, connector, demo },
  ...{ init, new: newService },
  ...{ stops, retry, skip, park, unpark, routes, route, writes },
  ...{ doctor },
};

/** These print line after line: with --json, one object a line. */
const streams = new Set(['tail', 'logs', 'prove']);

/** Runs the command that the words name; resolves to the exit code: 0, 1 a problem was found, 2 a wrong call, 75 it may heal, 130 interrupted. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const output = new Output(process.stdout, process.stderr, Boolean(env.NO_COLOR));
  const code = await runOn(output, argv, env);
  await output.flushed();
  return code;
}

async function runOn(output: Output, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name = '', ...rest] = argv;
  const json = rest.includes('--json');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const signal = AbortSignal.any([interrupted(), output.closed]);
  try {
    if (!command) return await withoutCommand(output, name);
    if (rest.includes('--help') || rest.includes('-h')) {
      await output.line(command.help);
      return 0;
    }
    const args = argumentsOf(command, rest);
    const context: Context = contextOf({ output, env, signal, json }, command);
    return await (command.startsThings
      ? command.run(context, args)
      : orAbort(command.run(context, args), signal, () => interruptedCode(output, name, args)));
  } catch (thrown) {
    if (output.closed.aborted) return 0;
    return await fail(output, name, json, thrown);
  }
}

/** Whoever makes a project, or looks at a database first, has none yet. */
function contextOf(outside: Omit<Context, 'config'>, { needsNoProject }: Command): Context {
  if (!needsNoProject) return { ...outside, config: cliConfig(outside.env) };
  return {
    ...outside,
    get config() {
      return cliConfig(outside.env);
    },
  };
}

/** A command that only looks ends at the signal, whatever it is waiting for; there is nothing to be put in order. */
function orAbort(running: Promise<number>, signal: AbortSignal, code: () => number): Promise<number> {
  running.catch(() => {});
  const aborted = new Promise<number>((done) => {
    if (signal.aborted) done(code());
    signal.addEventListener('abort', () => done(code()), { once: true });
  });
  return Promise.race([running, aborted]);
}

/** To be interrupted is how a stream ends; anything else has not done what it was asked for. */
function interruptedCode(output: Output, name: string, { options }: Arguments): number {
  return output.closed.aborted || (streams.has(name) && options.tx === undefined) ? 0 : 130;
}

async function withoutCommand(output: Output, name: string): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    await output.line(overview());
    return 0;
  }
  if (name === '') {
    output.complain(overview());
    return 2;
  }
  const near = nearNames(name, Object.keys(commands));
  const advice = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'see: banyan --help';
  throw usage(`there is no command '${escaped(name)}'`, advice);
}

async function fail(output: Output, name: string, json: boolean, thrown: unknown): Promise<number> {
  const problem = problemOf(name, thrown);
  const isUsage = thrown instanceof CliError && thrown.code === 'usage';
  if (json) {
    const shape = streams.has(name)
      ? { kind: 'problem', ...problem }
      : { command: name, ok: false, problems: [problem] };
    await output.line(jsonLine(shape));
  }
  const help = isUsage && Object.hasOwn(commands, name) ? `\nsee: banyan ${name} --help` : '';
  output.complain(
    `banyan ${escaped(name)}: ${escapedLines(problem.message)}${problem.remedy ? `; ${escaped(problem.remedy)}` : ''}${help}`,
  );
  if (problem.code === 'interrupted') return 130;
  if (thrown instanceof CliError && thrown.mayHeal) return 75;
  const { wrongCall = 2 } = Object.hasOwn(commands, name) ? commands[name]! : {};
  return isUsage || problem.code === 'config' ? wrongCall : 1;
}

function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  banyan ${name.padEnd(9)} ${summary}`);
  return `banyan: reads a monolith's database log into read models, one service at a time

${lines.join('\n')}

banyan COMMAND --help shows how, by example. --json prints results for programs.
Exit codes: 0 all is well, 1 a problem was found, 2 a wrong call, 130 interrupted before it was done; connector has more.

Environment: BANYAN_PORT_BASE (default 27600: ten ports from there, and two for each service), BANYAN_DATA (default .banyan/local;
in Banyan's own repository .banyan/demo),
BANYAN_CACHE (default ~/.cache/banyan), JAVA_HOME, NO_COLOR`;
}

/** Aborted by a signal to end. */
function interrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const error = Object.assign(new Error('interrupted; everything is stopped'), { code: 'interrupted' });
      if (!stop.signal.aborted) stop.abort(error);
    });
  }
  return stop.signal;
}
