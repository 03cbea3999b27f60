import { setTimeout as delay } from 'node:timers/promises';
import {
  differences,
  foldingBeside,
  KitError,
  type Proof,
  type ProofProgress,
  prove as proveReadModel,
  scratchOf,
  type Unpaired,
  unpaired,
} from '@banyan/kit';
import { kafkaJsTransport } from '@banyan/kit/transport';
import { type Arguments, type Command, type Context, wholeNumber } from '../command.ts';
import { type Problem, problemOf } from '../errors.ts';
import { project } from '../project/project.ts';
import { duration } from '../status/render.ts';
import { needs, type Target } from '../target.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { columns } from '../terminal/table.ts';
import { makeVersion } from '../users.ts';
import { keyWords } from './key-words.ts';
import { type Proved, provedServices } from './proved.ts';

export const prove: Command = {
  summary: 'whether read models are equal to the source, row by row, each range of keys at one position',
  help: `banyan prove [SERVICE] [--rows-per-second N] [--snapshot SECONDS] [--show N] [--anew] [--continuous]

Compares a read model with the monolith's tables, mirrors and queries alike, while both go on: the projection is held for
some milliseconds, both sides are read in snapshots at exactly one GTID, and checksums are compared, down to the row and
column. Nothing is changed; what differs is written down for banyan repair. Cut off, it goes on where it was. A fold is folded
again from the first message on, in a database beside; with --continuous once an hour.

  banyan prove                                   all services; exit code 1 when a row differs
  banyan prove accounts --rows-per-second 5000   a budget for the source: rows read there in a second
  banyan prove --snapshot 2                      how old a snapshot gets (5 s): DDL at the source waits for it
  banyan prove --show 50                         names more of the rows that differ (10), by key and column, never by value
  banyan prove --anew                            from the beginning, also when one was cut off before
  banyan prove --continuous                      again and again, until Ctrl-C`,
  options: {
    'rows-per-second': { value: 'N' },
    snapshot: { value: 'SECONDS' },
    show: { value: 'N' },
    anew: {},
    continuous: {},
  },
  words: 1,
  run: runProve,
};

async function runProve(context: Context, args: Arguments): Promise<number> {
  const { signal } = context;
  const { target, all } = await provedServices(context, args.words[0]);
  const isContinuous = args.options.continuous === true;
  for (let foldedMs = 0; ; ) {
    const results: Result[] = [];
    const isFoldedAgain = Date.now() - foldedMs > foldAgainMs;
    if (isFoldedAgain) foldedMs = Date.now();
    for (const one of all) results.push(await proveOne(context, args, one, isFoldedAgain ? target : null));
    const isRight = results.every(({ problem }) => problem === null);
    await tell(context, results);
    if (!isContinuous) return isRight ? 0 : 1;
    await delay(1000, undefined, { signal });
  }
}

const foldAgainMs = 3_600_000;

interface Result {
  readonly name: string;
  readonly proof: Proof | null;
  readonly shown: Awaited<ReturnType<typeof differences>>;
  readonly problem: Problem | null;
}

/** `target`: whose stream is folded again, when the service has folds; null: these are not proved. */
async function proveOne(context: Context, args: Arguments, one: Proved, target: Target | null): Promise<Result> {
  const { output, signal } = context;
  const { service, source, database } = one;
  const { name, projection } = service;
  const budget = args.options['rows-per-second'];
  let toldMs = 0;
  const onProgress = (progress: ProofProgress): void => {
    if (Date.now() - toldMs < 1000) return;
    toldMs = Date.now();
    output.say(name, progressText(progress));
  };
  try {
    await using folding = target && projection.folds.length > 0 ? await foldingAgain(target, one) : null;
    const proof = await proveReadModel({
      ...{ projection, source, database, signal, onProgress },
      ...(folding && { folding }),
      snapshotMs: 1000 * wholeNumber(args, 'snapshot', 5, 1, 25),
      anew: args.options.anew === true,
      ...(budget !== undefined && { rowsPerSecond: wholeNumber(args, 'rows-per-second', 0, 1, 100_000_000) }),
    });
    const shown = await differences(database, name, wholeNumber(args, 'show', 10, 0, 10_000));
    const [pair] = await unpaired(database, projection);
    const problem = proof.differences > 0 ? differProblem(name, proof) : pair ? pairProblem(name, pair) : null;
    return { name, proof, shown, problem };
  } catch (thrown) {
    if (!(thrown instanceof KitError)) throw thrown;
    return { name, proof: null, shown: [], problem: problemOf(name, thrown) };
  }
}

