import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import type { Credentials } from '../credentials.ts';
import type { PartSpec } from '../part.ts';
import { installMariadb } from './mariadb-install.ts';

/** What Debezium needs of a MariaDB from 11.4 on; source: Debezium's MariaDB connector page, "Setting up MariaDB". */
const binlog = [
  '--log-bin=binlog',
  '--binlog-format=ROW',
  '--binlog-row-image=FULL',
  '--binlog-row-metadata=FULL',
  '--binlog-legacy-event-pos=1',
  '--gtid-strict-mode=1',
  // The monolith has triggers, and its account no rights on the server as a whole.
  '--log-bin-trust-function-creators=1',
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
  // Its own, because a starting server removes whatever temporary tables it finds, those of other servers too.
  const temporary = join(options.dataDir, 'tmp', options.name);
  const both = [...asRoot(), `--basedir=${options.home}`, `--tmpdir=${temporary}`];
  const rootSql = join(options.credentials.folder, `${options.name}-root.sql`);
  return {
    name: options.name,
    ports: [options.port],
    graceMs: 20_000,
    command: [
      join(options.home, 'bin/mariadbd'),
      '--no-defaults',
      ...both,
      `--datadir=${join(folder, 'data')}`,
      `--port=${options.port}`,
      '--bind-address=127.0.0.1',
      // From the data folder on, where the server runs: the path of a socket holds no more than 107 bytes.
      '--socket=../s',
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
    prepare: async (signal) => {
      const password = await options.credentials.password(`${options.name}-root`);
      await rm(temporary, { recursive: true, force: true });
      await mkdir(temporary, { recursive: true });
      await rm(join(folder, 's'), { force: true });
      if (!existsSync(join(folder, 'data'))) await installMariadb(options.home, folder, password, both, signal);
      await rm(rootSql, { force: true });
      await writeFile(rootSql, rootStatements(options.writesBinlog, password), { mode: 0o600 });
    },
    answers: async () => {
      const access = await rootAccess(options.name, options.port, options.credentials);
      const connection = await mysql.createConnection({ ...access, connectTimeout: 5000 });
      await connection.end();
    },
  };
}

/** A server that root starts wants to be told to stay root; anybody else's may not be told anything. */
const asRoot = (): string[] => (process.getuid?.() === 0 ? ['--user=root'] : []);

export interface DatabaseAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export async function rootAccess(name: string, port: number, credentials: Credentials): Promise<DatabaseAccess> {
  return { host: '127.0.0.1', port, user: 'root', password: await credentials.password(`${name}-root`) };
}

/**
 * The server reads these at each start, before it answers anybody: root has the password that is in the secrets folder, even
 * when that was made anew, and no other way in. None of it gets on a command line or into the binlog.
 */
function rootStatements(writesBinlog: boolean, password: string): string {
  return [
    ...(writesBinlog ? ['SET sql_log_bin=0;'] : []),
    `DELETE FROM mysql.global_priv WHERE User='root' AND Host NOT IN ('localhost', '127.0.0.1');`,
    'FLUSH PRIVILEGES;',
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
    `CREATE OR REPLACE USER 'root'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;`,
    '',
  ].join('\n');
}
