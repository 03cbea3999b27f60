import { hostname, userInfo } from 'node:os';
import { type Dispute, decide, disputesOf, type OwnershipStanding, standingOf } from '@banyan/kit';
import { type Arguments, type Command, type Context, text } from '../command.ts';
import { CliError, type Problem, usage } from '../errors.ts';
import { type Service, services } from '../services.ts';
import { readModelSession, serviceNamed } from '../stops/service.ts';
import { openTarget, type Target } from '../target.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { columns } from '../terminal/table.ts';
import { ownedOf } from './owned.ts';

export const writes: Command = {
  summary: 'who owns the columns whose writes can move, what is in dispute with the bank, and whose word counts',
  help: `banyan writes [SERVICE [TABLE KEY… ours|theirs --reason TEXT]]

  banyan writes                          who owns what, and rows in dispute; exit code 1 while there are some
  banyan writes customer-contacts customers 7 theirs --reason 'the branch was right'
                                         the row has what the bank has
  banyan writes customer-contacts customers 7 ours --reason 'a batch that is switched off now'
                                         what the service has is written to the bank once more

A row is in dispute when somebody else has written an owned column in the bank while the service owned it: a rogue write. One that
the service has changed too is in conflict, and takes no writes until somebody has decided. Routes of writes are moved with banyan route.`,
  options: { reason: { value: 'TEXT' } },
  words: 10,
  run: runWrites,
};

interface Found {
  readonly service: string;
  readonly standing: OwnershipStanding;
  readonly disputes: readonly Dispute[];
}

async function runWrites(context: Context, args: Arguments): Promise<number> {
  const target = openTarget(context.config);
  const [name, table, ...rest] = args.words;
  if (table === undefined) return await show(context, target, name);
  const take = rest.pop();
  const reason = text(args, 'reason');
  if (rest.length === 0 || (take !== 'ours' && take !== 'theirs'))
    throw usage('say of which row, and whose word counts: banyan writes SERVICE TABLE KEY ours|theirs --reason TEXT');
  if (reason === undefined) throw usage('say why: --reason TEXT stays written down with what you say');
  const service = serviceNamed(target, name).name;
  const owned = ownedOf(await serviceOf(service)).find((one) => one.name === table);
  if (!owned) throw usage(`${escaped(service)} owns no columns of a table '${escaped(table)}'`);
  await using session = await readModelSession(target, service);
  const who = `${userInfo().username}@${hostname()}`;
  const decided = await decide(session, owned, { keyText: JSON.stringify(rest), take, who, reason });
  if (decided !== 'decided')
    throw new CliError(decided, refusals[decided], { remedy: 'banyan writes lists what is in dispute' });
  const { output, json } = context;
  await output.line(
    json ? jsonLine({ command: 'writes', ok: true, problems: [], service, table, key: rest, take }) : `${take} counts`,
  );
  return 0;
}

const refusals = {
  'nothing-to-decide': 'nothing is in dispute about this row',
  'row-gone': 'the row is gone in the bank: take theirs',
  'not-the-owner': 'the bank owns these columns',
} as const;

async function show({ output, json }: Context, target: Target, name: string | undefined): Promise<number> {
  const found: Found[] = [];
  const names = name === undefined ? target.services.map((one) => one.name) : [serviceNamed(target, name).name];
  for (const service of await services()) {
    if (!names.includes(service.name)) continue;
    for (const table of ownedOf(service)) {
      await using session = await readModelSession(target, service.name);
      const [standing, disputes] = [await standingOf(session, table), await disputesOf(session, table)];
      found.push({ service: service.name, standing, disputes });
    }
  }
  const problems = found.flatMap(problemsOf);
  if (json) await output.line(jsonLine({ command: 'writes', ok: problems.length === 0, problems, owned: found }));
  else if (found.length === 0) output.say('writes', 'no service has columns whose writes can move');
  else
    for (const line of [...columns([head, ...found.map(rowOf)]), ...found.flatMap((one) => [...linesOf(one)])])
      await output.line(line);
  return problems.length === 0 ? 0 : 1;
}

const head = [
  'SERVICE',
  'TABLE',
  'COLUMNS',
  'OWNER',
  'EPOCH',
  'WAITING',
  'CONFLICTS',
  'ROGUE',
  'DIFFERENT',
  'WRITE-BACK',
];

const rowOf = ({ service, standing }: Found): string[] => {
  const { table, columns: names, owner, epoch, waiting, conflicts, rogue, different, carrier } = standing;
  const counts = [epoch, waiting, conflicts, rogue, different].map(String);
  return [service, table, names.join(','), owner, ...counts, carrier.working ? 'works' : (carrier.reason ?? '-')].map(
    escaped,
  );
};

function* linesOf({ service, standing, disputes }: Found): Generator<string> {
  for (const { kind, key, was, found, wanted, gtid, reason, at } of disputes) {
    yield escaped(
      `${service}: ${standing.table} ${key.join(' ')}  ${kind}, ${at}${gtid === null ? '' : `, GTID ${gtid}`}: ${reason}`,
    );
    const named = standing.columns.map((column, index) => ({ column, index }));
    for (const { column, index } of named) {
      const cells = [
        was?.[index],
        found === null ? 'the row is gone' : found[index],
        ...(wanted ? [wanted[index]] : []),
      ];
      yield escaped(
        `  ${column}: ${JSON.stringify(cells[0])} -> ${JSON.stringify(cells[1])}${wanted ? `, wanted ${JSON.stringify(cells[2])}` : ''}`,
      );
    }
  }
}

const problemsOf = ({ service, disputes, standing }: Found): Problem[] =>
  disputes.map(({ kind, key, reason }) => ({
    ...{ where: service, code: kind, message: `${standing.table} ${key.join(' ')}: ${reason}` },
    remedy: `find who writes there; then banyan writes ${service} ${standing.table} ${key.join(' ')} ours|theirs --reason TEXT`,
  }));

async function serviceOf(name: string): Promise<Service> {
  return (await services()).find((one) => one.name === name)!;
}
