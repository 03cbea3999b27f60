import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Arguments, type Command, type Context, text } from '../command.ts';
import { sourcePasswordIn } from '../config.ts';
import { CliError, usage } from '../errors.ts';
import { connect } from '../new/connect.ts';
import { projectFile } from '../project/project.ts';
import { escaped, jsonLine } from '../terminal/escape.ts';
import { addressIn } from './address.ts';
import { keepPassword } from './password.ts';
import { answered } from './questions.ts';
import { findingsOn } from './readiness.ts';
import { writeProject } from './repository.ts';
import { secretsIn } from './secrets.ts';
import { toolFindings } from './tools.ts';

export const init: Command = {
  summary: 'make the repository that you are in a project: banyan.json, for the MariaDB that you have',
  help: `banyan init [--database URL] [--prefix NAME] [--services FOLDER]

  SOURCE_DB_PASSWORD_FILE=secret banyan init --database mariadb://capture@db.internal:3306 --prefix shop
                          writes banyan.json, and what is missing in package.json and .gitignore
  banyan init             asks, on a terminal

The password comes by SOURCE_DB_PASSWORD_FILE or SOURCE_DB_PASSWORD, never in the URL; it is kept in .banyan/local/secrets, which is not
for git. The server is asked whether it can be captured: binlog, formats, rights. Nothing is written there, and nothing is overwritten here.`,
  options: { database: { value: 'URL' }, prefix: { value: 'NAME' }, services: { value: 'FOLDER' } },
  words: 0,
  needsNoProject: true,
  run: runInit,
};

async function runInit({ output, env, json }: Context, args: Arguments): Promise<number> {
  const folder = process.cwd();
  if (existsSync(join(folder, projectFile)))
    throw new CliError('already-project', `${join(folder, projectFile)} is there already: this is a project`, {
      remedy: 'change it by hand, docs/reference/project.md; or banyan new service',
    });
  const given = { database: text(args, 'database'), prefix: text(args, 'prefix'), services: text(args, 'services') };
  const { database, prefix, services } = await answered(given, folder);
  const server = addressIn(database);
  if (!/^[A-Za-z][\w-]*$/.test(prefix))
    throw usage(
      `the prefix '${escaped(prefix)}' is no name of letters, digits, _ and -`,
      'give another: --prefix shop',
    );
  if (!/^[^./\\][^\\]*$/.test(services) || services.split('/').includes('..'))
    throw usage(
      `the services folder '${escaped(services)}' is not one in the project`,
      'give another: --services services',
    );
  const password = sourcePasswordIn(env);
  const source = await connect(server, password);
  try {
    const unfit = await findingsOn(source, server.user);
    const problems = unfit.length > 0 ? unfit : await toolFindings(env);
    for (const { what, remedy } of problems) output.say('look at', `${what}; ${remedy}`);
    const told = problems.map(({ code, what, remedy }) => ({ where: 'init', code, message: what, remedy }));
    const withheld = unfit.length > 0 ? [] : await secretsIn(source);
    const written = unfit.length > 0 ? [] : await writeProject(folder, { prefix, services, server, withheld });
    if (unfit.length > 0) output.say('init', 'nothing is written: the server cannot be captured as it is');
    else await keepPassword(env, folder, password!);
    for (const one of withheld)
      output.say('withheld', `${one}: by its name it is a secret, and does not leave the database`);
    if (json)
      await output.line(jsonLine({ command: 'init', ok: told.length === 0, problems: told, written, withheld }));
    else if (written.length > 0) await output.line(written.join('\n'));
    if (written.length > 0)
      output.say('next', 'banyan new service NAME shows the tables; banyan up starts what there is');
    return problems.length === 0 ? 0 : 1;
  } finally {
    source.destroy();
  }
}
