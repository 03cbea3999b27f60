import { basename } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { usage } from '../errors.ts';

export interface Answers {
  readonly database: string;
  readonly prefix: string;
  readonly services: string;
}

/** What is not given is asked on a terminal; elsewhere it has its default. Throws CliError `usage` where there is none. */
export async function answered(
  given: { readonly [name in keyof Answers]: string | undefined },
  folder: string,
): Promise<Answers> {
  const prefix =
    basename(folder)
      .replaceAll(/[^A-Za-z0-9_-]/g, '-')
      .replace(/^[^A-Za-z]+/, '') || 'monolith';
  const defaults = { database: 'mariadb://capture@127.0.0.1:3306', prefix, services: 'services' };
  if (!process.stdin.isTTY) {
    if (given.database === undefined)
      throw usage('it does not know your database', 'name it: --database mariadb://capture@db.internal:3306');
    return { database: given.database, prefix: given.prefix ?? prefix, services: given.services ?? defaults.services };
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ask = async (name: keyof Answers, question: string) =>
      given[name] ?? ((await terminal.question(`${question} (${defaults[name]}): `)).trim() || defaults[name]);
    return {
      database: await ask('database', 'Where is the database'),
      prefix: await ask('prefix', 'What do its topics begin with'),
      services: await ask('services', 'In which folder are the services'),
    };
  } finally {
    terminal.close();
  }
}
