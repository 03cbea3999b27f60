import { KitError } from '../errors.ts';
import type { Column, MirrorTable, Projection } from '../projection/declaration.ts';
import { quoted } from '../read-store/index.ts';
import { type Cell, columnExpression, type JsonValue, jsonEncoder } from './column-json.ts';
import { type KeyForm, keyForm } from './key.ts';

export type JsonRow = Readonly<Record<string, JsonValue>>;

/** A table with a path, and all that is derived from its declaration once, before the first request. */
export interface ServedTable {
  readonly table: MirrorTable;
  readonly path: string;
  readonly keyColumn: Column;
  readonly key: KeyForm;
  /** One row and the checkpoint. Values: the key, the projection. */
  readonly oneSql: string;
  /** The checkpoint and the first rows in key order. Values: the projection, how many. */
  readonly firstPageSql: string;
  /** The checkpoint and the rows after a key. Values: the projection, the key, how many. */
  readonly nextPageSql: string;
  /** The row that begins behind the checkpoint's cells. */
  readonly row: (cells: readonly Cell[]) => JsonRow;
  /** The key of such a row; null when the cells hold no row. */
  readonly keyOf: (cells: readonly Cell[]) => string | null;
}

/**
 * Everything the source had committed up to the greater of the two times is in, so the age counts from there. By the clock of
 * the database, in the statement that reads the rows: a replica with an odd clock says the same.
 */
const ageMs = `GREATEST(0, CAST(ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) AS SIGNED) - GREATEST(
  COALESCE(c.committed_at_ms, c.fresh_at_ms), COALESCE(c.fresh_at_ms, c.committed_at_ms)))`;
const checkpointCells = `c.position, c.state, c.reason, ${ageMs}`;
export const checkpointWidth = 4;
export const checkpointSql = `SELECT ${checkpointCells} FROM banyan_checkpoint c WHERE c.projection = ?`;

/** Throws KitError `declaration` when a path stands at a table whose key cannot be written in a path. */
export function servedTables(projection: Projection): readonly ServedTable[] {
  return projection.tables.flatMap((table) =>
    table.path === null ? [] : [servedTable(projection, table, table.path)],
  );
}

function servedTable(projection: Projection, table: MirrorTable, path: string): ServedTable {
  const keyColumn = table.key[0]!;
  const key = keyForm(keyColumn);
  if (!key) {
    const where = `${projection.name}.${table.name}.${keyColumn.name}`;
    throw new KitError('declaration', `${where}: a key of type '${keyColumn.type.sql}' cannot be served by a path`, {
      remedy: 'leave the path out',
    });
  }
  const row = rowReader(table);
  return { table, path, keyColumn, key, row, keyOf: keyReader(table), ...statements(table, keyColumn, key) };
}

/**
 * Each is ONE statement, so InnoDB reads checkpoint and rows in one snapshot. A page is a UNION ALL, not a join: a join repeats
 * the checkpoint in each row, and MariaDB would sort the whole rest of the table for it instead of walking the key. The join in
 * its first part finds nothing and reads nothing; it gives that part's NULLs the columns' types, where plain NULLs would make
 * DECIMALs of all unsigned integers.
 */
function statements(table: MirrorTable, keyColumn: Column, key: KeyForm) {
  const columns = table.columns.map(columnExpression).join(', ');
  const name = quoted(table.name);
  const keyName = `t.${quoted(keyColumn.name)}`;
  const noCheckpoint = Array(checkpointWidth).fill('NULL').join(', ');
  const page = (where: string) =>
    `SELECT ${checkpointCells}, ${columns} FROM banyan_checkpoint c LEFT JOIN ${name} t ON ${keyName} = NULL
     WHERE c.projection = ? UNION ALL (SELECT ${noCheckpoint}, ${columns} FROM ${name} t ${where} ORDER BY ${keyName} LIMIT ?)`;
  return {
    oneSql: `SELECT ${checkpointCells}, ${columns} FROM banyan_checkpoint c
     LEFT JOIN ${name} t ON ${keyName} = ${key.sql} WHERE c.projection = ?`,
    firstPageSql: page(''),
    nextPageSql: page(`WHERE ${keyName} > ${key.sql}`),
  };
}

function rowReader(table: MirrorTable): (cells: readonly Cell[]) => JsonRow {
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

function keyReader(table: MirrorTable): (cells: readonly Cell[]) => string | null {
  const column = table.key[0]!;
  const at = checkpointWidth + table.columns.indexOf(column);
  const encode = jsonEncoder(column.type);
  return (cells) => {
    const cell = cells[at] ?? null;
    return cell === null ? null : String(encode ? encode(cell) : cell);
  };
}
