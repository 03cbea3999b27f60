import type { ChangeEvent, Row, SourceValue } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import type { Column, MirrorTable } from '../projection/declaration.ts';

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
  let truncate = false;
  const last = new Map<string, { key: SourceValue[]; row: SourceValue[] | null }>();
  for (const change of changes) {
    if (change.operation === 'truncate') {
      truncate = true;
      last.clear();
      continue;
    }
    if (change.operation === 'delete' || change.before) {
      const key = values(table, table.key, change.before, change);
      last.set(identity(key), { key, row: null });
    }
    if (change.operation !== 'delete') {
      const key = values(table, table.key, change.after, change);
      last.set(identity(key), { key, row: values(table, table.columns, change.after, change) });
    }
  }
  const states = [...last.values()];
  return {
    truncate,
    deletes: states.filter(({ row }) => row === null).map(({ key }) => key),
    upserts: states.flatMap(({ row }) => (row ? [row] : [])),
  };
}

function values(table: MirrorTable, columns: readonly Column[], row: Row | null, change: ChangeEvent): SourceValue[] {
  return columns.map(({ from }) => {
    const field = row && fieldOf(row, from);
    if (field) return row[field]!;
    const where = `${table.source}, ${change.source.binlogFile}:${change.source.binlogPosition}`;
    const what = row
      ? `column '${from}' is not in the ${change.operation} event`
      : `the ${change.operation} event has no row image`;
    throw new KitError('row-refused', `${where}: ${what}`, {
      remedy: 'compare the declaration with the source table and binlog_row_image=FULL',
    });
  });
}

/** Where a column's value is in a row; the connector writes `a b` as `a_b` and `1st` as `_1st`, as Avro wants names. */
function fieldOf(row: Row, column: string): string | null {
  // Its own, for a row has a `constructor` in any case.
  if (Object.hasOwn(row, column)) return column;
  const adjusted = column.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^\d/, '_$&');
  return Object.hasOwn(row, adjusted) ? adjusted : null;
}

/** The same for the same key only: each part with its length in front, so that no text can look like two parts. */
function identity(key: readonly SourceValue[]): string {
  return key
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)))
    .map((part) => `${part.length}:${part}`)
    .join();
}
