import { coversAll, formatPosition, type Position, parsePosition } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { type DatabaseAccess, Session, type SessionKind } from '../read-store/index.ts';

/** Statements are ended before a snapshot gets old; the source's own locks are never waited for for long. */
const settings =
  "SET SESSION time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', tx_isolation='REPEATABLE-READ', " +
  'max_statement_time=25, innodb_lock_wait_timeout=2, lock_wait_timeout=5, idle_transaction_timeout=40';
const sources: SessionKind = { settings, called: 'source database' };
const readModels: SessionKind = { settings, called: 'read-model database' };

export const openSource = (access: DatabaseAccess): Promise<Session> => Session.open(access, sources);
export const openReadModel = (access: DatabaseAccess): Promise<Session> => Session.open(access, readModels);

/**
 * Opens a consistent snapshot of the source; resolves to its exact position: every transaction up to there is in it, and no
 * other. Source: https://mariadb.com/kb/en/start-transaction/#with-consistent-snapshot — `binlog_snapshot_*` are of the very
 * snapshot, where `@@gtid_binlog_pos` may be ahead of it.
 */
export async function openSourceSnapshot(session: Session): Promise<Position> {
  await session.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  const status = await session.rows<{ Variable_name: string; Value: string }>("SHOW STATUS LIKE 'binlog_snapshot_%'");
  const of = (name: string) => status.find(({ Variable_name }) => Variable_name.toLowerCase() === name)?.Value;
  const [file, at] = [of('binlog_snapshot_file'), of('binlog_snapshot_position')];
  const [row] = await session.rows<{ gtid: string | null }>('SELECT BINLOG_GTID_POS(?, ?) AS gtid', [file, Number(at)]);
  const position = row?.gtid ? parsePosition(row.gtid) : null;
  if (position !== null) return position;
  throw new KitError('source-unreachable', `source database: a snapshot at ${file}:${at} has no GTID`, {
    remedy: 'the source needs log_bin=ON and GTIDs',
  });
}

/** Opens a consistent snapshot of a read model. Throws KitError `not-held` when that is not exactly at the position. */
export async function openReadSnapshot(session: Session, projection: string, at: Position): Promise<void> {
  await session.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  const [row] = await session.rows<{ position: string | null }>(
    'SELECT position FROM banyan_checkpoint WHERE projection = ?',
    [projection],
  );
  const position = row?.position ? parsePosition(row.position) : null;
  if (position !== null && coversAll(at, position)) return;
  const text = `'${projection}' is at ${row?.position ?? 'no position'}, not at ${formatPosition(at)}`;
  throw new KitError('not-held', text, { remedy: 'start again: the hold had ended' });
}

export const endSnapshot = async (session: Session): Promise<void> => {
  await session.run('ROLLBACK');
};
