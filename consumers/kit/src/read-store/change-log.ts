import { createHash } from 'node:crypto';
import { type ChangeEvent, fieldOf, type Row, type SourceValue } from '../change-event/index.ts';
import { type Column, type Projection, type ReadTable, readTablesOf } from '../projection/declaration.ts';
import type { Session } from './session.ts';

export type ChangeOperation = 'upsert' | 'delete' | 'reset';

/** More keys in one commit are one `reset` of the table: whoever follows reads it anew sooner than a million events. */
const keysPerCommit = 10_000;
const rowsPerStatement = 1000;

const logTable = `CREATE TABLE IF NOT EXISTS banyan_change_log (
  projection VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
  floor      BIGINT UNSIGNED NOT NULL COMMENT 'changes up to this sequence are not kept',
  shape      CHAR(16) CHARACTER SET ascii NOT NULL COMMENT 'fingerprint of what is kept of a change'
) ENGINE=InnoDB`;

const changesTable = `CREATE TABLE IF NOT EXISTS banyan_changes (
  sequence   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'in the order of commits within a projection',
  projection VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  table_name VARCHAR(64) NOT NULL,
  operation  ENUM('upsert','delete','reset') NOT NULL,
  row_key    TEXT NULL COMMENT 'JSON: the parts of the key as the API writes them; NULL for reset',
  seen_before TEXT NULL COMMENT 'JSON: owner and filters of the row before, NULL when there was none',
  seen_after  TEXT NULL COMMENT 'JSON: owner and filters of the row after, NULL when there is none',
  position   TEXT CHARACTER SET ascii NOT NULL COMMENT 'every GTID up to here is in with this commit',
  at_ms      BIGINT NOT NULL,
  PRIMARY KEY (projection, sequence),
  KEY by_sequence (sequence)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

/**
 * Makes the log of changes. Its sequence begins with the time, in microseconds, so that the number of a change in a read model
 * that was made anew is greater than any in the old one: a reader who comes with an old number is known to have missed some.
 * A log of another shape (other filters, another owner) is not read across: it goes on behind a new floor.
 */
export async function ensureChangeLog(session: Session, projection: Projection): Promise<void> {
  const { name } = projection;
  const shape = shapeOf(projection);
  const there = await session.rows(
    "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN ('banyan_change_log', 'banyan_changes')",
  );
  if (there.length < 2) for (const sql of [logTable, changesTable]) await session.run(sql);
  const [log] = await session.rows<{ shape: string }>('SELECT shape FROM banyan_change_log WHERE projection = ?', [
    name,
  ]);
  if (log?.shape === shape) return;
  const [last] = await session.rows<{ sequence: string | null }>(
    'SELECT MAX(sequence) AS sequence FROM banyan_changes',
  );
  const floor = Math.max(Date.now() * 1000, Number(last!.sequence ?? 0));
  // It only ever raises the counter, and comes first: no change has a number up to the floor that counts.
  await session.run(`ALTER TABLE banyan_changes AUTO_INCREMENT = ${floor + 1}`);
  await session.run(
    `INSERT INTO banyan_change_log (projection, floor, shape) VALUES (?, ?, ?)
     ON DUPLICATE KEY UPDATE floor = GREATEST(floor, VALUES(floor)), shape = VALUES(shape)`,
    [name, floor, shape],
  );
}

function shapeOf(projection: Projection): string {
  const parts = readTablesOf(projection)
    .filter(isFollowed)
    .map((table) => [table.name, ...seenColumns(table).map(({ name }) => name)]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

const isFollowed = ({ path }: ReadTable): boolean => path !== null;

/** What of a row decides who is told of its changes. */
export const seenColumns = ({ owner, filters }: ReadTable): readonly Column[] => [
  ...new Set(owner ? [owner, ...filters] : filters),
];

/** A value as the API writes it. BINARY comes without the zeros at its end, which are part of it. */
export function changeText({ type }: Column, value: SourceValue): string | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (!(value instanceof Uint8Array)) return String(value);
  const length = type.base === 'binary' ? Number(/\((\d+)\)/.exec(type.sql)?.[1] ?? 1) : value.length;
  const bytes = Buffer.alloc(Math.max(length, value.length));
  bytes.set(value);
  return bytes.toString('base64');
}

interface Change {
  readonly key: string;
  readonly before: string | null;
  after: string | null;
}

/**
 * What one database transaction changes in the served tables, key by key, from its first row to its last. It is written with the
 * rows, so whoever reads the log sees whole commits, and every row as new as the change says. Nothing is kept of a read model that
 * is being filled: nobody follows it yet.
 */
export class ChangeLog {
  readonly #session: Session;
  readonly #projection: string;
  readonly #tables: ReadonlyMap<string, ReadTable>;
  readonly #changes = new Map<string, Map<string, Change> | 'reset'>();
  #isFollowed: boolean;

  constructor(session: Session, projection: Projection, isFilled: boolean) {
    this.#session = session;
    this.#projection = projection.name;
    this.#tables = new Map(projection.tables.filter(isFollowed).map((table) => [table.source, table]));
    this.#isFollowed = isFilled;
  }

  /** Takes changes of one table that are being written into the open transaction. */
  take(source: string, changes: readonly ChangeEvent[]): void {
    const table = this.#tables.get(source);
    if (!table || !this.#isFollowed) return;
    for (const { operation, before, after } of changes) {
      if (operation === 'truncate') this.#changes.set(table.name, 'reset');
      else this.note(table, before, after);
    }
  }

  /** Whether anybody may want to know what changes in a table. */
  follows(table: ReadTable): boolean {
    return this.#isFollowed && isFollowed(table);
  }

  /** All of a table may have changed. */
  reset(table: ReadTable): void {
    if (this.follows(table)) this.#changes.set(table.name, 'reset');
  }

  /** One row before and after, by the source's names of columns; null where there is none. */
  note(table: ReadTable, before: Row | null, after: Row | null): void {
    const changes = this.#changes.get(table.name) ?? new Map<string, Change>();
    if (changes === 'reset') return;
    const [from, to] = [before && keyOf(table, before), after && keyOf(table, after)];
    if (before && from !== null && from !== to) fold(changes, from, seen(table, before), null);
    if (after && to !== null) fold(changes, to, before && from === to ? seen(table, before) : null, seen(table, after));
    this.#changes.set(table.name, changes.size > keysPerCommit ? 'reset' : changes);
  }

  /** Writes what was taken, in the transaction that commits the position; null while there is none. */
  async write(position: string | null): Promise<void> {
    const rows =
      position === null ? [] : [...this.#changes].flatMap(([table, changes]) => this.#rows(table, changes, position));
    this.#changes.clear();
    this.#isFollowed = position !== null;
    for (let from = 0; from < rows.length; from += rowsPerStatement) {
      await this.#session.run(
        `INSERT INTO banyan_changes
         (projection, table_name, operation, row_key, seen_before, seen_after, position, at_ms) VALUES ?`,
        [rows.slice(from, from + rowsPerStatement)],
      );
    }
  }

  #rows(table: string, changes: Map<string, Change> | 'reset', position: string): unknown[][] {
    const row = (operation: ChangeOperation, one: Change | null) => [
      ...[this.#projection, table, operation, one?.key ?? null, one?.before ?? null, one?.after ?? null],
      ...[position, Date.now()],
    ];
    if (changes === 'reset') return [row('reset', null)];
    const real = [...changes.values()].filter(({ before, after }) => before !== null || after !== null);
    return real.map((one) => row(one.after === null ? 'delete' : 'upsert', one));
  }
}

function fold(changes: Map<string, Change>, key: string, before: string | null, after: string | null): void {
  const known = changes.get(key);
  if (known) known.after = after;
  else changes.set(key, { key, before, after });
}

const keyOf = ({ key }: ReadTable, row: Row): string => textsOf(key, row);
const seen = (table: ReadTable, row: Row): string => textsOf(seenColumns(table), row);

/** A column that is missing has stopped the writer before. */
function textsOf(columns: readonly Column[], row: Row): string {
  const texts = columns.map((column) => {
    const field = fieldOf(row, column.from);
    return field === null ? null : changeText(column, row[field]!);
  });
  return JSON.stringify(texts);
}

export interface Kept {
  /** A change older than this is not kept. */
  readonly forMs: number;
  /** Nor one with so many newer ones. */
  readonly most: number;
}

/**
 * Forgets some thousand old changes; resolves to how many, 0 when there is nothing more to forget. The floor is raised first, by a
 * statement of its own: a reader never takes for complete what is being deleted.
 */
export async function pruneChangeLog(session: Session, projection: string, { forMs, most }: Kept): Promise<number> {
  const [excess] = await session.rows<{ sequence: string }>(
    'SELECT sequence FROM banyan_changes WHERE projection = ? ORDER BY sequence DESC LIMIT ?, 1',
    [projection, most],
  );
  const [old] = await session.rows<{ floor: string | null }>(
    `SELECT MAX(sequence) AS floor FROM
       (SELECT sequence, at_ms FROM banyan_changes WHERE projection = ? ORDER BY sequence LIMIT 5000) oldest
     WHERE at_ms < ? OR sequence <= ?`,
    [projection, Date.now() - forMs, excess?.sequence ?? 0],
  );
  if (old?.floor == null) return 0;
  const values = [old.floor, projection];
  await session.run('UPDATE banyan_change_log SET floor = GREATEST(floor, ?) WHERE projection = ?', values);
  return await session.run('DELETE FROM banyan_changes WHERE sequence <= ? AND projection = ?', values);
}
