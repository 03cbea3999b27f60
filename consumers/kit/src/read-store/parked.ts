import { fieldOf, type Row } from '../change-event/index.ts';
import type { ReadTable } from '../projection/declaration.ts';
import { noteDifferences } from './evidence.ts';
import type { Session } from './session.ts';

/** A key whose row is not kept true, because somebody has said so. */
export interface ParkedKey {
  readonly table: string;
  /** JSON. */
  readonly key: string;
  /** Its row is true up to here; null: it never was. */
  readonly since: string | null;
  /** Of the error that it was parked for. */
  readonly code: string;
  /** Later changes that were left out. */
  readonly changes: number;
  /** Changes are applied again; the row is true after the next one, or when it is repaired. */
  readonly isReleased: boolean;
  readonly at: string;
}

export async function parkedOf(session: Session, projection: string): Promise<ParkedKey[]> {
  const rows = await session.rows<Record<string, string | null>>(
    `SELECT table_name, row_key, since_position, code, changes, is_released, at FROM banyan_parked
     WHERE projection = ? ORDER BY table_name, at, row_key`,
    [projection],
  );
  return rows.map((row) => ({
    table: row.table_name!,
    key: row.row_key!,
    since: row.since_position!,
    code: row.code!,
    changes: Number(row.changes),
    isReleased: Number(row.is_released) === 1,
    at: row.at!,
  }));
}

/**
 * Makes of each new verdict what it means for keys: `park` parks the key of its record, `unpark` releases one, and notes its row as
 * different, so that `banyan repair` heals it. All or nothing. To be called by who holds the lease, before anything is read.
 */
export async function settleVerdicts(session: Session, projection: string, position: string | null): Promise<void> {
  const verdicts = await session.rows<{ id: string; verb: string; table_name: string | null; row_key: string | null }>(
    'SELECT id, verb, table_name, row_key FROM banyan_verdict WHERE projection = ? AND settled_at IS NULL ORDER BY id',
    [projection],
  );
  if (verdicts.length === 0) return;
  await session.run('START TRANSACTION');
  for (const { id, verb, table_name, row_key } of verdicts) {
    if (verb === 'park') await park(session, id);
    if (verb === 'unpark') await release(session, projection, table_name!, row_key!, position);
    await session.run('UPDATE banyan_verdict SET settled_at = NOW(6) WHERE id = ?', [id]);
  }
  await session.run('COMMIT');
}

async function park(session: Session, verdict: string): Promise<void> {
  await session.run(
    `INSERT INTO banyan_parked (projection, table_name, key_hash, row_key, since_position, code, at)
     SELECT s.projection, s.table_name, MD5(s.row_key), s.row_key, s.position, s.code, NOW(6)
     FROM banyan_verdict v JOIN banyan_stop s ON s.projection = v.projection AND s.topic = v.topic
       AND s.partition_number = v.partition_number AND s.record_offset = v.record_offset AND s.crc32 = v.crc32
     WHERE v.id = ? AND s.row_key IS NOT NULL ON DUPLICATE KEY UPDATE is_released = 0`,
    [verdict],
  );
}

async function release(
  session: Session,
  projection: string,
  table: string,
  key: string,
  position: string | null,
): Promise<void> {
  const released = await session.run(
    'UPDATE banyan_parked SET is_released = 1 WHERE projection = ? AND table_name = ? AND key_hash = MD5(?)',
    [projection, table, key],
  );
  if (released === 0) return;
  const seen = { table, key, kind: 'different' as const, columns: [], position: position ?? '' };
  await noteDifferences(session, projection, [seen]);
}

/** A row's key as proof writes keys; null when a part of it is not in the row. */
export function keyTextOf({ key }: ReadTable, row: Row): string | null {
  const parts: unknown[] = [];
  for (const { from, type } of key) {
    const field = fieldOf(row, from);
    const value = field === null ? null : row[field]!;
    if (value === null) return null;
    if (typeof value === 'boolean') parts.push(bytes(Uint8Array.of(value ? 1 : 0), 1));
    else if (!(value instanceof Uint8Array)) parts.push(String(value));
    // BINARY comes without the zeros at its end, which are part of it.
    else parts.push(bytes(value, type.base === 'binary' ? Number(/\((\d+)\)/.exec(type.sql)?.[1] ?? 1) : 0));
  }
  return JSON.stringify(parts);
}

function bytes(value: Uint8Array, length: number) {
  const whole = Buffer.alloc(Math.max(length, value.length));
  whole.set(value);
  return { bytes: whole.toString('base64') };
}
