import type { SourceValue } from '../change-event/index.ts';
import type { MirrorTable } from '../projection/declaration.ts';
import type { Session } from '../read-store/session.ts';
import { loadSql, loadTexts } from './bulk-text.ts';

export interface BulkLoadOptions {
  /** Fewer rows are not worth it; default 500. */
  readonly fromRows?: number;
  readonly log?: (entry: Readonly<Record<string, unknown>>) => void;
}

/**
 * Many rows by LOAD DATA LOCAL INFILE, which costs the server two thirds of what it takes to read them as SQL. It is an INSERT
 * in all but speed: in the same transaction, the same values, and what is refused is refused with the INSERT's own words, because
 * the INSERT is tried then. Where it alone works (`local_infile=OFF`, a proxy between), the log says so once.
 */
export class BulkLoad {
  readonly #fromRows: number;
  readonly #log: BulkLoadOptions['log'];
  #isOff = false;

  constructor({ fromRows = 500, log }: BulkLoadOptions = {}) {
    this.#fromRows = fromRows;
    this.#log = log;
  }

  /** Writes the rows in the open transaction, by itself or by `insert`. */
  async write(
    session: Session,
    table: MirrorTable,
    rows: readonly (readonly SourceValue[])[],
    insert: () => Promise<void>,
  ): Promise<void> {
    if (this.#isOff || rows.length < this.#fromRows) return await insert();
    await session.run('SAVEPOINT banyan_load');
    const failure = await this.#load(session, table, rows);
    if (failure === null) return;
    // Fails when it was the transaction that was lost, and what follows must not be written without it.
    await session.run('ROLLBACK TO SAVEPOINT banyan_load');
    await insert();
    if (failure === unfit) return;
    this.#isOff = true;
    this.#log?.({
      message: 'rows are written by INSERT, as the server does not take them by LOAD DATA',
      reason: failure,
    });
  }

  /** What went wrong; null when nothing did. */
  async #load(session: Session, table: MirrorTable, rows: readonly (readonly SourceValue[])[]): Promise<string | null> {
    const sql = loadSql(table);
    for (const text of loadTexts(table, rows)) {
      if (text === null) return unfit;
      const failure = await session.load(sql, text.pieces, text.rows).then(() => null, whyOf);
      if (failure !== null) return failure;
    }
    return null;
  }
}

const unfit = 'rows that are better written by a statement';
const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
