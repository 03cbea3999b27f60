import type { Session } from '@banyan/kit';
import { StranglerError } from '../errors.ts';

/** In each table's comment: tables of another version are not touched, but for those of version 1, which get what is new. */
const mark = 'banyan routes 2';
const before = 'banyan routes 1';

const name = 'VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL';
const replica = 'VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL';
const table = (called: string, columns: string): readonly [string, string] => [
  called,
  `CREATE TABLE IF NOT EXISTS ${called} (${columns}) ENGINE=InnoDB CHARACTER SET utf8mb4 COMMENT='${mark}'`,
];

/** Since version 2. With defaults: a facade of version 1 may go on beside this one while it is rolled out. */
const writing = [
  `phase       VARCHAR(10) CHARACTER SET ascii NOT NULL DEFAULT 'settled'`,
  'to_stage    VARCHAR(10) CHARACTER SET ascii NULL',
  `hold_until  DATETIME(6) NULL COMMENT 'a switch that is not done by then is undone by whoever sees it'`,
  `owner_epoch BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'under which the service came to own what is written'`,
];

const tables: readonly (readonly [name: string, sql: string])[] = [
  table(
    'banyan_route',
    `name        ${name} PRIMARY KEY,
     stage       VARCHAR(10) CHARACTER SET ascii NOT NULL,
     percent     DECIMAL(5,2) NOT NULL,
     epoch       BIGINT UNSIGNED NOT NULL COMMENT 'one more with each change, compared in each',
     since_epoch BIGINT UNSIGNED NOT NULL COMMENT 'what was counted from this epoch on is evidence',
     ${writing.join(',\n     ')},
     changed_at  DATETIME(6) NOT NULL,
     changed_by  VARCHAR(200) NOT NULL,
     reason      TEXT NOT NULL`,
  ),
  table(
    'banyan_route_change',
    `route        ${name},
     epoch        BIGINT UNSIGNED NOT NULL COMMENT 'that it made',
     mark         CHAR(36) CHARACTER SET ascii NOT NULL COMMENT 'of the attempt',
     changed_at   DATETIME(6) NOT NULL,
     changed_by   VARCHAR(200) NOT NULL,
     from_stage   VARCHAR(10) CHARACTER SET ascii NOT NULL,
     from_percent DECIMAL(5,2) NOT NULL,
     to_stage     VARCHAR(10) CHARACTER SET ascii NOT NULL,
     to_percent   DECIMAL(5,2) NOT NULL,
     reason       TEXT NOT NULL,
     forced       TINYINT NOT NULL COMMENT '1: against what the gate found',
     evidence     LONGTEXT NOT NULL COMMENT 'JSON: what was known, and what the gate found',
     PRIMARY KEY (route, epoch)`,
  ),
  // A replica writes what it has counted in all, never what came since: written twice it is the same.
  table(
    'banyan_route_counts',
    `route    ${name},
     epoch    BIGINT UNSIGNED NOT NULL,
     replica  ${replica} COMMENT 'another one with each start of a process',
     counts   LONGTEXT NOT NULL COMMENT 'JSON',
     PRIMARY KEY (route, epoch, replica)`,
  ),
  table(
    'banyan_route_difference',
    `route      ${name},
     kind       VARCHAR(250) COLLATE utf8mb4_bin NOT NULL,
     replica    ${replica},
     seen       BIGINT UNSIGNED NOT NULL,
     first_seen DATETIME(3) NOT NULL,
     last_seen  DATETIME(3) NOT NULL,
     example    LONGTEXT NOT NULL COMMENT 'JSON: the newest one',
     PRIMARY KEY (route, kind, replica)`,
  ),
  table(
    'banyan_replica',
    `replica ${replica} PRIMARY KEY COMMENT 'another one with each start of a process',
     seen_at DATETIME(6) NOT NULL COMMENT 'before it read where the routes stand'`,
  ),
  table(
    'banyan_route_hold',
    `route   ${name},
     epoch   BIGINT UNSIGNED NOT NULL COMMENT 'of the change that it holds new writes for',
     replica ${replica},
     held_at DATETIME(6) NOT NULL COMMENT 'no write of the route was under way there any more',
     PRIMARY KEY (route, epoch, replica)`,
  ),
];

/**
 * Makes the tables that are not there yet; two replicas may do so at once. Nothing waits for whoever reads them when they are there.
 * Throws StranglerError `state-differs` when they are of another version, or somebody's.
 */
export async function ensureTables(session: Session): Promise<void> {
  const rows = await session.rows<{ name: string; comment: string }>(
    'SELECT table_name AS name, table_comment AS comment FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)',
    [tables.map(([called]) => called)],
  );
  const other = rows.find(({ comment }) => comment !== mark && comment !== before);
  if (other) {
    const remedy = 'give the facade a database of its own, and the version of it that made the tables';
    throw new StranglerError('state-differs', `the table ${other.name} is not one of this version of the facade`, {
      remedy,
    });
  }
  for (const { name: called, comment } of rows) if (comment === before) await session.run(upgrade(called));
  for (const [called, sql] of tables) if (!rows.some((row) => row.name === called)) await session.run(sql);
}

/** Adds to a table of version 1 what version 2 has more; nothing is lost, and done twice at once it is done once. */
function upgrade(called: string): string {
  const added = called === 'banyan_route' ? writing.map((column) => `ADD COLUMN IF NOT EXISTS ${column}, `) : [];
  return `ALTER TABLE ${called} ${added.join('')}COMMENT='${mark}'`;
}
