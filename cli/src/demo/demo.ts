import type { Command, Context } from '../command.ts';
import { CliError } from '../errors.ts';
import type { ServiceParts } from '../parts/service-parts.ts';
import { project } from '../project/project.ts';
import { type Service, services } from '../services.ts';
import { addService, pause, seconds, startAll, startTraffic, stay, stopAll } from '../starting.ts';
import { startableTarget, type Target } from '../target.ts';
import { dropReadModel } from '../users.ts';
import { Page } from './page.ts';
import { followTransfer } from './story.ts';

/** The bank's transactions a second. */
const rate = 20;

export const demo: Command = {
  summary: 'start everything, follow one transfer, add a service while the bank works, show how fresh all is',
  help: `banyan demo

  banyan demo           start the bank, the bridge and its services; follow one transfer; let the bank work; add one
                        service meanwhile, fill and query it; then show freshness and books until Ctrl-C
  ONCE=1 banyan demo    end after the story, as it does without a terminal

With --json the story goes to standard error, and one line to standard output once it has been told.`,
  options: {},
  words: 0,
  startsThings: true,
  run: runDemo,
};

/** Starts everything, tells the story, and stays until a signal; whatever happens, all of it is stopped again. */
async function runDemo(context: Context): Promise<number> {
  const { output, config, signal, json } = context;
  if (!project().hasBank)
    throw new CliError('no-story', 'the demo is that of the bank', { remedy: 'banyan up starts the project' });
  const { first, later } = cast(await services());
  const since = Date.now();
  output.complain('Banyan: a bank, its change stream, and services beside it\n');
  const say = (who: string, text: string) => output.say(who, text);
  const running = await startAll({ config: config.stack, services: first, rate: 0, say, signal });
  const tell = (text: string) => (json ? output.complain(text) : output.line(text));
  const redraws = output.isTerminal && !json;
  try {
    using page = await Page.open({ stack: running.stack, output, tell, redraws });
    await tell(`\nAll of it runs after ${seconds(since)}. One transfer, followed:\n`);
    await tell(await followTransfer(running.bank!.bankUrl, named(running, 'accounts').apiUrl, signal));
    await tellOfAdding(context, { running, later, page, tell, redraws });
    if (json) await output.line(JSON.stringify({ command: 'demo', ok: true, problems: [] }));
    if (config.once || !output.isTerminal) return 0;
    const now = await startableTarget(running.stack, rate);
    await page.during(
      stay(now, true, signal),
      () => 'Everything runs until Ctrl-C; meanwhile: ./banyan --help',
      signal,
    );
    return 0;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    await stopAll(running);
    say('stopped', `all of it; the data stay in ${running.stack.dataDir}`);
  }
}

/** The services at the start, `accounts` among them, and the one that is added. */
function cast(all: readonly Service[]): { readonly first: readonly Service[]; readonly later: Service } {
  const later = all.findLast(({ name }) => name !== 'accounts');
  if (later && all.some(({ name }) => name === 'accounts')) return { first: all.filter((one) => one !== later), later };
  const message = 'the demo wants the service accounts, and one more to add';
  throw new CliError('no-story', message, { remedy: 'banyan up starts what there is' });
}

interface Adding {
  readonly running: Target;
  readonly later: Service;
  readonly page: Page;
  readonly tell: (text: string) => void | Promise<void>;
  readonly redraws: boolean;
}

async function tellOfAdding(
  { output, signal }: Context,
  { running, later, page, tell, redraws }: Adding,
): Promise<void> {
  const { stack } = running;
  await tell(`\nThe bank goes to work, ${rate} transactions a second: transfers, cards, standing orders, rollbacks.\n`);
  await startTraffic(stack, rate);
  await page.during(pause(4000, signal), () => '', signal);
  await tell(`One more service while it works: ${later.name}. Nothing else is touched.\n`);
  await dropReadModel(stack, later.name); // of an earlier demo
  const since = Date.now();
  let news = '';
  const say = (who: string, text: string) => {
    if (redraws) news = `${who}: ${text}`;
    else output.say(who, text);
  };
  const added = await page.during(addService(stack, later, say, signal), () => news, signal);
  const url = `${added.apiUrl}${added.paths[0]}?limit=1`;
  await tell(
    `Filled and true after ${seconds(since)}:\n\n  curl '${url}'\n  ${await answerOf(url)}\n\nTry\n${toTry(running, added)}\n`,
  );
}

/** On one line, and not all of it when it is long. */
async function answerOf(url: string): Promise<string> {
  const text = await (await fetch(url)).text();
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function toTry(running: Target, added: ServiceParts): string {
  const accounts = named(running, 'accounts').apiUrl;
  return [
    `  curl '${accounts}/accounts/1'`,
    `  curl '${accounts}/accounts?kind=savings&limit=3'`,
    `  curl -N '${accounts}/accounts/changes'`,
    `  curl '${added.apiUrl}/openapi.json'`,
    '  ./banyan status; ./banyan tail accounts',
  ].join('\n');
}

const named = ({ services: all }: Target, name: string): ServiceParts => all.find((one) => one.name === name)!;
