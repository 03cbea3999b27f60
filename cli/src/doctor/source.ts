import { readFileSync } from 'node:fs';
import { errnoOf, passwordIn, Session } from '@banyan/kit';
import { CliError, usage } from '../errors.ts';
import { statementLimitS } from './facts/unseen.ts';

/** The database that is examined. */
export interface SourceAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** One alone; null: all that the user may see. */
  readonly database: string | null;
}

const example = 'mariadb://capture@db.example.com:3306/shop';

/**
 * What `--database` says, with the password from SOURCE_DB_PASSWORD or the file that SOURCE_DB_PASSWORD_FILE names. Throws CliError
 * `usage`, KitError `config`; neither repeats the text, as there may be a password in it.
 */
export function sourceAddress(text: string, env: NodeJS.ProcessEnv): SourceAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^(?:mysql|mariadb):$/.test(url.protocol)) throw usage(`--database is no URL such as ${example}`);
  if (url.password !== '')
    throw usage(
      '--database has a password in it, which the list of processes and the history of the shell show to others',
      'take it out, and put it into SOURCE_DB_PASSWORD, or into a file that SOURCE_DB_PASSWORD_FILE names; change it where others may have seen it',
    );
  if (url.hostname === '' || url.username === '') throw usage(`--database wants user and host: ${example}`);
  if (url.search !== '' || url.hash !== '') throw usage('--database takes no options behind the name of the database');
  const database = decodeURIComponent(url.pathname.replace(/^\//, ''));
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: passwordIn(env, 'SOURCE_DB', (path) => readFileSync(path, 'utf8')),
    database: database === '' ? null : database,
  };
}

/** An answer takes longer than the server lets a statement run: nobody is there. */
const answerWithinMs = (statementLimitS + 5) * 1000;

const unknownVariable = 1193;

/**
 * A session in which nothing can be written: the server refuses it (1792). Throws CliError `access-denied` or `source-unreachable`
 * with what to do.
 */
export async function openSource(source: SourceAddress): Promise<Session> {
  const kind = { settings: 'SET SESSION TRANSACTION READ ONLY', called: 'source database', answerWithinMs } as const;
  const session = await Session.open({ ...source, database: '' }, kind).catch((error: unknown) => {
    throw unreachable(source, error);
  });
  try {
    // Names are quoted and texts escaped as the session's sql_mode wants it: ours are written for none.
    await session.run("SET SESSION time_zone = '+00:00', sql_mode = '', lock_wait_timeout = 2");
    await session.run(`SET SESSION max_statement_time = ${statementLimitS}`).catch((error: unknown) => {
      if (errnoOf(error) !== unknownVariable) throw error;
    });
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** Wrong password; a host that may not come in; a database that is not this user's. */
const deniedErrnos = new Set([1044, 1045, 1130, 1698]);

function unreachable({ host, port, user }: SourceAddress, cause: unknown): CliError {
  const where = `${host}:${port}`;
  const said =
    cause instanceof Error ? cause.message.replace(/^source database: cannot connect to [^ ]+ /, '') : String(cause);
  if (deniedErrnos.has(errnoOf(cause) ?? 0))
    return new CliError('access-denied', `the source ${where} does not let ${user} in: ${said}`, {
      cause,
      remedy: 'see user and password (SOURCE_DB_PASSWORD, SOURCE_DB_PASSWORD_FILE), and from which hosts he may come',
    });
  return new CliError('source-unreachable', `the source ${where} cannot be reached: ${said}`, {
    cause,
    remedy: 'see host and port of --database, whether the server runs, and whether a firewall is between',
  });
}
