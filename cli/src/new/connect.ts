import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Stack } from '@banyan/stack';
import mysql, { type Connection } from 'mysql2/promise';
import type { CliConfig } from '../config.ts';
import { CliError } from '../errors.ts';
import { type OwnServer, project } from '../project/project.ts';

/** Where the password of the account that captures is kept: by `banyan init` and `banyan up`. */
export const keptPasswordFile = (dataDir: string): string => join(dataDir, 'secrets/capture.password');

/** A connection to the project's source, to read. Throws CliError `config`, `not-started`, `source-unreachable`, `source-refuses`. */
export async function connectToSource(config: CliConfig): Promise<Connection> {
  const { server } = project();
  const { dataDir } = config.stack;
  const kept = await readFile(keptPasswordFile(dataDir), 'utf8').catch(() => null);
  if (server) return connect(server, config.sourcePassword() ?? kept);
  const ports = portsIn(dataDir);
  return connect({ host: '127.0.0.1', port: ports['source-db'], user: 'capture' }, kept);
}

function portsIn(dataDir: string): Stack['ports'] {
  try {
    return Stack.open(dataDir).ports;
  } catch (error) {
    const remedy = 'start it: banyan up; or name the server in banyan.json: docs/reference/project.md';
    throw new CliError('not-started', 'the source is the stack’s own, and it was never started', {
      remedy,
      cause: error,
    });
  }
}

/** Each value comes as text, or as bytes. Throws CliError that says what is wrong with the way there. */
export async function connect({ host, port, user }: OwnServer, password: string | null): Promise<Connection> {
  if (password === null)
    throw new CliError('config', `the password of ${user} on ${host}:${port} is not known`, {
      remedy: 'set SOURCE_DB_PASSWORD_FILE, the name of a file, or SOURCE_DB_PASSWORD',
    });
  try {
    const connection = await mysql.createConnection({
      ...{ host, port, user, password, connectTimeout: 10_000, charset: 'utf8mb4', dateStrings: true },
      ...{ supportBigNumbers: true, bigNumberStrings: true },
    });
    await connection.query("SET SESSION time_zone = '+00:00'");
    return connection;
  } catch (error) {
    throw refusal({ host, port, user }, error as Failure);
  }
}

interface Failure extends Error {
  readonly errno?: number;
  readonly code?: string;
}

function refusal({ host, port, user }: OwnServer, error: Failure): CliError {
  const where = `${host}:${port}`;
  const options = { cause: error };
  // From 1000 on they are the server's own; source: MariaDB error codes.
  if ((error.errno ?? 0) >= 1000) {
    const remedy = `is the password right? SOURCE_DB_PASSWORD_FILE or SOURCE_DB_PASSWORD; has ${user} an account for connections from this machine?`;
    return new CliError('source-refuses', `the database on ${where} does not let ${user} in: ${error.message}`, {
      ...options,
      remedy,
    });
  }
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return new CliError('source-unreachable', `there is no machine called ${host}`, {
      ...options,
      remedy: 'look at the host name',
    });
  const remedy = 'look at host and port; does MariaDB listen on that address, and does a firewall let you through?';
  const why = error.message || error.code || 'no answer';
  return new CliError('source-unreachable', `no MariaDB answers on ${where}: ${why}`, { ...options, remedy });
}
