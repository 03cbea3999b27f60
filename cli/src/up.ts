import { type Arguments, type Command, type Context, wholeNumber } from './command.ts';
import { endHangingLocally } from './connector/local.ts';
import { CliError, usage } from './errors.ts';
import { addressesOf } from './open.ts';
import { project } from './project/project.ts';
import { type Service, services } from './services.ts';
import { addService, bringUpFacade, seconds, startAll, startTraffic, stay, stopAll } from './starting.ts';
import { openTarget, type Target } from './target.ts';
import { jsonLine } from './terminal/escape.ts';
import { columns } from './terminal/table.ts';

export const up: Command = {
  summary:
    'start everything and leave it running: databases, Kafka, registry, Connect, the services of the project (and the bank)',
  help: `banyan up [--rate N] [--auth] [--foreground]

  banyan up                       start all of it, print where it answers, and return; banyan down ends it
  banyan up --rate 5              with five transactions a second at the bank, where there is one
  banyan up --auth                the services want tokens, of a development issuer that is started too: banyan token
  banyan up --foreground          stay until Ctrl-C, then stop all of it
  BANYAN_PORT_BASE=30000 BANYAN_DATA=/tmp/other banyan up
                                  a second one beside it

What runs stays as it is: a service that is new in the project, or that has ended, is started beside it, filled, and nothing else
is touched. When one of the real parts or the bank is missing, all of it is started anew. When it cannot be started, or on
Ctrl-C meanwhile, it is stopped again.`,
  options: { rate: { value: 'N' }, auth: {}, foreground: {} },
  words: 0,
  startsThings: true,
  run: runUp,
};

async function runUp(context: Context, args: Arguments): Promise<number> {
  const { output, config, signal } = context;
  const rate = wholeNumber(args, 'rate', 0, 0, 1000);
  if (rate > 0 && !project().hasBank) throw usage('--rate is that of the bank, which this project does not have');
  const auth = args.options.auth === true;
  const foreground = args.options.foreground === true;
  const say = (who: string, text: string) => output.say(who, text);
  const since = Date.now();
  const all = await services();
  const found = await runningTarget(context);
  if (found) {
    if (foreground)
      throw new CliError('already-running', `it runs already in ${found.stack.dataDir}`, {
        remedy: 'end it: banyan down',
      });
    if (auth && found.issuer.length === 0)
      throw new CliError('already-running', 'it runs already, and its services want no tokens', {
        remedy: 'end it first: banyan down',
      });
    await endHangingLocally(found.stack, (text) => say('connector', text), signal);
    const missing = await missingOf(found, all);
    for (const service of missing) await addService(found.stack, service, say, signal);
    await bringUpFacade(found, say, signal);
    if (rate > 0) {
      await startTraffic(found.stack, rate);
      say('traffic', `${rate} transactions a second`);
    }
    say(
      'up',
      missing.length === 0
        ? 'all of it runs already'
        : `all of it runs; new: ${missing.map(({ name }) => name).join(', ')}`,
    );
    await tell(context, openTarget(config));
    return 0;
  }
  const running = await startAll({
    ...{ config: config.stack, services: all, rate, auth, say, signal },
    sourcePassword: config.sourcePassword(),
  });
  if (!foreground) {
    say('up', `all of it runs after ${seconds(since)}; banyan down ends it`);
    await tell(context, running);
    return 0;
  }
  try {
    say('up', `all of it runs after ${seconds(since)}; Ctrl-C ends it`);
    await tell(context, running);
    await stay(running, rate > 0, signal);
    return 0;
  } finally {
    await stopAll(running);
    say('stopped', `all of it; the data stay in ${running.stack.dataDir}`);
  }
}

/** What runs in the data folder when no real part is missing, nor the bank or the issuer; null otherwise. */
async function runningTarget({ config }: Context): Promise<Target | null> {
  try {
    const target = openTarget(config);
    const { parts, around, bank, issuer } = target;
    const needed = parts.filter((part) => part === bank?.bank || issuer.includes(part) || !around.includes(part));
    const running = await Promise.all(needed.map((part) => part.isRunning()));
    return running.every(Boolean) ? target : null;
  } catch (error) {
    if (error instanceof CliError && error.code === 'not-started') return null;
    throw error;
  }
}

/** Services of which a role does not run. */
async function missingOf({ services: known }: Target, all: readonly Service[]): Promise<Service[]> {
  const runs = await Promise.all(
    all.map(async ({ name }) => {
      const one = known.find((parts) => parts.name === name);
      return one !== undefined && (await one.api.isRunning()) && (await one.projector.isRunning());
    }),
  );
  return all.filter((_, index) => !runs[index]);
}

async function tell({ output, json }: Context, target: Target): Promise<void> {
  const urls = addressesOf(target);
  const { dataDir } = target.stack;
  if (json) return output.line(jsonLine({ command: 'up', ok: true, problems: [], dataDir, urls }));
  return output.line(
    columns([['NAME', 'URL', 'WHAT'], ...urls.map(({ name, url, what }) => [name, url, what])]).join('\n'),
  );
}
