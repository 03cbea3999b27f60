import { captureGrants } from '@banyan/connectors';
import type { Connection, RowDataPacket } from 'mysql2/promise';

export interface Finding {
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

const settings: Readonly<Record<string, string>> = {
  ...{ log_bin: 'ON', binlog_format: 'ROW', binlog_row_image: 'FULL', binlog_row_metadata: 'FULL' },
};

/** What keeps the server from being captured: its binlog's settings, and rights of the account. Reads variables and grants. */
export async function findingsOn(source: Connection, user: string): Promise<Finding[]> {
  const [variables] = await source.query<RowDataPacket[]>('SHOW GLOBAL VARIABLES WHERE variable_name IN (?)', [
    Object.keys(settings),
  ]);
  const unfit = unfitSettings(new Map(variables.map((row) => [String(row.Variable_name), String(row.Value)])));
  const [grants] = await source.query<RowDataPacket[]>('SHOW GRANTS');
  const given = grants.map((row) => String(Object.values(row)[0]).toUpperCase());
  const everywhere = given.filter((line) => / ON \*\.\* /.test(line)).join(' ');
  const missing = captureGrants.filter(
    (right) => !everywhere.includes('ALL PRIVILEGES') && !everywhere.includes(right),
  );
  return [
    ...unfit,
    ...(missing.length === 0
      ? []
      : [
          {
            code: 'grants-missing',
            what: `${user} does not have the rights ${missing.join(', ')}`,
            remedy: `an administrator can: GRANT ${missing.join(', ')} ON *.* TO that account`,
          },
        ]),
  ];
}

export function unfitSettings(is: ReadonlyMap<string, string>): Finding[] {
  const wrong = Object.entries(settings).filter(([name, value]) => is.get(name)?.toUpperCase() !== value);
  return wrong.map(([name, value]) => ({
    code: 'binlog-unfit',
    what: `the server has ${name}=${is.get(name) ?? 'none'}, and wants ${value}`,
    remedy:
      name === 'log_bin'
        ? 'write log_bin into the [mariadb] section of its configuration, and start it anew'
        : `an administrator can: SET GLOBAL ${name}=${value}; and write it into its configuration`,
  }));
}
