import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import type { Credentials } from '../credentials.ts';
import { StackError } from '../errors.ts';
import type { PartSpec } from '../part.ts';

const run = promisify(execFile);

/** What Debezium needs of a MariaDB from 11.4 on; source: Debezium's MariaDB connector page, "Setting up MariaDB". */
const binlog = [
  '--log-bin=binlog',
  '--binlog-format=ROW',
  '--binlog-row-image=FULL',
  '--binlog-row-metadata=FULL',
  '--binlog-legacy-event-pos=1',
  '--gtid-strict-mode=1',
  '--sync-binlog=1',
  '--server-id=1',
];

export interface MariaDbOptions {
  readonly name: 'source-db' | 'read-db';
  readonly home: string;
  readonly dataDir: string;
  readonly port: number;
  readonly credentials: Credentials;
  /** The monolith's server writes a binlog; the read models' does not need one. */
  readonly writesBinlog: boolean;
}

/** A MariaDB server whose root has the stack's generated password. */
export function mariadb(options: MariaDbOptions): PartSpec {
  const folder = join(options.dataDir, options.name);
  const rootSql = join(options.credentials.folder, `${options.name}-root.sql`);
  return {
    name: options.name,
    ports: [options.port],
    graceMs: 20_000,
    command: [
      join(options.home, 'bin/mariadbd'),
      '--no-defaults',
      `--basedir=${options.home}`,
      `--datadir=${join(folder, 'data')}`,
      `--port=${options.port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 's')}`,
      `--user=${userInfo().username}`,
      `--init-file=${rootSql}`,
      '--character-set-server=utf8mb4',
      '--default-time-zone=+00:00',
      '--innodb-buffer-pool-size=96M',
      '--innodb-log-file-size=64M',
      '--max-allowed-packet=64M',
      '--max-connections=100',
      '--performance-schema=OFF',
      '--skip-name-resolve',
      // From 11.4 on the server makes itself an RSA key at each start: up to 30 s of one core, for a loopback port.
      '--skip-ssl',
      ...(options.writesBinlog ? binlog : []),
    ],
    prepare: async () => {
      await install(options.home, folder);
      await writeFile(rootSql, await rootStatements(options), { mode: 0o600 });
    },
    answers: async () => {
      const connection = await mysql.createConnection(
        await rootAccess(options.name, options.port, options.credentials),
      );
      await connection.end();
    },
  };
}

export interface DatabaseAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export async function rootAccess(name: string, port: number, credentials: Credentials): Promise<DatabaseAccess> {
  return { host: '127.0.0.1', port, user: 'root', password: await credentials.password(`${name}-root`) };
}

async function rootStatements(options: MariaDbOptions): Promise<string> {
  const password = await options.credentials.password(`${options.name}-root`);
  // The server reads this file at each start, before it listens: no moment without a password, none on a command line.
  return [
    ...(options.writesBinlog ? ['SET sql_log_bin=0;'] : []),
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
    `CREATE OR REPLACE USER 'root'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;`,
    '',
  ].join('\n');
}

async function install(home: string, folder: string): Promise<void> {
  if (existsSync(join(folder, 'data'))) return;
  const fresh = join(folder, 'fresh');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const options = [
    `--basedir=${home}`,
    `--datadir=${fresh}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ];
  try {
    await run(join(home, 'scripts/mariadb-install-db'), ['--no-defaults', ...options, `--user=${userInfo().username}`]);
  } catch (cause) {
    const output = String((cause as { stderr?: string }).stderr ?? cause)
      .trim()
      .slice(-800);
    throw new StackError('part-died', `MariaDB could not make its data folder ${folder}:\n${output}`, cause);
  }
  await rename(fresh, join(folder, 'data'));
}
