import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from '../errors.ts';
import { runTool } from '../tool.ts';

/**
 * What mariadb-install-db hands to `mariadbd --bootstrap`, without the help texts and the sys schema, in its order. The script
 * itself cannot be used: it breaks on a blank in a path, and leaves a root without a password behind.
 */
const scripts = [
  'mariadb_system_tables.sql',
  'mariadb_performance_tables.sql',
  'mariadb_system_tables_data.sql',
  'maria_add_gis_sp_bootstrap.sql',
];

/**
 * Makes `data` in the folder with `options` that the server has too: system tables, and root, from the first moment on, with the password. It appears whole or not
 * at all. Throws StackError `part-died` with what the server said.
 */
export async function installMariadb(
  home: string,
  folder: string,
  password: string,
  options: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (name.startsWith('unfinished-')) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
  const fresh = join(folder, `unfinished-${randomUUID()}`);
  await mkdir(fresh, { mode: 0o700 });
  const share = join(home, 'share');
  const command = [
    '--no-defaults',
    '--bootstrap',
    ...options,
    `--datadir=${fresh}`,
    `--lc-messages-dir=${share}`,
    '--log-warnings=0',
    '--enforce-storage-engine=',
    '--max-allowed-packet=8M',
    '--net-buffer-length=16K',
    '--innodb-buffer-pool-size=32M',
    '--innodb-log-file-size=64M',
  ];
  const input = await statements(share, password);
  const { code, lines } = await runTool([join(home, 'bin/mariadbd'), ...command], { input, signal });
  if (code !== 0) {
    const said = lines.slice(-8).join('\n').replaceAll(password, '***');
    throw new StackError('part-died', `MariaDB could not make its data folder ${folder}:\n${said}`);
  }
  await rename(fresh, join(folder, 'data'));
}

async function statements(share: string, password: string): Promise<string> {
  const texts = await Promise.all(scripts.map((name) => readFile(join(share, name), 'utf8')));
  return [
    'CREATE DATABASE mysql;',
    'USE mysql;',
    'SET @auth_root_socket=NULL;',
    // Lines with the machine's name would make an account for it: see the comment in mariadb_system_tables_data.sql.
    ...texts.map((text) => text.replace(/^.*@current_hostname.*$/gm, '')),
    "DELETE FROM global_priv WHERE User='root' AND Host NOT IN ('localhost', '127.0.0.1');",
    `UPDATE global_priv SET Priv=JSON_SET(Priv, '$.plugin', 'mysql_native_password', '$.authentication_string', PASSWORD('${password}')) WHERE User='root';`,
    '',
  ].join('\n');
}
