import { type ChangeEvent, formatGtid } from '../change-event/index.ts';
import type { MirrorTable, Projection } from '../projection/declaration.ts';
import { ownedTablesOf } from '../read-store/owned-tables.ts';
import type { Session } from '../read-store/session.ts';
import { tenureOf } from './standing.ts';
import { keyTextOf, textOf, valuesOfRow } from './values.ts';

interface Seen {
  readonly table: MirrorTable;
  readonly keyText: string;
  readonly gtid: string;
  readonly committedAtMs: number;
  readonly was: string;
  /** `null` when the row was deleted. */
  readonly found: string;
}

/**
 * Tells, of each change of owned columns that comes from the monolith, whether it is one that was written here and carried there, or a
 * rogue write: somebody else's. Known by what was written, not by a mark in the log: a change was written down as sent before it could
 * come back, so it is the next one of its row that has not come back yet, value by value. It is written in the transaction that applies it.
 */
export class CameBack {
  readonly #session: Session;
  readonly #tables: ReadonlyMap<string, MirrorTable>;
  #seen: Seen[] = [];

  constructor(session: Session, projection: Projection) {
    this.#session = session;
    this.#tables = new Map(ownedTablesOf(projection).map((table) => [table.source, table]));
  }

  take(source: string, changes: readonly ChangeEvent[]): void {
    const table = this.#tables.get(source);
    if (!table) return;
    for (const { operation, before, after, transaction, source: at } of changes) {
      // Snapshots and corrections are no writes of anybody; who comes new has nothing owned yet.
      if (!before || transaction === null || (operation !== 'update' && operation !== 'delete')) continue;
      const keyText = keyTextOf(table, before);
      const was = textOf(valuesOfRow(table.owned, before));
      const isThere = after !== null && keyTextOf(table, after) === keyText;
      const found = isThere ? textOf(valuesOfRow(table.owned, after)) : 'null';
      if (was === found) continue;
      this.#seen.push({ table, keyText, gtid: formatGtid(transaction), committedAtMs: at.timestampMs, was, found });
    }
  }

  async write(): Promise<void> {
    const seen = this.#seen;
    this.#seen = [];
    for (const [table, changes] of Map.groupBy(seen, (one) => one.table)) {
      if ((await tenureOf(this.#session, table)).owner === 'monolith') continue;
      for (const change of changes) if (!(await this.#isEcho(change))) await this.#rogue(change);
    }
  }

  async #isEcho({ table, keyText, gtid, was, found }: Seen): Promise<boolean> {
    const [own] = await this.#session.rows<{ sequence: string }>(
      `SELECT sequence FROM banyan_writes WHERE table_name = ? AND row_key = ? AND state IN ('sent','carried') AND echo IS NULL
       AND was = ? AND becomes = ? ORDER BY sequence LIMIT 1`,
      [table.name, keyText, was, found],
    );
    if (!own) return false;
    await this.#session.run('UPDATE banyan_writes SET echo = ? WHERE sequence = ?', [gtid, own.sequence]);
    return true;
  }

  async #rogue({ table, keyText, gtid, committedAtMs, was, found }: Seen): Promise<void> {
    await this.#session.run(
      `INSERT INTO banyan_rogue_writes (table_name, row_key, gtid, was, found, committed_at_ms, seen_at) VALUES (?, ?, ?, ?, ?, ?, NOW(6))`,
      [table.name, keyText, gtid, was, found, committedAtMs],
    );
  }
}
