import type { MirrorTable } from '../projection/declaration.ts';
import { ownRowsOf } from '../read-store/owned-tables.ts';
import type { Session } from '../read-store/session.ts';
import { quoted } from '../read-store/tables.ts';
import { ownValues } from './own-rows.ts';
import { tenureOf } from './standing.ts';
import { keyCondition, keyIn, textOf, type Values, valuesIn } from './values.ts';

/** A row about which somebody has to decide. */
export interface Dispute {
  readonly kind: 'conflict' | 'rogue-write';
  readonly key: readonly string[];
  /** Owned columns by their order: before, and as they were found in the monolith; null: the row was gone. */
  readonly was: Values | null;
  readonly found: Values | null;
  readonly wanted: Values | null;
  readonly gtid: string | null;
  readonly reason: string;
  readonly at: string;
}

/** The oldest first. */
export async function disputesOf(session: Session, { name }: MirrorTable, limit = 100): Promise<readonly Dispute[]> {
  const conflicts = await session.rows<Record<'row_key' | 'was' | 'becomes' | 'found' | 'reason' | 'at', string>>(
    "SELECT row_key, was, becomes, found, reason, CAST(at AS CHAR) AS at FROM banyan_writes WHERE table_name = ? AND state = 'conflict' ORDER BY sequence LIMIT ?",
    [name, limit],
  );
  const rogues = await session.rows<Record<'row_key' | 'was' | 'found' | 'gtid' | 'at', string>>(
    'SELECT row_key, was, found, gtid, CAST(seen_at AS CHAR) AS at FROM banyan_rogue_writes WHERE table_name = ? AND decision IS NULL ORDER BY id LIMIT ?',
    [name, limit],
  );
  const all: Dispute[] = [
    ...conflicts.map(({ row_key: key, was, becomes, found, reason, at }) => ({
      ...{ kind: 'conflict' as const, key: JSON.parse(key), was: valuesIn(was), found: valuesIn(found) },
      ...{ wanted: valuesIn(becomes), gtid: null, reason, at },
    })),
    ...rogues.map(({ row_key: key, was, found, gtid, at }) => ({
      ...{
        kind: 'rogue-write' as const,
        key: JSON.parse(key),
        was: valuesIn(was),
        found: valuesIn(found),
        wanted: null,
      },
      ...{ gtid, reason: 'somebody else has written an owned column in the monolith', at },
    })),
  ];
  return all.sort((one, other) => one.at.localeCompare(other.at)).slice(0, limit);
}

export interface Decision {
  readonly keyText: string;
  /** Whose values the row has from now on, here and in the monolith. */
  readonly take: 'ours' | 'theirs';
  readonly who: string;
  readonly reason: string;
}

export type Decided = 'decided' | 'nothing-to-decide' | 'row-gone' | 'not-the-owner';

/** Settles all that is open of one row. `ours` is carried to the monolith as one more change. */
export async function decide(session: Session, table: MirrorTable, decision: Decision): Promise<Decided> {
  await session.run('START TRANSACTION');
  const decided = await decideIn(session, table, decision);
  await session.run(decided === 'decided' ? 'COMMIT' : 'ROLLBACK');
  return decided;
}

async function decideIn(
  session: Session,
  table: MirrorTable,
  { keyText, take, who, reason }: Decision,
): Promise<Decided> {
  const { name, owned } = table;
  const tenure = await tenureOf(session, table, 'LOCK IN SHARE MODE');
  if (tenure.owner === 'monolith') return 'not-the-owner';
  const key = keyIn(table, keyText);
  const row = await ownValues(session, table, key);
  const [conflict] = await session.rows<{ found: string }>(
    "SELECT found FROM banyan_writes WHERE table_name = ? AND row_key = ? AND state = 'conflict' ORDER BY sequence LIMIT 1 FOR UPDATE",
    [name, keyText],
  );
  const rogues = await session.rows<{ was: string; found: string }>(
    'SELECT was, found FROM banyan_rogue_writes WHERE table_name = ? AND row_key = ? AND decision IS NULL ORDER BY id FOR UPDATE',
    [name, keyText],
  );
  if (!conflict && rogues.length === 0) return 'nothing-to-decide';
  // The newest that is known of the monolith's row: what came through the log after the conflict is newer.
  const found = valuesIn(rogues.at(-1)?.found ?? conflict!.found);
  const own = row ?? valuesIn(rogues[0]!.was);
  if (!found && take === 'ours') return 'row-gone';
  await session.run(
    "UPDATE banyan_writes SET state = 'dropped' WHERE table_name = ? AND row_key = ? AND state IN ('waiting','sent','conflict')",
    [name, keyText],
  );
  await session.run(
    'UPDATE banyan_rogue_writes SET decision = ?, decided_by = ?, reason = ?, decided_at = NOW(6) WHERE table_name = ? AND row_key = ? AND decision IS NULL',
    [take, who.slice(0, 200), reason, name, keyText],
  );
  const values = take === 'ours' ? own! : found;
  if (!values) {
    await session.run(`DELETE FROM ${ownRowsOf(table)} WHERE ${keyCondition(table, (column) => column.name)}`, key);
    return 'decided';
  }
  const columns = [...table.key, ...owned].map((column) => quoted(column.name));
  const set = owned.map((column) => `${quoted(column.name)} = VALUES(${quoted(column.name)})`).join(', ');
  await session.run(
    `INSERT INTO ${ownRowsOf(table)} (${columns.join(', ')}, banyan_key) VALUES (${columns.map(() => '?').join(', ')}, ?)
     ON DUPLICATE KEY UPDATE ${set}`,
    [...key, ...values, keyText],
  );
  if (take === 'ours' && textOf(found) !== textOf(values))
    await session.run(
      'INSERT INTO banyan_writes (table_name, row_key, was, becomes, epoch, at) VALUES (?, ?, ?, ?, ?, NOW(6))',
      [name, keyText, textOf(found), textOf(values), tenure.epoch],
    );
  return 'decided';
}
