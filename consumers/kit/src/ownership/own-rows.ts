import type { MirrorTable } from '../projection/declaration.ts';
import { ownRowsOf } from '../read-store/owned-tables.ts';
import type { Session } from '../read-store/session.ts';
import { cellsOf, keyCondition, type Values, valuesOfCells } from './values.ts';

/** The owned columns of a row that was written here, locked until the transaction ends; null: it was not. */
export async function ownValues(
  session: Session,
  table: MirrorTable,
  key: readonly (string | Buffer)[],
): Promise<Values | null> {
  const where = keyCondition(table, ({ name }) => name);
  const [row] = await session.rows<Record<string, unknown>>(
    `SELECT ${cellsOf(table.owned, ({ name }) => name)} FROM ${ownRowsOf(table)} WHERE ${where} FOR UPDATE`,
    key,
  );
  return row ? valuesOfCells(table.owned, row) : null;
}
