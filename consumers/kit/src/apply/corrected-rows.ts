import type { ChangeEvent, Row, RowCorrections } from '../change-event/index.ts';
import type { MirrorTable } from '../projection/declaration.ts';
import { valuesOf } from './coalesce.ts';
import type { ReadStore } from './read-store.ts';

/** Of what stands at no place of the binlog. */
export const nowhere = { binlogFile: '', binlogPosition: 0, rowNumber: 0, timestampMs: 0 };

/** The changes that make rows of a mirror what they are corrected to; none for those that are so already. */
export async function changesOf(
  store: ReadStore,
  table: MirrorTable,
  { rows, table: source }: RowCorrections,
): Promise<ChangeEvent[]> {
  const changes: ChangeEvent[] = [];
  for (const { key, row } of rows) {
    const before = await mirrored(store, table, key, source);
    if (before === null && row === null) continue;
    const operation = row === null ? 'delete' : before === null ? 'create' : 'update';
    changes.push({ operation, table: source, before, after: row, source: nowhere, transaction: null, synthetic: true });
  }
  return changes;
}

/** The row as it is there, by the source's names of columns. */
async function mirrored(store: ReadStore, table: MirrorTable, key: Row, source: string): Promise<Row | null> {
  const named: ChangeEvent = {
    ...{ operation: 'delete', table: source, before: key, after: null, source: nowhere, transaction: null },
  };
  const wanted = valuesOf(
    table,
    table.key.map(({ from }) => from),
    key,
    named,
  );
  const [found] = await store.find(table, { columns: table.key, values: [wanted] }, 1);
  return found ?? null;
}
