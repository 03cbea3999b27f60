import { change, type Queryable, type Value } from './database.ts';

/** Rows for one table; `into` names it with its columns, "cards (id, pan)". */
export interface TableRows {
  readonly into: string;
  readonly rows: readonly Value[][];
}

const BATCH_ROWS = 500;

/** Inserts rows in their order, 500 in a statement. */
export async function writeRows(db: Queryable, { into, rows }: TableRows): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH_ROWS) {
    await change(db, `INSERT INTO ${into} VALUES ?`, [rows.slice(start, start + BATCH_ROWS)]);
  }
}
