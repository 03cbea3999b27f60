import { KitError } from '../errors.ts';
import { type Column, type Projection, type ReadTable, readTablesOf } from '../projection/declaration.ts';
import { type Cell, type JsonValue, jsonEncoder } from './column-json.ts';
import { filterForm, type KeyForm } from './key.ts';
import { type KeyPath, keyPath } from './key-path.ts';
import { checkpointWidth, ReadSql } from './read-sql.ts';

export type JsonRow = Readonly<Record<string, JsonValue>>;

export interface Filter {
  readonly column: Column;
  readonly form: KeyForm;
}

/** A table with a path, and all that is derived from its declaration once, before the first request. */
export interface ServedTable {
  readonly table: ReadTable;
  readonly path: string;
  readonly key: KeyPath;
  readonly filters: readonly Filter[];
  readonly owner: Filter | null;
  readonly sql: ReadSql;
  /** The row that begins behind the checkpoint's cells. */
  readonly row: (cells: readonly Cell[]) => JsonRow;
  /** The key of such a row, as `after` takes it; null when the cells hold no row. */
  readonly keyOf: (cells: readonly Cell[]) => string | null;
}

/** Throws KitError `declaration` when a path stands at a table whose key cannot be written in a path. */
export function servedTables(projection: Projection): readonly ServedTable[] {
  return readTablesOf(projection).flatMap((table) =>
    table.path === null ? [] : [servedTable(projection, table, table.path)],
  );
}

function servedTable(projection: Projection, table: ReadTable, path: string): ServedTable {
  const key = keyPath(table.key);
  if ('column' in key) {
    const where = `${projection.name}.${table.name}.${key.column.name}`;
    throw new KitError('declaration', `${where}: a key of type '${key.column.type.sql}' cannot be served by a path`, {
      remedy: 'leave the path out',
    });
  }
  // The declaration takes no filter and no owner of another type.
  const filter = (column: Column): Filter => ({ column, form: filterForm(column)! });
  return {
    table,
    path,
    key,
    filters: table.filters.map(filter),
    owner: table.owner && filter(table.owner),
    sql: new ReadSql(projection.name, table, key),
    row: rowReader(table),
    keyOf: keyReader(table, key),
  };
}

function rowReader(table: ReadTable): (cells: readonly Cell[]) => JsonRow {
  const columns = table.columns.map(({ name, type }) => ({ name, encode: jsonEncoder(type) }));
  return (cells) => {
    const row: Record<string, JsonValue> = {};
    let at = checkpointWidth;
    for (const { name, encode } of columns) {
      const cell = cells[at++]!;
      row[name] = encode ? encode(cell) : (cell as JsonValue);
    }
    return row;
  };
}

function keyReader(table: ReadTable, key: KeyPath): (cells: readonly Cell[]) => string | null {
  const parts = key.columns.map((column) => ({
    at: checkpointWidth + table.columns.indexOf(column),
    encode: jsonEncoder(column.type),
  }));
  return (cells) => {
    if ((cells[parts[0]!.at] ?? null) === null) return null;
    return key.text(parts.map(({ at, encode }) => String(encode ? encode(cells[at]!) : cells[at])));
  };
}
