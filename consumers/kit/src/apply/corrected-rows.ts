import type { ChangeEvent, Row, RowCorrections, SourceValue } from '../change-event/index.ts';
import type { MirrorTable } from '../projection/declaration.ts';
import type { Session } from '../read-store/session.ts';
import { quoted } from '../read-store/tables.ts';
import { valuesOf } from './coalesce.ts';
import { comparable, literal } from './statements.ts';

const nowhere = { binlogFile: '', binlogPosition: 0, rowNumber: 0, timestampMs: 0 };

/** The changes that make rows of a mirror what they are corrected to; none for those that are so already. */
export async function changesOf(
  session: Session,
  table: MirrorTable,
  { rows, table: source }: RowCorrections,
): Promise<ChangeEvent[]> {
  const changes: ChangeEvent[] = [];
  for (const { key, row } of rows) {
    const before = await mirrored(session, table, key, source);
    if (before === null && row === null) continue;
    const operation = row === null ? 'delete' : before === null ? 'create' : 'update';
    changes.push({ operation, table: source, before, after: row, source: nowhere, transaction: null, synthetic: true });
  }
  return changes;
}

/** The row as it is there, by the source's names of columns. */
async function mirrored(session: Session, table: MirrorTable, key: Row, source: string): Promise<Row | null> {
  const named: ChangeEvent = {
    ...{ operation: 'delete', table: source, before: key, after: null, source: nowhere, transaction: null },
  };
  const wanted = valuesOf(
    table,
    table.key.map(({ from }) => from),
    key,
    named,
  );
  const condition = table.key.map(({ name }) => `${quoted(name)} = ?`).join(' AND ');
  const columns = table.columns.map(({ name }) => quoted(name)).join(', ');
  const [found] = await session.rows<Record<string, SourceValue>>(
    `SELECT ${columns} FROM ${quoted(table.name)} WHERE ${condition}`,
    wanted.map((value, index) => literal(comparable(value, table.key[index]!))),
  );
  if (!found) return null;
  return Object.fromEntries(table.columns.map(({ name, from }) => [from, found[name]!]));
}
