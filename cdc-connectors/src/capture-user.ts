/**
 * What the capture user needs on the monolith's server, and nothing more. Source: Debezium MariaDB connector page, "Creating
 * a user"; LOCK TABLES is used when no global read lock may be taken.
 */
export const captureGrants = [
  'SELECT',
  'RELOAD',
  'SHOW DATABASES',
  'REPLICATION SLAVE',
  'BINLOG MONITOR',
  'LOCK TABLES',
] as const;

/**
 * Statements that make the capture user, to be run by an administrator of the monolith's server. They are kept out of its
 * binlog. `host` is the MariaDB host pattern it connects from.
 */
export function captureUserStatements(user: {
  readonly name: string;
  readonly host: string;
  readonly password: string;
}): string[] {
  const account = `${text(user.name)}@${text(user.host)}`;
  return [
    'SET SESSION sql_log_bin = 0',
    `CREATE OR REPLACE USER ${account} IDENTIFIED BY ${text(user.password)}`,
    `GRANT ${captureGrants.join(', ')} ON *.* TO ${account}`,
    'SET SESSION sql_log_bin = 1',
  ];
}

const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
