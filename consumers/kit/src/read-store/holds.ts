import { formatPosition, type Position, parsePosition } from '../change-event/index.ts';
import type { Session } from './session.ts';

const holdsTable = `CREATE TABLE IF NOT EXISTS banyan_hold (
  projection VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
  holder     VARCHAR(100) NOT NULL,
  step       BIGINT UNSIGNED NOT NULL COMMENT 'raised by each request of a holder',
  until      DATETIME(6) NOT NULL COMMENT 'it ends here by itself: its holder may be dead',
  to_position TEXT CHARACTER SET ascii NULL COMMENT 'go on to here and no further; NULL: stand where you are',
  seen_step  BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'the newest request that the projector has met',
  held_position TEXT CHARACTER SET ascii NULL COMMENT 'where it stands since then'
) ENGINE=InnoDB CHARACTER SET utf8mb4`;

/** A request to stand still, as a projector sees it. */
export interface Hold {
  readonly holder: string;
  readonly step: bigint;
  /** Null: where it is now. */
  readonly to: Position | null;
  readonly isMet: boolean;
}

interface HoldColumns {
  readonly holder: string;
  readonly step: string | number;
  readonly to_position: string | null;
  readonly seen_step: string | number;
  readonly is_valid: number;
}

/** Even CREATE TABLE IF NOT EXISTS waits for whoever reads the table, so it is only said when the table is not there. */
export async function ensureHolds(session: Session): Promise<void> {
  const there = await session.rows(
    "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'banyan_hold'",
  );
  if (there.length === 0) await session.run(holdsTable);
}

/** The hold on a projection, by the database's clock; null when there is none. One that has run out is taken away. */
export async function holdOf(session: Session, projection: string): Promise<Hold | null> {
  const [row] = await session.rows<HoldColumns>(
    'SELECT holder, step, to_position, seen_step, until > NOW(6) AS is_valid FROM banyan_hold WHERE projection = ?',
    [projection],
  );
  if (!row) return null;
  if (!row.is_valid) {
    await session.run('DELETE FROM banyan_hold WHERE projection = ? AND until <= NOW(6)', [projection]);
    return null;
  }
  const { holder, step, to_position, seen_step } = row;
  const to = to_position === null ? null : parsePosition(to_position);
  return { holder, step: BigInt(step), to, isMet: BigInt(seen_step) === BigInt(step) };
}

/** The projector stands where it was asked to. */
export async function meetHold(session: Session, projection: string, { holder, step }: Hold, at: Position) {
  await session.run(
    'UPDATE banyan_hold SET seen_step = ?, held_position = ? WHERE projection = ? AND holder = ? AND step = ?',
    [step, formatPosition(at), projection, holder, step],
  );
}

/** The holder's side: asks to stand still. False while somebody else holds it. */
export async function askHold(
  session: Session,
  projection: string,
  { holder, step, to }: Omit<Hold, 'isMet'>,
  forMs: number,
): Promise<boolean> {
  const values = [holder, step, forMs * 1000, to === null ? null : formatPosition(to)];
  const asked = await session.run(
    `UPDATE banyan_hold SET holder = ?, step = ?, until = NOW(6) + INTERVAL ? MICROSECOND, to_position = ?
     WHERE projection = ? AND (holder = ? OR until <= NOW(6))`,
    [...values, projection, holder],
  );
  if (asked > 0) return true;
  const sql =
    'INSERT IGNORE INTO banyan_hold (holder, step, until, to_position, projection) VALUES (?, ?, NOW(6) + INTERVAL ? MICROSECOND, ?, ?)';
  return (await session.run(sql, [...values, projection])) === 1;
}

export interface HoldSeen {
  readonly holder: string;
  readonly askedStep: bigint;
  readonly metStep: bigint;
  readonly at: Position | null;
}

/** What has become of a hold; null when it has ended. */
export async function seenHold(session: Session, projection: string): Promise<HoldSeen | null> {
  const [row] = await session.rows<Omit<HoldColumns, 'to_position' | 'is_valid'> & { held_position: string | null }>(
    'SELECT holder, step, seen_step, held_position FROM banyan_hold WHERE projection = ?',
    [projection],
  );
  if (!row) return null;
  const at = row.held_position === null ? null : parsePosition(row.held_position);
  return { holder: row.holder, askedStep: BigInt(row.step), metStep: BigInt(row.seen_step), at };
}

export async function endHold(session: Session, projection: string, holder: string): Promise<void> {
  await session.run('DELETE FROM banyan_hold WHERE projection = ? AND holder = ?', [projection, holder]);
}
