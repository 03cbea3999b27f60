import type { Session } from '@banyan/kit';
import { refusedBy, type Unseen } from './unseen.ts';

export interface BinlogFile {
  readonly name: string;
  readonly bytes: number;
}

/** What the server says of itself. Everything but `logs` and `filters` is told to anybody who may connect. */
export interface ServerFacts {
  readonly version: string;
  readonly variables: ReadonlyMap<string, string>;
  readonly status: ReadonlyMap<string, string>;
  /** Statements as SHOW GRANTS has them. Not for printing: they hold hashes of passwords. */
  readonly grants: readonly string[];
  /** Oldest first; null without a binlog, or without the right to see it. */
  readonly logs: readonly BinlogFile[] | null;
  /** Databases that the binlog is limited to, or leaves out; null when that cannot be seen. */
  readonly filters: { readonly only: string; readonly without: string } | null;
}

interface Named {
  readonly Variable_name: string;
  readonly Value: string;
}

const statusNames = ['Com_xa_start', 'Com_xa_prepare', 'Uptime', 'Binlog_bytes_written'];

/** Throws KitError. What needs a right that the user lacks is told to `unseen`. */
export async function serverFacts(session: Session, unseen: Unseen): Promise<ServerFacts> {
  const variables = named(await session.rows<Named>('SHOW GLOBAL VARIABLES'));
  const status = named(await session.rows<Named>('SHOW GLOBAL STATUS WHERE Variable_name IN (?)', [statusNames]));
  const grants = (await session.rows<Record<string, string>>('SHOW GRANTS')).map((row) => Object.values(row)[0]!);
  const hasLog = variables.get('log_bin') === 'ON';
  const ask = <T>(what: string, sql: string): Promise<T[] | null> =>
    hasLog ? session.rows<T>(sql).catch(refusedBy(unseen, what)) : Promise.resolve(null);
  const logs = await ask<{ Log_name: string; File_size: string }>('files of the binlog', 'SHOW BINARY LOGS');
  const master = await ask<{ Binlog_Do_DB: string; Binlog_Ignore_DB: string }>(
    'filters of the binlog',
    'SHOW MASTER STATUS',
  );
  return {
    version: variables.get('version') ?? '',
    variables,
    status,
    grants,
    logs: logs?.map(({ Log_name, File_size }) => ({ name: Log_name, bytes: Number(File_size) })) ?? null,
    filters: master?.[0] ? { only: master[0].Binlog_Do_DB, without: master[0].Binlog_Ignore_DB } : null,
  };
}

const named = (rows: readonly Named[]): ReadonlyMap<string, string> =>
  new Map(rows.map(({ Variable_name, Value }) => [Variable_name, Value]));

/** Bytes a second that the binlog has grown by since the server was started; null when it does not say. */
export function binlogRate({ status }: ServerFacts): number | null {
  const [bytes, seconds] = ['Binlog_bytes_written', 'Uptime'].map((name) => Number(status.get(name) ?? Number.NaN));
  return bytes! >= 0 && seconds! > 0 ? bytes! / seconds! : null;
}
