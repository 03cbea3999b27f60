import type { MirrorTable, Projection } from '../projection/declaration.ts';
import type { Session } from './session.ts';
import { quoted } from './tables.ts';

/** Tables of a projection with columns whose writes can move here. */
export const ownedTablesOf = ({ tables }: Projection): readonly MirrorTable[] =>
  tables.filter(({ owned }) => owned.length > 0);

/** Where the values are of the rows that were written here. */
export const ownRowsOf = ({ name }: MirrorTable): string => quoted(`banyan_own_${name}`);

const ownerTable = `CREATE TABLE IF NOT EXISTS banyan_owner (
  table_name VARCHAR(64) PRIMARY KEY,
  owner      ENUM('monolith','service','nobody') NOT NULL COMMENT 'who takes writes of its owned columns; nobody: between two owners',
  epoch      BIGINT UNSIGNED NOT NULL COMMENT 'compared in each write',
  changed_at DATETIME(6) NOT NULL,
  carrier_at DATETIME(6) NULL COMMENT 'when write-back was last heard of',
  carrier_reason TEXT NULL COMMENT 'why it cannot work; NULL: it can'
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const writesTable = `CREATE TABLE IF NOT EXISTS banyan_writes (
  sequence   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'of one key: in the order of commits',
  table_name VARCHAR(64) NOT NULL,
  row_key    VARCHAR(600) NOT NULL COMMENT 'JSON: the parts of the key as the API writes them',
  was        TEXT NOT NULL COMMENT 'JSON: the owned columns before',
  becomes    TEXT NOT NULL COMMENT 'JSON: the owned columns after',
  epoch      BIGINT UNSIGNED NOT NULL,
  request_id VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NULL,
  at         DATETIME(6) NOT NULL,
  state      ENUM('waiting','sent','carried','conflict','dropped') NOT NULL DEFAULT 'waiting'
             COMMENT 'sent: it may be in the monolith; conflict: somebody else changed its row; dropped: by a decision',
  position   TEXT CHARACTER SET ascii NULL COMMENT 'the GTIDs of the monolith that cover it, once it is carried',
  found      TEXT NULL COMMENT 'JSON: what a conflict found in the monolith; null: no row',
  reason     TEXT NULL COMMENT 'of a conflict',
  echo       VARCHAR(60) CHARACTER SET ascii NULL COMMENT 'the GTID under which it came back',
  UNIQUE KEY (table_name, request_id),
  KEY (table_name, state, sequence),
  KEY (table_name, row_key(200), sequence)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const rogueTable = `CREATE TABLE IF NOT EXISTS banyan_rogue_writes (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  table_name VARCHAR(64) NOT NULL,
  row_key    VARCHAR(600) NOT NULL,
  gtid       VARCHAR(60) CHARACTER SET ascii NOT NULL,
  was        TEXT NOT NULL COMMENT 'JSON: the owned columns before',
  found      TEXT NOT NULL COMMENT 'JSON: the owned columns after; null: the row was deleted',
  committed_at_ms BIGINT NOT NULL,
  seen_at    DATETIME(6) NOT NULL,
  decision   ENUM('ours','theirs') NULL,
  decided_by VARCHAR(200) NULL,
  reason     TEXT NULL,
  decided_at DATETIME(6) NULL,
  KEY (table_name, decision, id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

function ownRowsTable(table: MirrorTable): string {
  const columns = [...table.key, ...table.owned].map(
    (column) => `${quoted(column.name)} ${column.type.sql} ${table.key.includes(column) ? 'NOT NULL' : 'NULL'}`,
  );
  const key = table.key.map(({ name }) => quoted(name)).join(', ');
  return `CREATE TABLE IF NOT EXISTS ${ownRowsOf(table)} (${columns.join(', ')}, banyan_key VARCHAR(600) COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (${key}), KEY (banyan_key(200))) ENGINE=InnoDB CHARACTER SET utf8mb4`;
}

/** Makes what is not there yet; a projection without owned columns gets nothing. Every table begins as the monolith's. */
export async function ensureOwnership(session: Session, projection: Projection): Promise<void> {
  const tables = ownedTablesOf(projection);
  if (tables.length === 0) return;
  const wanted = [
    'banyan_owner',
    'banyan_writes',
    'banyan_rogue_writes',
    ...tables.map(({ name }) => `banyan_own_${name}`),
  ];
  const there = await session.rows<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)',
    [wanted],
  );
  if (there.length < wanted.length) {
    for (const sql of [ownerTable, writesTable, rogueTable, ...tables.map(ownRowsTable)]) await session.run(sql);
  }
  const rows = tables.map(({ name }) => [name, 'monolith', 0]);
  await session.run(
    `INSERT INTO banyan_owner (table_name, owner, epoch, changed_at) VALUES ${rows.map(() => '(?, NOW(6))').join()}
     ON DUPLICATE KEY UPDATE table_name = VALUES(table_name)`,
    rows,
  );
}
