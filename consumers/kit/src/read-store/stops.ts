import type { Session } from './session.ts';

const stopTable = `CREATE TABLE IF NOT EXISTS banyan_stop (
  projection VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic      VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  partition_number INT NOT NULL,
  record_offset    BIGINT NOT NULL,
  message_key   LONGBLOB NULL,
  message_value LONGBLOB NULL COMMENT 'it may be anything: shown to nobody who does not ask for it',
  crc32      INT UNSIGNED NOT NULL COMMENT 'of key and value: a topic made anew has another message at this offset',
  code       VARCHAR(40) CHARACTER SET ascii NOT NULL,
  message    TEXT NOT NULL,
  table_name VARCHAR(64) NULL COMMENT 'of the read model',
  row_key    LONGTEXT NULL COMMENT 'JSON: the parts of the key; NULL when it is not known',
  key_problem TEXT NULL COMMENT 'why the key is not known',
  position   TEXT CHARACTER SET ascii NULL COMMENT 'where the read model stood; NULL: nowhere yet',
  at         DATETIME(6) NOT NULL,
  PRIMARY KEY (projection, topic, partition_number, record_offset)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const verdictTable = `CREATE TABLE IF NOT EXISTS banyan_verdict (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  projection VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  verb       ENUM('retry','skip','park','unpark') NOT NULL,
  topic      VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of skip and park',
  partition_number INT NULL,
  record_offset    BIGINT NULL,
  crc32      INT UNSIGNED NULL COMMENT 'of the record that was judged: another message at its place is not',
  table_name VARCHAR(64) NULL COMMENT 'of unpark',
  row_key    LONGTEXT NULL,
  reason     TEXT NOT NULL,
  given_by   VARCHAR(200) NOT NULL,
  at         DATETIME(6) NOT NULL,
  settled_at DATETIME(6) NULL COMMENT 'when the projector went on with it',
  KEY (projection, topic, partition_number, record_offset)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT 'nothing is ever taken out'`;

const parkedTable = `CREATE TABLE IF NOT EXISTS banyan_parked (
  projection VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  table_name VARCHAR(64) NOT NULL,
  key_hash   CHAR(32) CHARACTER SET ascii NOT NULL,
  row_key    LONGTEXT NOT NULL COMMENT 'JSON: the parts of the key',
  since_position TEXT CHARACTER SET ascii NULL COMMENT 'its row is true up to here; NULL: it never was',
  code       VARCHAR(40) CHARACTER SET ascii NOT NULL,
  changes    BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'later ones that were left out',
  is_released TINYINT NOT NULL DEFAULT 0 COMMENT '1: changes are applied again, and the row waits for one, or for its repair',
  at         DATETIME(6) NOT NULL,
  PRIMARY KEY (projection, table_name, key_hash)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

/** Whether the tables are made. */
export async function hasStops(session: Session): Promise<boolean> {
  const there = await session.rows(
    "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN ('banyan_stop', 'banyan_verdict', 'banyan_parked')",
  );
  return there.length === 3;
}

/** Makes the tables of records that stop a projector, and of what somebody said about them. */
export async function ensureStops(session: Session): Promise<void> {
  if (!(await hasStops(session))) for (const sql of [stopTable, verdictTable, parkedTable]) await session.run(sql);
}

/** A record's place in Kafka. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** A record that stopped a projector. */
export interface Stop extends RecordPlace {
  readonly code: string;
  readonly message: string;
  /** Of the read model; null for a record of the transaction topic. */
  readonly table: string | null;
  /** JSON; null when it is not known, and `keyProblem` says why. */
  readonly key: string | null;
  readonly keyProblem: string | null;
  /** Where the read model stood: it lacks nothing up to here. */
  readonly position: string | null;
}

export interface StoppedRecord extends Stop {
  readonly keyBytes: Uint8Array | null;
  readonly valueBytes: Uint8Array | null;
  readonly crc32: number;
}

const buffer = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Writes a record down, again if it was. */
export async function noteStop(session: Session, projection: string, stop: StoppedRecord): Promise<void> {
  const { topic, partition, offset, keyBytes, valueBytes, crc32, code, message, table, key, keyProblem } = stop;
  const values = [projection, topic, partition, offset, buffer(keyBytes), buffer(valueBytes), crc32];
  await session.run(
    `REPLACE INTO banyan_stop (projection, topic, partition_number, record_offset, message_key, message_value, crc32, code, message,
       table_name, row_key, key_problem, position, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(6))`,
    [...values, code, message, table, key, keyProblem, stop.position],
  );
}

export type Verb = 'retry' | 'skip' | 'park' | 'unpark';

/** What somebody decided. */
export interface Verdict {
  readonly verb: Verb;
  /** Of `skip` and `park`. */
  readonly record?: RecordPlace;
  /** Of `unpark`: a table of the read model, and a key as `banyan_parked` has it. */
  readonly row?: { readonly table: string; readonly key: string };
  readonly reason: string;
  readonly by: string;
}

/**
 * The projector goes on with it at once: it looks for a new verdict while it runs, and while it is stopped. A record must be one of
 * `stopsOf`. Resolves to its number.
 */
export async function giveVerdict(session: Session, projection: string, verdict: Verdict): Promise<bigint> {
  const { verb, record, row, reason, by } = verdict;
  const place = [record?.topic ?? null, record?.partition ?? null, record?.offset ?? null];
  await session.run(
    `INSERT INTO banyan_verdict (projection, verb, topic, partition_number, record_offset, crc32, table_name, row_key, reason,
       given_by, at)
     VALUES (?, ?, ?, ?, ?, (SELECT crc32 FROM banyan_stop
       WHERE projection = ? AND topic = ? AND partition_number = ? AND record_offset = ?), ?, ?, ?, ?, NOW(6))`,
    [...[projection, verb, ...place, projection, ...place], ...[row?.table ?? null, row?.key ?? null, reason, by]],
  );
  const [made] = await session.rows<{ id: string | number }>('SELECT LAST_INSERT_ID() AS id');
  return BigInt(made!.id);
}

/** Whether the projector goes on with it. */
export async function isSettled(session: Session, verdict: bigint): Promise<boolean> {
  const sql = 'SELECT 1 FROM banyan_verdict WHERE id = ? AND settled_at IS NOT NULL';
  return (await session.rows(sql, [verdict])).length > 0;
}

/** The number of the newest verdict; 0 when there is none. */
export async function newestVerdict(session: Session, projection: string): Promise<bigint> {
  if (!(await hasStops(session))) return 0n;
  const sql = 'SELECT COALESCE(MAX(id), 0) AS id FROM banyan_verdict WHERE projection = ?';
  const [row] = await session.rows<{ id: string | number }>(sql, [projection]);
  return BigInt(row!.id);
}

export interface LeftOut extends RecordPlace {
  readonly crc32: number;
  /** It can be decoded: it is a change of a row, which the read model refuses. */
  readonly isChange: boolean;
}

/** The last word on each record that was stopped at. A park without a key says nothing: it would be a skip that nobody asked for. */
const lastWords = `SELECT topic, partition_number, record_offset, MAX(id) AS id FROM banyan_verdict
  WHERE projection = ? AND verb IN ('skip', 'park') GROUP BY topic, partition_number, record_offset`;

/** Records that are left out at every reading. */
export async function leftOut(session: Session, projection: string): Promise<LeftOut[]> {
  const rows = await session.rows<PlaceColumns & { readonly crc32: string | number; readonly is_change: number }>(
    `SELECT s.topic, s.partition_number, s.record_offset, s.crc32, s.code = 'row-refused' AND s.table_name IS NOT NULL AS is_change FROM (${lastWords}) w JOIN banyan_verdict v ON v.id = w.id
     JOIN banyan_stop s ON s.projection = v.projection AND s.topic = w.topic AND s.partition_number = w.partition_number
       AND s.record_offset = w.record_offset AND s.crc32 = v.crc32
     WHERE v.verb = 'skip' OR s.row_key IS NOT NULL`,
    [projection],
  );
  return rows.map((row) => ({ ...placeOf(row), crc32: Number(row.crc32), isChange: Number(row.is_change) === 1 }));
}

interface PlaceColumns {
  readonly topic: string;
  readonly partition_number: number;
  readonly record_offset: string | number;
}

const placeOf = (row: PlaceColumns): RecordPlace => ({
  topic: row.topic,
  partition: row.partition_number,
  offset: BigInt(row.record_offset),
});

/** A stop and the last word on it. */
export interface JudgedStop extends Stop {
  /** The projector is not past it, and nothing was said that lets it go on. */
  readonly isOpen: boolean;
  readonly at: string;
  readonly verdict: { readonly verb: Verb; readonly reason: string; readonly by: string; readonly at: string } | null;
}

/** All stops, the newest first. */
export async function stopsOf(session: Session, projection: string): Promise<JudgedStop[]> {
  const [checkpoint] = await session.rows<{ partitions: string }>(
    'SELECT partitions FROM banyan_checkpoint WHERE projection = ?',
    [projection],
  );
  const read = JSON.parse(checkpoint?.partitions ?? '{}') as Record<string, { readonly next: string }>;
  const isPast = ({ topic, partition, offset }: RecordPlace) =>
    BigInt(read[`${topic}/${partition}`]?.next ?? 0) > offset;
  const rows = await session.rows<PlaceColumns & Record<string, string | null>>(
    `SELECT s.topic, s.partition_number, s.record_offset, s.code, s.message, s.table_name, s.row_key, s.key_problem, s.position, s.at,
       v.verb, v.reason, v.given_by, v.at AS judged_at
     FROM banyan_stop s LEFT JOIN (${lastWords}) w ON w.topic = s.topic AND w.partition_number = s.partition_number
       AND w.record_offset = s.record_offset LEFT JOIN banyan_verdict v ON v.id = w.id AND v.crc32 = s.crc32
     WHERE s.projection = ? ORDER BY s.at DESC`,
    [projection, projection],
  );
  return rows.map((row) => ({
    ...placeOf(row),
    code: row.code!,
    message: row.message!,
    table: row.table_name!,
    key: row.row_key!,
    keyProblem: row.key_problem!,
    position: row.position!,
    at: row.at!,
    isOpen: !isPast(placeOf(row)) && row.verb !== 'skip' && !(row.verb === 'park' && row.row_key !== null),
    verdict: row.verb ? { verb: row.verb as Verb, reason: row.reason!, by: row.given_by!, at: row.judged_at! } : null,
  }));
}

/** The bytes of one stopped record. */
export async function bytesOf(session: Session, projection: string, { topic, partition, offset }: RecordPlace) {
  const [row] = await session.rows<{ message_key: Buffer | null; message_value: Buffer | null }>(
    'SELECT message_key, message_value FROM banyan_stop WHERE projection = ? AND topic = ? AND partition_number = ? AND record_offset = ?',
    [projection, topic, partition, offset],
  );
  return row ? { key: row.message_key, value: row.message_value } : null;
}
