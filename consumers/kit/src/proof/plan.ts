import type { Session } from '../read-store/index.ts';
import type { ComparedSide } from './compared.ts';
import { sumSql } from './differences.ts';
import type { KeyRange } from './key-range.ts';

/** A table that a statement reads from end to end, and about how many rows that are. */
export interface WholeRead {
  readonly table: string;
  readonly rows: number;
}

interface PlanRow {
  readonly table: string | null;
  readonly type: string | null;
  readonly rows: string | number | null;
}

/**
 * The tables that the server would read whole to compare a range, the largest first. `ALL` is a scan of the table, `index` one of an
 * index; `<derived2>` and the like stand for results of the statement itself. Source: MariaDB's manual, EXPLAIN.
 */
export async function readWhole(session: Session, side: ComparedSide, range: KeyRange): Promise<WholeRead[]> {
  const plan = await session.rows<PlanRow>(`EXPLAIN ${sumSql(session, side, range)}`);
  return plan
    .flatMap(({ table, type, rows }) =>
      table !== null && !table.startsWith('<') && (type === 'ALL' || type === 'index')
        ? [{ table, rows: Number(rows) }]
        : [],
    )
    .toSorted((a, b) => b.rows - a.rows);
}
