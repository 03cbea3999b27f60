import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Contract,
  differencesOf,
  latestSchema,
  readContract,
  rowsText,
  type Subjects,
  subjectsOf,
  withRest,
  writeContract,
} from '@banyan/schemas/contract';
import { type Arguments, type Command, type Context, text } from '../command.ts';
import { CliError, type Problem, usage } from '../errors.ts';
import { project } from '../project/project.ts';
import { services, tablesOf } from '../services.ts';
import { problemText } from '../status/render.ts';
import { needs, openTarget } from '../target.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';

export const schemas: Command = {
  summary: 'the data contract: capture the Avro schemas into schemas/, or check a running stack against them',
  help: `banyan schemas capture|check [--prefix NAME]

The tables are those that the declarations of all services name; what the contract has beyond them stays until capture.

  banyan schemas check      compare the registry with schemas/avro, and schemas/src/rows.ts with that; 1 when they differ
  banyan schemas capture    write both from the registry

A column removed, retyped, or made NOT NULL without a default is incompatible: consumers written for the contract break.
An added column is not; the contract is then behind, and capture takes it up. A table has a schema from its first row on.`,
  options: { prefix: { value: 'NAME' } },
  words: 1,
  run: runSchemas,
};

async function runSchemas(context: Context, args: Arguments): Promise<number> {
  const [action = ''] = args.words;
  if (action !== 'capture' && action !== 'check') throw usage(`'${escaped(action)}' is neither capture nor check`);
  const { stack } = openTarget(context.config);
  await needs(stack.part('registry'));
  const subjects = subjectsOf(text(args, 'prefix') ?? project().prefix, tablesOf(await services()));
  const registered = await registeredOf(stack.registryUrl, subjects);
  const missing = subjects.all.filter((subject) => !registered.has(subject)).map(missingProblem);
  return action === 'capture'
    ? capture(context, subjects, registered, missing)
    : check(context, subjects, registered, missing);
}

async function registeredOf(url: string, { all }: Subjects): Promise<Contract> {
  const found = new Map<string, unknown>();
  try {
    for (const subject of all) {
      const schema = await latestSchema(url, subject);
      if (schema !== null) found.set(subject, schema);
    }
    return found;
  } catch (error) {
    throw new CliError('registry-unreachable', (error as Error).message, {
      remedy: 'see: banyan status',
      cause: error,
    });
  }
}

async function capture(
  { output, json }: Context,
  subjects: Subjects,
  registered: Contract,
  problems: readonly Problem[],
): Promise<number> {
  // What has no row at this moment keeps the schema it had.
  const kept = [...(await readContract(folder()))].filter(([subject]) => subjects.all.includes(subject));
  const changed = await writeContract(new Map([...kept, ...registered]), subjects, folder());
  const ok = problems.length === 0;
  if (json) await output.line(jsonLine({ command: 'schemas', ok, problems, changed }));
  else for (const file of changed) await output.line(`schemas/${file}`);
  output.say(
    'schemas',
    changed.length === 0 ? 'the contract is as the registry has it' : `${changed.length} files changed`,
  );
  for (const problem of problems) output.complain(problemText(problem));
  return ok ? 0 : 1;
}

async function check(
  { output, json }: Context,
  subjects: Subjects,
  registered: Contract,
  missing: readonly Problem[],
): Promise<number> {
  const problems = [...missing, ...(await contractProblems(subjects, registered))];
  const ok = problems.length === 0;
  if (json) await output.line(jsonLine({ command: 'schemas', ok, problems }));
  else
    await output.line(
      problems.map(problemText).join('\n') || `${subjects.all.length} subjects are as the contract has them`,
    );
  return ok ? 0 : 1;
}

/** All in which registry, contract files and generated types do not agree. */
export async function contractProblems(subjects: Subjects, registered: Contract): Promise<Problem[]> {
  const contract = await readContract(folder());
  const rows = await readFile(join(folder(), 'src/rows.ts'), 'utf8').catch(() => '');
  const problem = (where: string, code: string, message: string): Problem => ({
    where,
    code,
    message,
    remedy: 'take it up: banyan schemas capture',
  });
  return [
    ...[...registered].flatMap(([subject, schema]) => {
      if (!contract.has(subject)) return [problem(subject, 'not-captured', 'a declared table is not in the contract')];
      return differencesOf(subject, contract.get(subject), schema).map((one) => ({
        where: one.compatible ? 'drift' : 'INCOMPATIBLE',
        code: one.code,
        message: one.message,
        remedy: one.remedy,
      }));
    }),
    ...(rows === rowsText(contract, withRest(subjects, contract))
      ? []
      : [problem('schemas/src/rows.ts', 'types-stale', 'it is not what the contract makes')]),
  ];
}

const folder = (): string => join(project().folder, 'schemas');

const missingProblem = (subject: string): Problem => ({
  where: subject,
  code: 'no-schema',
  message: 'the registry has no schema of it',
  remedy: 'a table gets one with its first captured row: write one, or apply the connector',
});
