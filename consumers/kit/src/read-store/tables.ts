import { createHash } from 'node:crypto';
import { KitError } from '../errors.ts';
import { type Column, type Projection, type ReadTable, readTablesOf } from '../projection/declaration.ts';
import { ensureChangeLog } from './change-log.ts';
import { ensureEvidence } from './evidence.ts';
import { ensureFilterIndexes } from './filter-indexes.ts';
import { ensureHolds } from './holds.ts';
import { ensureOwnership } from './owned-tables.ts';
import type { Session } from './session.ts';
import { ensureStops } from './stops.ts';

/** A quoted identifier; a backtick in a name is doubled. */
export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

const checkpointTable = `CREATE TABLE IF NOT EXISTS banyan_checkpoint (
  projection      VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
  declaration     CHAR(16) CHARACTER SET ascii NOT NULL COMMENT 'fingerprint of the tables it fills',
  epoch           BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'raised by each new owner, compared in each commit',
  owner           VARCHAR(100) NOT NULL DEFAULT '',
  lease_until     DATETIME(6) NOT NULL DEFAULT '1970-01-01',
  position        TEXT CHARACTER SET ascii NULL COMMENT 'every GTID up to here is in; NULL while filling',
  filling_position TEXT CHARACTER SET ascii NULL COMMENT 'how far it has come while filling',
  committed_at_ms BIGINT NULL COMMENT 'commit time at the source of the newest applied transaction',
  fresh_at_ms     BIGINT NULL COMMENT 'everything the source had committed at this time is in',
  foreign_keys    LONGTEXT NULL COMMENT 'of the source, as last read',
  partitions      LONGTEXT NOT NULL COMMENT 'next offset and anchor by partition',
  state           VARCHAR(20) NOT NULL DEFAULT 'starting',
  reason          TEXT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4`;

export function columnsSql({ columns }: ReadTable, isRequired: (column: Column) => boolean): string {
  return columns
    .map((column) => `${quoted(column.name)} ${column.type.sql} ${isRequired(column) ? 'NOT NULL' : 'NULL'}`)
    .join(', ');
}

function createTable(table: ReadTable): string {
  const key = new Set(table.key);
  const primary = `PRIMARY KEY (${table.key.map((column) => quoted(column.name)).join(', ')})`;
  const indexes = table.indexes.map((index) => `INDEX (${index.map((column) => quoted(column.name)).join(', ')})`);
  return `CREATE TABLE IF NOT EXISTS ${quoted(table.name)} (${[columnsSql(table, (column) => key.has(column)), primary, ...indexes].join(', ')}) ENGINE=InnoDB CHARACTER SET utf8mb4`;
}

function fingerprint(projection: Projection): string {
  const mirrors = projection.tables.map((table) => [
    table.source,
    createTable(table),
    ...table.columns.map((column) => column.from),
  ]);
  const queries = projection.queries.map((table) => [createTable(table), table.select, ...table.dirty]);
  const folds = projection.folds.map((table) => [createTable(table), table.version]);
  const parts =
    queries.length + folds.length === 0 ? mirrors : [mirrors, queries, ...(folds.length > 0 ? [folds] : [])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/**
 * Makes the tables of a read model that are not there yet. DDL commits, so it runs here alone, never beside rows; and not at
 * all when they were made before, because even CREATE TABLE IF NOT EXISTS waits for whoever reads the table. Throws KitError
 * `read-model-differs` when they were made for another declaration.
 */
export async function ensureTables(session: Session, projection: Projection): Promise<void> {
  const print = fingerprint(projection);
  const mark = `banyan ${projection.name} ${print}`;
  const { hasCheckpoint, strangers } = await tablesThere(session, projection, mark);
  if (strangers.length > 0 && !hasCheckpoint) throw notOurs(projection, strangers);
  await session.run(checkpointTable);
  if ((await declarationOf(session, projection)) === null) {
    if (strangers.length > 0) throw notOurs(projection, strangers);
    for (const table of readTablesOf(projection)) await session.run(`${createTable(table)} COMMENT='${mark}'`);
    await session.run(
      "INSERT IGNORE INTO banyan_checkpoint (projection, declaration, partitions) VALUES (?, ?, '{}')",
      [projection.name, print],
    );
  }
  if ((await declarationOf(session, projection)) === print) {
    await ensureFilterIndexes(session, projection);
    await ensureHolds(session);
    await ensureEvidence(session);
    await ensureStops(session);
    await ensureOwnership(session, projection);
    return await ensureChangeLog(session, projection);
  }
  throw new KitError('read-model-differs', `the read model '${projection.name}' was made for another declaration`, {
    remedy: `fill one for this declaration beside it and switch to it: banyan rebuild ${projection.name}`,
  });
}

/**
 * Tables of a declared name that were not made for this declaration are somebody's, maybe the monolith's own: rows would be
 * deleted in them. A start that was cut off between CREATE TABLE and the checkpoint's row is known by the comment.
 */
async function tablesThere(session: Session, projection: Projection, mark: string) {
  const tables = readTablesOf(projection);
  const names = ['banyan_checkpoint', ...tables.map(({ name }) => name)];
  const rows = await session.rows<{ name: string; comment: string }>(
    'SELECT table_name AS name, table_comment AS comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)',
    [names],
  );
  const there = new Map(rows.map(({ name, comment }) => [name, comment]));
  const strangers = tables.map(({ name }) => name).filter((name) => there.has(name) && there.get(name) !== mark);
  return { hasCheckpoint: there.has('banyan_checkpoint'), strangers };
}

function notOurs(projection: Projection, strangers: readonly string[]): KitError {
  const text = `the database has a table ${strangers.join(', ')} already, which is not one of the read model '${projection.name}'`;
  return new KitError('read-model-differs', text, { remedy: 'give the read model a database of its own' });
}

async function declarationOf(session: Session, { name }: Projection): Promise<string | null> {
  const sql = 'SELECT declaration FROM banyan_checkpoint WHERE projection = ?';
  const [row] = await session.rows<{ declaration: string }>(sql, [name]);
  return row?.declaration ?? null;
}
