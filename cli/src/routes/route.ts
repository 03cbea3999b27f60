import type { ChangeJson, DifferenceJson, SeenRoutes, StateJson } from '@banyan/strangler';
import { type Arguments, type Command, type Context, text } from '../command.ts';
import { CliError, usage } from '../errors.ts';
import { escaped, escapedLines, jsonLine } from '../terminal/escape.ts';
import { nearNames } from '../terminal/near-names.ts';
import { askFacade, RefusedByGate } from './admin-client.ts';
import { type Facade, facadeHelp, facadeOf, facadeOptions } from './facade.ts';
import { findingsText, placeText, routeText } from './render.ts';

const stages = ['monolith', 'shadow', 'canary', 'service', 'retired'];

export const route: Command = {
  summary: 'one route: its differences and changes; or moves it, forward through its gate, or back',
  help: `banyan route NAME [STAGE [SHARE]] [--reason TEXT] [--force] [--url URL --token-file FILE]

  banyan route accounts                          its differences, the newest first, and who changed it
  banyan route accounts shadow 10%               compare 10 % of the answers; without a share all of them
  banyan route accounts canary 5%                services answer 5 % of the customers
  banyan route accounts service
  banyan route accounts monolith                 back, at once and without a gate
  banyan route accounts retired                  for good: from there is no way back
  banyan route accounts canary 5% --force --reason 'a demonstration, nobody else is here'
                                                 against what the gate finds; both stay written down

A route for writes goes from monolith to service, to retired, or back from service; new writes are held for 2 s at most, or it stays.

One stage at a time forward, any number back. A step forward that the gate refuses says each finding with its figure; the exit code is 1.

${facadeHelp}`,
  options: { reason: { value: 'TEXT' }, force: {}, ...facadeOptions },
  words: 3,
  run: runRoute,
};

async function runRoute(context: Context, args: Arguments): Promise<number> {
  const [name, stage, share] = args.words;
  if (name === undefined) throw usage('say which route', 'banyan routes lists them');
  const path = `/routes/${encodeURIComponent(name)}`;
  if (stage === undefined) return await show(context, await facadeOf(context, args), name, path);
  const to = { to: stageIn(stage), ...(share === undefined ? {} : { percent: percentIn(share) }) };
  if (stage === 'canary' && share === undefined) throw usage('canary wants a share of the customers: canary 5%');
  const said = { ...to, reason: text(args, 'reason') ?? '', force: args.options.force === true };
  if (said.force && said.reason === '') throw usage('--force wants --reason TEXT, which stays written down');
  return await move(context, await facadeOf(context, args), name, path, said);
}

async function move(
  { output, json }: Context,
  facade: Facade,
  name: string,
  path: string,
  said: object,
): Promise<number> {
  try {
    const { state } = await askFacade<{ state: StateJson }>(facade, path, said);
    const moved = `${name} is at ${placeText(state)}, epoch ${state.epoch}`;
    await output.line(
      json ? jsonLine({ command: 'route', ok: true, problems: [], route: name, state }) : escaped(moved),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof RefusedByGate)) throw error;
    const { code, message, remedy, findings } = error;
    const problem = { where: name, code, message, remedy, findings };
    if (json) await output.line(jsonLine({ command: 'route', ok: false, problems: [problem], route: name }));
    const what = code === 'gate-refused' ? 'the gate is closed' : escaped(message);
    output.complain(`banyan route: ${what}\n${findingsText(findings)}\n${escapedLines(remedy ?? '')}`);
    return 1;
  }
}

async function show({ output, json }: Context, facade: Facade, name: string, path: string): Promise<number> {
  const { routes } = await askFacade<SeenRoutes>(facade, '/routes');
  const found = routes.find((one) => one.name === name);
  if (!found)
    throw unknownRoute(
      name,
      routes.map((one) => one.name),
    );
  const [{ differences }, { changes }] = await Promise.all([
    askFacade<{ differences: DifferenceJson[] }>(facade, `${path}/differences`),
    askFacade<{ changes: ChangeJson[] }>(facade, `${path}/changes`),
  ]);
  const shape = { command: 'route', ok: true, problems: [], route: found, differences, changes };
  await output.line(json ? jsonLine(shape) : routeText(found, differences, changes));
  return 0;
}

function unknownRoute(name: string, names: readonly string[]): CliError {
  const near = nearNames(name, names);
  const remedy = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there is ${names.join(', ') || 'none'}`;
  return new CliError('route-unknown', `there is no route '${escaped(name)}'`, { remedy });
}

function stageIn(word: string): string {
  if (stages.includes(word)) return word;
  const near = nearNames(word, stages);
  throw usage(
    `there is no stage '${escaped(word)}'`,
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there is ${stages.join(', ')}`,
  );
}

/** `5%`, `0.25%` or `5`. */
export function percentIn(word: string): number {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,2})?)%?$/.exec(word) ?? [];
  const percent = Number(digits);
  if (digits !== undefined && percent >= 0.01 && percent <= 100) return percent;
  throw usage(`'${escaped(word)}' is no share; give 0.01% to 100%, with two digits after the point at most`);
}