/** The account may make the database for it once it has the rights. */
async function foldingAgain({ stack }: Target, { service: { name }, database }: Proved) {
  for (const part of ['kafka', 'registry'] as const) await needs(stack.part(part));
  await makeVersion(stack, name, scratchOf(database).database);
  return foldingBeside(database, {
    transport: () => kafkaJsTransport({ brokers: [stack.kafka], clientId: 'banyan-prove' }),
    registryUrl: stack.registryUrl,
    topicPrefix: project().prefix,
  });
}

function progressText({ table, rows, estimatedRows, position, differences }: ProofProgress): string {
  const share = estimatedRows > 0 ? ` of about ${Math.max(rows, estimatedRows)}` : '';
  if (position === '') return `${table}: ${rows} rows${share}`;
  const found = differences === 0 ? 'all equal' : `${differences} differ`;
  return `${table}: ${rows} rows${share}, ${found}, at ${position}`;
}

function differProblem(name: string, { differences: count, tables }: Proof): Problem {
  const folded = tables.filter(({ kind }) => kind === 'fold').reduce((sum, { differences }) => sum + differences, 0);
  const others = count === 1 ? 'one row is not as the source has it' : `${count} rows are not as the source has them`;
  const remedies = [
    ...(folded < count ? [`put them right: banyan repair ${name}`] : []),
    ...(folded > 0 ? [`fold ${folded} of them anew: banyan rebuild ${name}`] : []),
  ];
  return { where: name, code: 'different', message: others, remedy: remedies.join('; ') };
}

function pairProblem(name: string, { table, rows }: Unpaired): Problem {
  const message = `${rows === 1 ? 'one row' : `${rows} rows`} of ${table}, of which it owns columns, ${rows === 1 ? 'is' : 'are'} not in the bank as ${name} has ${rows === 1 ? 'it' : 'them'}`;
  return { where: name, code: 'different', message, remedy: `see what is in dispute: banyan writes ${name}` };
}

async function tell({ output, json }: Context, results: readonly Result[]): Promise<void> {
  const problems = results.flatMap(({ problem }) => (problem ? [problem] : []));
  if (json) {
    const told = results.map(({ name, proof, shown }) => ({
      name,
      ...proof,
      differing: shown.map(({ key, ...rest }) => ({ ...rest, key: JSON.parse(key) as unknown })),
    }));
    return output.line(jsonLine({ command: 'prove', ok: problems.length === 0, problems, projections: told }));
  }
  for (const { name, proof, shown, problem } of results) {
    if (proof) await output.line(proofText(name, proof));
    for (const one of shown)
      await output.line(
        escaped(
          `  ${one.table} ${keyWords(one.key)}: ${one.kind}${one.columns.length > 0 ? ` in ${one.columns.join(', ')}` : ''}`,
        ),
      );
    if (problem)
      await output.line(escaped(`${problem.where}: ${problem.message}${problem.remedy ? `; ${problem.remedy}` : ''}`));
  }
}

function proofText(name: string, proof: Proof): string {
  const rows = proof.tables.map(({ table, kind, rows, differences, parked, fromPosition, toPosition }) => [
    escaped(`${name}.${table}`),
    kind,
    String(rows),
    `${differences === 0 ? 'equal' : `${differences} differ`}${parked === 0 ? '' : `, ${parked} parked`}`,
    fromPosition === toPosition ? fromPosition : `${fromPosition} … ${toPosition}`,
  ]);
  const rate = Math.round((proof.rows / Math.max(1, proof.tookMs)) * 1000);
  const cost = [
    `${proof.rows} rows in ${duration(proof.tookMs)}, ${rate} a second on one connection, which worked ${duration(proof.sourceMs)}`,
    `oldest snapshot ${duration(proof.longestSnapshotMs)}; projection held ${proof.longestHoldMs} ms at a time, ${proof.heldMs} ms in all`,
  ];
  return `${columns([['TABLE', 'KIND', 'ROWS', 'RESULT', 'AT'], ...rows]).join('\n')}\n${cost.join('\n')}\n`;
}
