import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CliError } from '../errors.ts';
import { Fields } from './fields.ts';

/** The monolith's MariaDB where it is not the stack's own. */
export interface OwnServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** The repository that `banyan` works on, as its `banyan.json` says; docs/reference/project.md. */
export interface Project {
  readonly folder: string;
  /** The connector's name, and what its topics begin with. */
  readonly prefix: string;
  /** Where the services are; absolute. */
  readonly services: string;
  /** Null: the stack runs the source. */
  readonly server: OwnServer | null;
  /** SQL that fills the stack's own source; absolute. */
  readonly load: string | null;
  /** Columns that never leave the database. */
  readonly withheld: readonly string[];
  readonly serverId: number;
  /** The bank of Banyan's own repository runs beside. */
  readonly hasBank: boolean;
}

export const projectFile = 'banyan.json';

let found: Project | null = null;

/** The project of the folder that the process was started in, read once. Throws CliError `config`. */
export function project(): Project {
  found ??= findProject(process.cwd());
  return found;
}

/** The project of the nearest `banyan.json` from a folder upward. Throws CliError `config`. */
export function findProject(from: string): Project {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, projectFile))) return readProject(folder);
    if (folder === dirname(folder)) break;
  }
  throw new CliError('config', `there is no ${projectFile} in ${resolve(from)}, nor in a folder above it`, {
    remedy: 'go to your project, or make this folder one: banyan init',
  });
}

/** Throws CliError `config` that names each wrong field. */
export function readProject(folder: string): Project {
  const file = join(folder, projectFile);
  const fields = Fields.parse(file, readFileSync(file, 'utf8'));
  const prefix = fields.text('prefix', /^[A-Za-z][\w-]*$/, 'a name of letters, digits, _ and -');
  const services = fields.path('services', folder, 'services');
  const withheld = fields.texts('withheld', /^[^.]+\.[^.]+\.[^.]+$/, 'database.table.column');
  const serverId = fields.whole('serverId', 1, 4_294_967_295, 5400);
  const example = fields.text('example', /^bank$/, 'bank', '');
  const database = fields.within('database');
  const load = database?.path('load', folder, null) ?? null;
  const server = !database || load !== null ? null : serverIn(database);
  fields.close();
  return { folder, prefix, services: services!, server, load, withheld, serverId, hasBank: example !== '' };
}

const serverIn = (database: Fields): OwnServer => ({
  host: database.text('host', /^[\w.:-]+$/, 'a name or an address'),
  port: database.whole('port', 1, 65_535, 3306),
  user: database.text('user', /^[^\s'"`\\]+$/, 'the name of an account', 'capture'),
});
