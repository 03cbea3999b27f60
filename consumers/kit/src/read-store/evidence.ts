import { type Projection, readTablesOf } from '../projection/declaration.ts';
import type { Session } from './session.ts';

const proofTable = `CREATE TABLE IF NOT EXISTS banyan_proof (
  projection    VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  table_name    VARCHAR(64) NOT NULL,
  is_whole      TINYINT NOT NULL COMMENT '1: the newest that came to its end, 0: under way, or cut off and to be resumed',
  started_at    DATETIME(6) NOT NULL,
  from_position TEXT CHARACTER SET ascii NOT NULL COMMENT 'of the first range',
  to_position   TEXT CHARACTER SET ascii NOT NULL COMMENT 'of the newest range',
  checked_rows  BIGINT UNSIGNED NOT NULL COMMENT 'of the source',
  next_key      LONGTEXT NULL COMMENT 'JSON: the ranges up to here are done',
  PRIMARY KEY (projection, table_name, is_whole)
) ENGINE=InnoDB CHARACTER SET utf8mb4`;

const differenceTable = `CREATE TABLE IF NOT EXISTS banyan_difference (
  projection VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  table_name VARCHAR(64) NOT NULL,
  key_hash   CHAR(32) CHARACTER SET ascii NOT NULL,
  row_key    LONGTEXT NOT NULL COMMENT 'JSON: the parts of the key',
  kind       ENUM('missing','extra','different') NOT NULL,
  columns    LONGTEXT NOT NULL COMMENT 'JSON: names of the columns that differ',
  position   TEXT CHARACTER SET ascii NOT NULL COMMENT 'at which it was seen',
  seen_at    DATETIME(6) NOT NULL,
  repaired_position TEXT CHARACTER SET ascii NULL,
  PRIMARY KEY (projection, table_name, key_hash)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

/** Makes the tables of what proof has found. */
export async function ensureEvidence(session: Session): Promise<void> {
  const there = await session.rows(
    "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN ('banyan_proof', 'banyan_difference')",
  );
  if (there.length < 2) for (const sql of [proofTable, differenceTable]) await session.run(sql);
}

/** How far the proof of one table has come. Each range of keys was compared at a position of its own. */
export interface TableEvidence {
  readonly table: string;
  /** It came to its end; else it is under way, or was cut off. */
  readonly isWhole: boolean;
  /** ms since 1970, by the database's clock. */
  readonly startedAtMs: number;
  /** Of the range that was compared first, and of the newest. */
  readonly fromPosition: string;
  readonly toPosition: string;
  readonly rows: number;
  /** JSON; null: from the beginning. */
  readonly nextKey: string | null;
  /** That were seen and not repaired; whichever proof saw them. */
  readonly differences: number;
  readonly repaired: number;
}

/** The parameter is the projection's name. */
export const evidenceSql = `
  SELECT p.table_name, p.is_whole, CAST(UNIX_TIMESTAMP(p.started_at) * 1000 AS SIGNED) AS started, p.from_position, p.to_position,
         p.checked_rows, p.next_key, COUNT(d.key_hash) - COUNT(d.repaired_position) AS differences, COUNT(d.repaired_position) AS repaired
  FROM banyan_proof p LEFT JOIN banyan_difference d ON d.projection = p.projection AND d.table_name = p.table_name
  WHERE p.projection = ? GROUP BY p.table_name, p.is_whole`;

/** A row of `evidenceSql`, its cells in their order. */
export function tableEvidence(cells: readonly unknown[]): TableEvidence {
  const [table, isWhole, startedAtMs, fromPosition, toPosition, rows, nextKey, differences, repaired] = cells;
  return {
    table: String(table),
    isWhole: Number(isWhole) === 1,
    startedAtMs: Number(startedAtMs),
    fromPosition: String(fromPosition),
    toPosition: String(toPosition),
    rows: Number(rows),
    nextKey: nextKey === null ? null : String(nextKey),
    differences: Number(differences),
    repaired: Number(repaired),
  };
}

export async function evidenceOf(session: Session, projection: string): Promise<TableEvidence[]> {
  return (await session.rows<object>(evidenceSql, [projection])).map((row) => tableEvidence(Object.values(row)));
}

/** Begins, before anything is compared, or goes on: what was compared up to now. */
export async function noteProgress(
  session: Session,
  projection: string,
  {
    table,
    fromPosition,
    toPosition,
    rows,
    nextKey,
  }: Omit<TableEvidence, 'isWhole' | 'differences' | 'repaired' | 'startedAtMs'>,
): Promise<void> {
  await session.run(
    `INSERT INTO banyan_proof (projection, table_name, is_whole, started_at, from_position, to_position, checked_rows, next_key)
     VALUES (?, ?, 0, NOW(6), ?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE from_position = VALUES(from_position), to_position = VALUES(to_position), checked_rows = VALUES(checked_rows), next_key = VALUES(next_key)`,
    [projection, table, fromPosition, toPosition, rows, nextKey],
  );
}

/**
 * The proof under way of a table came to its end: it takes the place of the one before, and what it did not see is no more. Resolves to how
 * many rows differ, those among them that were seen before it was cut off.
 */
export async function finishProof(session: Session, projection: string, table: string): Promise<number> {
  await session.run('START TRANSACTION');
  await session.run(
    `DELETE d FROM banyan_difference d JOIN banyan_proof p USING (projection, table_name)
     WHERE p.is_whole = 0 AND d.projection = ? AND d.table_name = ? AND d.seen_at < p.started_at`,
    [projection, table],
  );
  await session.run('DELETE FROM banyan_proof WHERE projection = ? AND table_name = ? AND is_whole = 1', [
    projection,
    table,
  ]);
  await session.run('UPDATE banyan_proof SET is_whole = 1, next_key = NULL WHERE projection = ? AND table_name = ?', [
    projection,
    table,
  ]);
  await session.run('COMMIT');
  const [row] = await session.rows<{ n: string | number }>(
    'SELECT COUNT(*) AS n FROM banyan_difference WHERE projection = ? AND table_name = ? AND repaired_position IS NULL',
    [projection, table],
  );
  return Number(row!.n);
}

/** Drops the progress of a proof that was cut off. */
export async function forgetProgress(session: Session, projection: string): Promise<void> {
  await session.run('DELETE FROM banyan_proof WHERE projection = ? AND is_whole = 0', [projection]);
}

export interface SeenDifference {
  readonly table: string;
  readonly kind: 'missing' | 'extra' | 'different';
  /** JSON. */
  readonly key: string;
  /** That differ; none for a row that is on one side only. */
  readonly columns: readonly string[];
  readonly position: string;
}

export async function noteDifferences(
  session: Session,
  projection: string,
  seen: readonly SeenDifference[],
): Promise<void> {
  for (let from = 0; from < seen.length; from += 500) {
    const rows = seen
      .slice(from, from + 500)
      .map(({ table, kind, key, columns, position }) => [
        projection,
        table,
        key,
        kind,
        JSON.stringify(columns),
        position,
      ]);
    const values = rows.map((row) =>
      session.text('(?, ?, MD5(?), ?, ?, ?, ?, NOW(6))', [row[0], row[1], row[2], ...row.slice(2)]),
    );
    await session.run(
      `REPLACE INTO banyan_difference (projection, table_name, key_hash, row_key, kind, columns, position, seen_at) VALUES ${values.join(', ')}`,
    );
  }
}

/** The differences that were not repaired, by table and key. */
export async function differencesOf(
  session: Session,
  projection: string,
  limit = 1_000_000,
): Promise<SeenDifference[]> {
  const rows = await session.rows<{
    table_name: string;
    kind: SeenDifference['kind'];
    row_key: string;
    columns: string;
    position: string;
  }>(
    `SELECT table_name, kind, row_key, columns, position FROM banyan_difference
     WHERE projection = ? AND repaired_position IS NULL ORDER BY table_name, seen_at, row_key LIMIT ?`,
    [projection, limit],
  );
  return rows.map(({ table_name, kind, row_key, columns, position }) => ({
    table: table_name,
    kind,
    key: row_key,
    columns: JSON.parse(columns) as string[],
    position,
  }));
}

export async function noteRepaired(
  session: Session,
  projection: string,
  keys: readonly Pick<SeenDifference, 'table' | 'key'>[],
  position: string,
): Promise<void> {
  for (const { table, key } of keys)
    await session.run(
      'UPDATE banyan_difference SET repaired_position = ? WHERE projection = ? AND table_name = ? AND key_hash = MD5(?)',
      [position, projection, table, key],
    );
}

/** What is known of a whole projection. */
export interface ProofFact {
  /**
   * `equal`, `different`: as the newest whole proof of each table says, and `different` as soon as one under way sees it.
   * `repaired`: what was different was repaired since, and not proved again. `unproved`: a table was never proved to its end.
   */
  readonly state: 'equal' | 'different' | 'repaired' | 'unproved';
  /** Of the range that was compared the longest ago. */
  readonly position: string | null;
  readonly checkedAtMs: number | null;
  /** Of the source, that were compared. */
  readonly rows: number;
  readonly differences: number;
}

export function proofFact(projection: Projection, evidence: readonly TableEvidence[]): ProofFact {
  const whole = readTablesOf(projection).map(({ name }) => evidence.find((one) => one.table === name && one.isWhole));
  const known = whole.filter((one) => one !== undefined);
  const newest = [...new Map(evidence.map((one) => [one.table, one])).values()];
  const sum = (list: readonly TableEvidence[], value: (one: TableEvidence) => number) =>
    list.reduce((total, one) => total + value(one), 0);
  const first = known.toSorted((a, b) => a.startedAtMs - b.startedAtMs)[0];
  const differences = sum(newest, (one) => one.differences);
  const calm = sum(newest, (one) => one.repaired) > 0 ? 'repaired' : 'equal';
  return {
    state: differences > 0 ? 'different' : known.length < whole.length ? 'unproved' : calm,
    position: first?.fromPosition ?? null,
    checkedAtMs: first?.startedAtMs ?? null,
    rows: sum(known, (one) => one.rows),
    differences,
  };
}
