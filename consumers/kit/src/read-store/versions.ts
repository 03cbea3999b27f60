import { KitError } from '../errors.ts';
import type { DatabaseAccess } from './session.ts';
import { Session } from './session.ts';
import { quoted } from './tables.ts';

/** Databases of one server that hold versions of one read model. */
export interface Versions {
  /** Whoever asks the service reads here. */
  readonly live: string;
  /** The one that is to take its place; it is left empty. */
  readonly next: string;
  /** Where the one goes that answered until then; it must be empty. */
  readonly old: string;
}

export interface VersionStanding {
  readonly position: string | null;
  readonly declaration: string;
}

/** How the version in a database stands; null when there is none. */
export async function versionIn(
  access: Omit<DatabaseAccess, 'database'>,
  database: string,
): Promise<VersionStanding | null> {
  await using session = await Session.open({ ...access, database: '' });
  if ((await tablesIn(session, database)).length === 0) return null;
  const [row] = await session.rows<VersionStanding>(
    `SELECT position, declaration FROM ${quoted(database)}.banyan_checkpoint LIMIT 1`,
  );
  return row ?? null;
}

/**
 * Makes another version the one that answers, in one statement: a reader sees the one or the other, and never neither. Projectors of
 * both must have been stopped; one that was not loses its lease, as the epoch of the new version is higher than any before.
 * To undo it is the same with `next` and `old` changed.
 *
 * Throws KitError `version-missing` when there is nothing to switch to or `old` is taken, `database-unreachable` when a reader held
 * a table for longer than a lock is waited for: nothing has changed then.
 */
export async function switchVersions(access: Omit<DatabaseAccess, 'database'>, versions: Versions): Promise<void> {
  const { live, next, old } = versions;
  await using session = await Session.open({ ...access, database: '' });
  const [current, coming, kept] = [
    await tablesIn(session, live),
    await tablesIn(session, next),
    await tablesIn(session, old),
  ];
  if (coming.length === 0) throw missing(`there is no version in ${next}`, 'make one first');
  if (kept.length > 0) throw missing(`${old} still holds the version before`, 'drop it first');
  await refuseShared(session, live, current);
  if (current.length > 0) await raiseEpoch(session, versions);
  const moves = [...current.map((table) => move(table, live, old)), ...coming.map((table) => move(table, next, live))];
  await session.run(`RENAME TABLE ${moves.join(', ')}`);
}

/**
 * Records that are left out are left out of another version too, and it parks their keys anew. With `parkRefused: false` not those of
 * rows that the read model refuses: another declaration may take them, and its proof finds what it lacks.
 */
export async function copyVerdicts(
  access: Omit<DatabaseAccess, 'database'>,
  live: string,
  next: string,
  { parkRefused }: { readonly parkRefused: boolean },
): Promise<void> {
  await using session = await Session.open({ ...access, database: '' });
  const [there, here] = [await tablesIn(session, live), await tablesIn(session, next)];
  for (const table of ['banyan_stop', 'banyan_verdict'].filter(
    (name) => there.includes(name) && !here.includes(name),
  )) {
    const [from, to] = [live, next].map((database) => `${quoted(database)}.${table}`);
    await session.run(`CREATE TABLE ${to} LIKE ${from}`);
    await session.run(`INSERT INTO ${to} SELECT * FROM ${from}`);
    if (table === 'banyan_verdict')
      await session.run(
        `UPDATE ${to} v LEFT JOIN ${quoted(next)}.banyan_stop s USING (projection, topic, partition_number, record_offset, crc32)
         SET v.settled_at = IF(NOT ? AND v.verb = 'park' AND s.code = 'row-refused', NOW(6), NULL) WHERE v.verb IN ('skip', 'park')`,
        [parkRefused],
      );
  }
}

const move = (table: string, from: string, to: string): string =>
  `${quoted(from)}.${quoted(table)} TO ${quoted(to)}.${quoted(table)}`;

async function tablesIn(session: Session, database: string): Promise<string[]> {
  const rows = await session.rows<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE' ORDER BY 1",
    [database],
  );
  return rows.map(({ name }) => name);
}

/** Several read models in one database cannot be switched one by one. */
async function refuseShared(session: Session, database: string, tables: readonly string[]): Promise<void> {
  if (!tables.includes('banyan_checkpoint')) return;
  const rows = await session.rows<{ projection: string }>(
    `SELECT projection FROM ${quoted(database)}.banyan_checkpoint`,
  );
  if (rows.length > 1)
    throw missing(`${database} holds ${rows.length} read models`, 'give each read model a database of its own');
}

async function raiseEpoch(session: Session, { live, next }: Versions): Promise<void> {
  await session.run(
    `UPDATE ${quoted(next)}.banyan_checkpoint n JOIN ${quoted(live)}.banyan_checkpoint l USING (projection)
     SET n.epoch = GREATEST(n.epoch, l.epoch) + 1, n.owner = '', n.lease_until = '1970-01-01'`,
  );
}

function missing(text: string, remedy: string): KitError {
  return new KitError('version-missing', text, { remedy });
}
