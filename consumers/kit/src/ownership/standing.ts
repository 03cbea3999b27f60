import type { MirrorTable } from '../projection/declaration.ts';
import { ownRowsOf } from '../read-store/owned-tables.ts';
import type { Session } from '../read-store/session.ts';
import { quoted } from '../read-store/tables.ts';
import { cellOf } from './values.ts';

export type Owner = 'monolith' | 'service' | 'nobody';

/** Who may write, under which epoch. */
export interface Tenure {
  readonly owner: Owner;
  readonly epoch: number;
}

/** Who owns the columns of a table now; the monolith where nobody has ever said. `lock`: FOR UPDATE, or LOCK IN SHARE MODE. */
export async function tenureOf(session: Session, { name }: MirrorTable, lock = ''): Promise<Tenure> {
  const [now] = await session.rows<{ owner: Owner; epoch: string }>(
    `SELECT owner, epoch FROM banyan_owner WHERE table_name = ? ${lock}`,
    [name],
  );
  return { owner: now?.owner ?? 'monolith', epoch: Number(now?.epoch ?? 0) };
}

/** How the ownership of one table stands. */
export interface OwnershipStanding extends Tenure {
  readonly table: string;
  readonly columns: readonly string[];
  /** Changes that are not carried to the monolith yet. */
  readonly waiting: number;
  /** Changes that cannot be carried, since somebody else changed the row. */
  readonly conflicts: number;
  /** Writes of others to owned columns of which nobody has decided. */
  readonly rogue: number;
  /** Rows whose own values are not those of the mirror, with nothing on the way; of the newest writes alone, unless all are asked for. */
  readonly different: number;
  readonly carrier: { readonly working: boolean; readonly reason: string | null };
  /** GTIDs of the monolith that cover all that was carried; null: nothing was. */
  readonly carriedPosition: string | null;
}

/** One that has not been heard of for longer does not work. */
const carrierSilentS = 5;

interface OwnerRow {
  readonly owner: Owner;
  readonly epoch: string | number;
  readonly silent_s: string | number | null;
  readonly carrier_reason: string | null;
}

/** So many writes are looked at where it must not take long. */
const newestWrites = 10_000;

/**
 * Reads it in statements of their own: each number is as it was at some moment of the call. `all`: every row that was ever written here
 * is compared, as a proof does.
 */
export async function standingOf(session: Session, table: MirrorTable, all = false): Promise<OwnershipStanding> {
  const { name, owned } = table;
  const [owner] = await session.rows<OwnerRow>(
    `SELECT owner, epoch, TIMESTAMPDIFF(SECOND, carrier_at, NOW(6)) AS silent_s, carrier_reason FROM banyan_owner WHERE table_name = ?`,
    [name],
  );
  const [writes] = await session.rows<{ waiting: string | null; conflicts: string | null }>(
    `SELECT SUM(state IN ('waiting','sent')) AS waiting, SUM(state = 'conflict') AS conflicts FROM banyan_writes
     WHERE table_name = ? AND state IN ('waiting','sent','conflict')`,
    [name],
  );
  const [last] = await session.rows<{ position: string }>(
    "SELECT position FROM banyan_writes WHERE table_name = ? AND state = 'carried' ORDER BY sequence DESC LIMIT 1",
    [name],
  );
  const [rogue] = await session.rows<{ count: string }>(
    'SELECT COUNT(*) AS count FROM banyan_rogue_writes WHERE table_name = ? AND decision IS NULL',
    [name],
  );
  const { silent_s: silent = null, carrier_reason: reason = null } = owner ?? {};
  const isSilent = silent === null || Number(silent) > carrierSilentS;
  return {
    table: name,
    columns: owned.map((column) => column.name),
    owner: owner?.owner ?? 'monolith',
    epoch: Number(owner?.epoch ?? 0),
    waiting: Number(writes?.waiting ?? 0),
    conflicts: Number(writes?.conflicts ?? 0),
    rogue: Number(rogue!.count),
    different: owner?.owner === 'monolith' ? 0 : await differentRows(session, table, all),
    carrier: {
      working: !isSilent && reason === null,
      reason: isSilent ? (silent === null ? 'it was never started' : `not heard of for ${silent} s`) : reason,
    },
    carriedPosition: last?.position ?? null,
  };
}

/** Letter by letter, whatever the collation. A row with something on the way will be the same when that has come back. */
async function differentRows(session: Session, table: MirrorTable, all: boolean): Promise<number> {
  const on = table.key.map(({ name }) => `m.${quoted(name)} = o.${quoted(name)}`).join(' AND ');
  const same = table.owned
    .map((column) => `BINARY ${cellOf(column, 'o.')} <=> BINARY ${cellOf(column, 'm.')}`)
    .join(' AND ');
  const newest = `(SELECT DISTINCT row_key FROM (SELECT row_key FROM banyan_writes WHERE table_name = ? ORDER BY sequence DESC LIMIT ${newestWrites}) w) n`;
  const own = all ? `${ownRowsOf(table)} o` : `${newest} JOIN ${ownRowsOf(table)} o ON o.banyan_key = n.row_key`;
  const [row] = await session.rows<{ count: string }>(
    `SELECT COUNT(*) AS count FROM ${own} LEFT JOIN ${quoted(table.name)} m ON ${on}
     WHERE (m.${quoted(table.key[0]!.name)} IS NULL OR NOT (${same})) AND NOT EXISTS (SELECT 1 FROM banyan_writes w
       WHERE w.table_name = ? AND w.row_key = o.banyan_key AND (w.state IN ('waiting','sent') OR (w.state = 'carried' AND w.echo IS NULL)))`,
    all ? [table.name] : [table.name, table.name],
  );
  return Number(row!.count);
}
