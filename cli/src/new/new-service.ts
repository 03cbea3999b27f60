import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { type Arguments, type Command, type Context, text } from '../command.ts';
import { usage } from '../errors.ts';
import { project } from '../project/project.ts';
import { isTaken } from '../services.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { columns } from '../terminal/table.ts';
import { connectToSource } from './connect.ts';
import { projectionOf } from './declaration.ts';
import type { Draft } from './draft.ts';
import { findTable, mirrorDraft } from './mirror-draft.ts';
import { queryDraft } from './query-draft.ts';
import { mirrorSamples, querySamples, type Samples } from './samples.ts';
import { readSelect } from './select-shape.ts';
import { serviceFiles } from './service-files.ts';
import { databasesOf, type SourceTable, sourceName, tablesIn } from './source-schema.ts';
import { refuseTaken, writeService } from './write-service.ts';

export const newService: Command = {
  summary:
    'write a service of your own: mirrors of tables, or the SELECT you would have run, with its test, image and manifest',
  help: `banyan new service NAME [--tables A,B | --select FILE] [--database NAME]

  banyan new service NAME                          the tables of the database, and what could be made of each; writes nothing
  banyan new service orders --tables order,customer
                                                   mirrors of these tables
  banyan new service sales --select sales.sql      a query: its key, groups and rules are worked out of the SELECT

It asks the database of banyan.json, reads its catalogue and a few rows, and writes nothing there. Written is services/NAME, all of it or
nothing: nothing is overwritten. Columns that look like secrets by their name, and those that cannot be carried, are left out, with
a comment. Texts of sample rows are made up. What could not be worked out is said, and is in the service's README.`,
  options: { tables: { value: 'A,B' }, select: { value: 'FILE' }, database: { value: 'NAME' } },
  words: 2,
  run: runNew,
};

async function runNew(context: Context, args: Arguments): Promise<number> {
  const [what, name] = args.words;
  if (what !== 'service')
    throw usage(
      what === undefined ? 'say what: service' : `there is no new ${escaped(what)}`,
      'banyan new service NAME',
    );
  if (name === undefined) throw usage('the service has no name', 'banyan new service NAME');
  if (!/^[a-z][a-z0-9-]{0,47}$/.test(name))
    throw usage(`a service cannot be called '${escaped(name)}'`, 'give it a name of small letters, digits and -');
  if (isTaken(name)) throw usage(`a service cannot be called ${name}, which is the name of something else`);
  const { folder, services, prefix } = project();
  const place = join(services, name);
  await refuseTaken(place);
  const [wanted, file] = [text(args, 'tables'), text(args, 'select')];
  if (wanted !== undefined && file !== undefined) throw usage('--tables and --select are both given; give one');
  const select = file === undefined ? null : await selectIn(file);
  const source = await connectToSource(context.config);
  try {
    const database = await databaseOf(source, text(args, 'database'), wanted);
    const all = await tablesIn(source, database);
    if (wanted === undefined && select === null) return await propose(context, database, all);
    const { draft, samples } =
      select === null
        ? await mirrored(source, name, wanted!, all)
        : await queried(source, { name, select, database, all });
    refuseWithheld(draft);
    projectionOf(draft);
    const files = await serviceFiles(draft, samples, { services: relative(folder, services), prefix });
    await writeService(place, files, join(folder, '.banyan'));
    await tell(context, place, draft, [...files.keys()]);
    return 0;
  } finally {
    source.destroy();
  }
}

async function selectIn(file: string): Promise<string> {
  const content = await readFile(file, 'utf8').catch((error: Error) => {
    throw usage(`--select: ${error.message}`, `write the SELECT into a file and name it`);
  });
  const select = content.trim().replace(/;\s*$/, '').trimEnd();
  if (select === '') throw usage(`${basename(file)} is empty; write one SELECT`);
  return select;
}

/** The one that is asked for, that the tables name, or that there is. */
async function databaseOf(source: Connection, asked: string | undefined, tables: string | undefined): Promise<string> {
  if (asked !== undefined) return asked;
  const all = await databasesOf(source);
  const named = all.find((one) => tables?.startsWith(`${one}.`));
  if (named) return named;
  if (all.length === 1) return all[0]!;
  const what =
    all.length === 0
      ? 'there is no database that this account may read'
      : `there are several databases: ${all.join(', ')}`;
  throw usage(what, all.length === 0 ? 'give it SELECT on one' : `name one: --database ${all[0]}`);
}

interface Drafted {
  readonly draft: Draft;
  readonly samples: Samples;
}

async function mirrored(
  source: Connection,
  name: string,
  wanted: string,
  all: readonly SourceTable[],
): Promise<Drafted> {
  const names = wanted
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  const tables = [...new Set(names.map((one) => findTable(all, one)))];
  const draft = mirrorDraft(name, tables, all);
  return { draft, samples: await mirrorSamples(source, draft.tables) };
}

async function queried(
  source: Connection,
  input: { name: string; select: string; database: string; all: readonly SourceTable[] },
): Promise<Drafted> {
  const draft = await queryDraft({ ...input, source });
  const { select, database } = input;
  return {
    draft,
    samples: await querySamples(source, { select, database, shape: readSelect(select), tables: draft.tables }),
  };
}

/** Throws CliError `usage`: such a column never leaves the database. */
function refuseWithheld({ tables }: Draft): void {
  const { withheld } = project();
  for (const { source, columns: some } of tables)
    for (const { from } of some)
      if (withheld.includes(`${source}.${from}`))
        throw usage(
          `${source}.${from} is withheld by banyan.json: it never leaves the database`,
          'do without it, or take it off that list',
        );
}

async function propose({ output, json }: Context, database: string, all: readonly SourceTable[]): Promise<number> {
  const tables = all.map((table) => ({
    table: sourceName(table),
    rows: table.rows,
    key: table.key,
    mirror: whyNot(table) === null,
    why: whyNot(table),
  }));
  if (json) {
    await output.line(jsonLine({ command: 'new', ok: true, problems: [], database, tables }));
    return 0;
  }
  const lines = tables.map(({ table, rows, key, why }) => [
    escaped(table),
    String(rows),
    escaped(why ?? key.join(', ')),
  ]);
  await output.line(columns([['TABLE', 'ROWS, ABOUT', 'KEY'], ...lines]).join('\n'));
  output.say('new', 'name some: --tables A,B; or give a SELECT over them: --select FILE');
  return 0;
}

const whyNot = ({ engine, key }: SourceTable): string | null =>
  engine === null ? 'a view: no mirror' : key.length === 0 ? 'no primary key: no mirror' : null;

async function tell({ output, json }: Context, folder: string, draft: Draft, files: readonly string[]): Promise<void> {
  if (json) return output.line(jsonLine({ command: 'new', ok: true, problems: [], folder, files, notes: draft.notes }));
  for (const { source, why } of draft.tables) if (why) output.say('with', `${source}: ${why}`);
  for (const note of draft.notes) output.say('look at', note);
  await output.line(files.map((file) => escaped(join(relative(process.cwd(), folder), file))).join('\n'));
  output.say('next', 'banyan up fills it; its test is node --test, see its README');
}
