import type { ChangeEvent, Row, SourceValue } from '../change-event/index.ts';
import { changed, type MirrorTable, withTable } from '../projection/index.ts';
import type { Session } from '../read-store/session.ts';
import { columnsSql, quoted } from '../read-store/tables.ts';
import { valuesOf } from './coalesce.ts';
import { parts } from './statements.ts';

let made = 0;

/** A temporary table for the changed rows of one mirror: with exactly its types, so that a rule compares them as the mirror would. */
export class ChangedRows {
  readonly #mirror: MirrorTable;
  readonly #name = `banyan_changed_${++made}`;
  #madeIn: Session | null = null;

  constructor(mirror: MirrorTable) {
    this.#mirror = mirror;
  }

  /** What a SELECT gives that finds the rows, as they were and as they are, in the table `changed`. */
  async ask(session: Session, select: string, changes: readonly ChangeEvent[]): Promise<Record<string, SourceValue>[]> {
    await this.make(session);
    const columns = this.#mirror.columns.map(({ from }) => from);
    const rows = [...imagesOf(changes)].map(({ row, change }) => valuesOf(this.#mirror, columns, row, change));
    // IGNORE: an image that does not fit is of a change that was left out, so nothing was computed from it.
    for (const part of parts(rows)) await session.run(`INSERT IGNORE INTO ${quoted(this.#name)} VALUES ?`, [part]);
    const found = await session.rows<Record<string, SourceValue>>(this.select(select));
    await session.run(`DELETE FROM ${quoted(this.#name)}`);
    return found;
  }

  /** The SELECT as it is asked here. */
  select(select: string): string {
    return withTable(select, changed, quoted(this.#name));
  }

  /** A temporary table commits nothing, made or dropped. It is gone with the connection. */
  async make(session: Session): Promise<void> {
    if (this.#madeIn === session) return;
    await session.run(
      `CREATE TEMPORARY TABLE ${quoted(this.#name)} (${columnsSql(this.#mirror, () => false)}) CHARACTER SET utf8mb4`,
    );
    this.#madeIn = session;
  }
}

/** Rows as they were and as they are: what a row left may be dirty as well as what it came to. */
export function* imagesOf(
  changes: readonly ChangeEvent[],
): Generator<{ readonly row: Row; readonly change: ChangeEvent }> {
  for (const change of changes) {
    if (change.before) yield { row: change.before, change };
    if (change.after) yield { row: change.after, change };
  }
}
