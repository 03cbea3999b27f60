import { type ChangeEvent, fieldOf, type Row, type SourceValue } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { MirrorTable } from '../projection/declaration.ts';

/** What is left to do to one table: empty it if so, then the deletes, then the upserts. Keys and rows in column order. */
export interface TableEffect {
  readonly truncate: boolean;
  readonly deletes: readonly (readonly SourceValue[])[];
  readonly upserts: readonly (readonly SourceValue[])[];
}

/**
 * Folds changes of one table, in order, to the last state of each key. Deletes come before upserts: two spellings that are
 * one key under the source's collation (`a` renamed to `A`) are two keys here, and at most the last of them is alive.
 */
export function coalesce(table: MirrorTable, changes: readonly ChangeEvent[]): TableEffect {
  const [key, columns] = [table.key, table.columns].map((list) => list.map(({ from }) => from)) as [string[], string[]];
  let truncate = false;
  const last = new Map<string, { key: SourceValue[]; row: SourceValue[] | null }>();
  for (const change of changes) {
    if (change.operation === 'truncate') {
      truncate = true;
      last.clear();
      continue;
    }
    if (change.operation === 'delete' || change.before) {
      const values = valuesOf(table, key, change.before, change);
      last.set(identity(values), { key: values, row: null });
    }
    if (change.operation !== 'delete') {
      const values = valuesOf(table, key, change.after, change);
      last.set(identity(values), { key: values, row: valuesOf(table, columns, change.after, change) });
    }
  }
  const states = [...last.values()];
  return {
    truncate,
    deletes: states.filter(({ row }) => row === null).map(({ key }) => key),
    upserts: states.flatMap(({ row }) => (row ? [row] : [])),
  };
}

/** Columns by their names in the source. */
export function valuesOf(
  table: MirrorTable,
  columns: readonly string[],
  row: Row | null,
  change: ChangeEvent,
): SourceValue[] {
  const refuse = (what: string, remedy: string): never => {
    const where = `${table.source}, ${change.source.binlogFile}:${change.source.binlogPosition}`;
    throw new KitError('row-refused', `${where}: ${what}`, { remedy });
  };
  const compare = 'compare the declaration with the source table and binlog_row_image=FULL';
  if (!row) return refuse(`the ${change.operation} event has no row image`, compare);
  return columns.map((from) => {
    const field = fieldOf(row, from) ?? refuse(`column '${from}' is not in the ${change.operation} event`, compare);
    const value = row[field]!;
    // A geometry, whatever it is declared as.
    if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array))
      refuse(`column '${from}' comes as a structure, which no column holds`, 'leave it out: docs/reference/values.md');
    return value;
  });
}

/** The same for the same key only: each part with its length in front, so that no text can look like two parts. */
export function identity(key: readonly SourceValue[]): string {
  return key
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)))
    .map((part) => `${part.length}:${part}`)
    .join();
}
