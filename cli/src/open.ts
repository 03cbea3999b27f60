import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Arguments, Command, Context } from './command.ts';
import { CliError, usage } from './errors.ts';
import type { BankParts } from './parts/bank-parts.ts';
import type { FacadeParts } from './parts/facade-parts.ts';
import type { ServiceParts } from './parts/service-parts.ts';
import { openTarget, type Target } from './target.ts';
import { escaped, jsonLine } from './terminal/escape.ts';
import { nearNames } from './terminal/near-names.ts';
import { columns } from './terminal/table.ts';

export interface Address {
  readonly name: string;
  readonly url: string;
  readonly what: string;
}

export const open: Command = {
  summary: 'where things answer: bank, APIs, OpenAPI documents, metrics, registry, Connect',
  help: `banyan open [NAME] [--browser]

  banyan open                          all of them
  banyan open accounts                 one, and nothing else: curl "$(banyan open accounts)?limit=3"
  banyan open bank --browser           show it in the desktop's browser (xdg-open)
  banyan open --json                   for programs`,
  options: { browser: {} },
  words: 1,
  run: runOpen,
};

/** Where the parts of a target answer. */
export function addressesOf({
  stack,
  bank,
  services,
  facade,
}: Pick<Target, 'stack' | 'bank' | 'services' | 'facade'>): Address[] {
  return [
    ...(bank ? [addressOfBank(bank)] : []),
    ...(facade ? addressesOfFacade(facade) : []),
    ...services.flatMap(addressesOfService),
    { name: 'connect', url: `${stack.connectUrl}/connectors`, what: "Kafka Connect's REST API" },
    { name: 'registry', url: `${stack.registryUrl}/subjects`, what: "the schema registry's Confluent API" },
  ];
}

const addressOfBank = ({ bankUrl }: BankParts): Address => ({
  name: 'bank',
  url: `${bankUrl}/web/login`,
  what: 'the monolith; a customer N has the password sesame-N',
});

const addressesOfFacade = ({ url, adminUrl }: FacadeParts): Address[] => [
  { name: 'facade', url: `${url}/accounts`, what: 'before the bank; banyan routes shows who answers' },
  {
    name: 'routes',
    url: `${adminUrl}/`,
    what: 'its routes in a browser; banyan token --service me --scope routes:read,routes:write',
  },
];

function addressesOfService({ name, apiUrl, projectorUrl, paths }: ServiceParts): Address[] {
  return [
    { name, url: `${apiUrl}${paths[0] ?? '/ready'}`, what: `its query API: ${paths.join(', ')}` },
    { name: `${name}-openapi`, url: `${apiUrl}/openapi.json`, what: 'what can be asked there' },
    { name: `${name}-projector`, url: `${projectorUrl}/ready`, what: 'how its projector is; /metrics beside it' },
  ];
}

async function runOpen({ output, config, json }: Context, args: Arguments): Promise<number> {
  const target = openTarget(config);
  const all = addressesOf(target);
  const [name] = args.words;
  const shown = name === undefined ? all : all.filter((address) => address.name === name);
  if (name !== undefined && shown.length === 0) {
    const near = nearNames(
      name,
      all.map((address) => address.name),
    );
    const remedy =
      near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there is ${all.map((one) => one.name).join(', ')}`;
    throw usage(`there is no address '${escaped(name)}'`, remedy);
  }
  if (json) await output.line(jsonLine({ command: 'open', ok: true, problems: [], urls: shown }));
  else if (name !== undefined) await output.line(shown[0]!.url);
  else
    await output.line(
      columns([['NAME', 'URL', 'WHAT'], ...shown.map((one) => [one.name, one.url, one.what])]).join('\n'),
    );
  if (args.options.browser === undefined) return 0;
  if (name === undefined) throw usage('--browser wants a name: banyan open bank --browser');
  await inBrowser(shown[0]!.url);
  return 0;
}

async function inBrowser(url: string): Promise<void> {
  const child = spawn('xdg-open', [url], { stdio: 'ignore', detached: true });
  const failed = once(child, 'error').then(([error]) => error as Error);
  const error = await Promise.race([once(child, 'spawn').then(() => null), failed]);
  child.unref();
  if (error)
    throw new CliError('no-browser', `xdg-open cannot be run: ${error.message}`, { remedy: `open ${url} yourself` });
}
