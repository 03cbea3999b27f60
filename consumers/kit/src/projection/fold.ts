import type { SourceValue } from '../change-event/index.ts';
import {
  type Column,
  type MirrorTable,
  type MirrorTableDeclaration,
  mirrorTables,
  type Projection,
  type ReadTable,
  type ReadTableDeclaration,
  readTable,
  refuse,
} from './declaration.ts';
import { isBinaryText } from './sql-type.ts';

/** A row by the read model's names of columns; each value as its column holds it. */
export type FoldRow = Readonly<Record<string, SourceValue>>;

/**
 * One change of one row of a table in `from`, in the order of the binlog. `read` is a row that was there when capture began. A
 * TRUNCATE comes as a `delete` of each row, a changed key as a `delete` and a `create`, and what a foreign key does to children
 * as changes of theirs, those of one transaction in any order.
 */
export interface FoldChange {
  /** The table's name in `from`. */
  readonly table: string;
  readonly operation: 'read' | 'create' | 'update' | 'delete';
  readonly before: FoldRow | null;
  readonly after: FoldRow | null;
  /** When the transaction was committed at the source, ms, in whole seconds; null for a row that was there before. */
  readonly committedAtMs: number | null;
}

/** Values of a key, in the order of its columns. */
export type FoldKey = readonly SourceValue[];

/**
 * What depends on history: a state for each key, made anew with each change that concerns it. Both functions are pure: the same answer
 * for the same arguments, whenever they are asked and however often. They know no clock and no randomness, and keep nothing.
 */
export interface FoldTableDeclaration extends ReadTableDeclaration {
  /** Raise it when `keys` or `step` mean something else than before: what was folded until then is asked to be folded anew. */
  readonly version: number;
  /** Which states a row concerns, by its values; asked for a row as it was and as it is. */
  readonly keys: (row: FoldRow, table: string) => readonly FoldKey[];
  /** The state after a change; null: none. It has a value for each column out of the key. */
  readonly step: (state: FoldRow | null, change: FoldChange, key: FoldRow) => FoldRow | null;
}

export interface FoldDeclaration {
  readonly name: string;
  /** The tables whose changes are folded, and those of their columns that matter: the kit keeps mirrors of them. */
  readonly from: Readonly<Record<string, MirrorTableDeclaration>>;
  readonly tables: Readonly<Record<string, FoldTableDeclaration>>;
}

export interface FoldTable extends ReadTable, Pick<FoldTableDeclaration, 'version' | 'keys' | 'step'> {}

/** Checks the declaration. Throws KitError `declaration` that names the place. */
export function fold({ name, from, tables: declared }: FoldDeclaration): Projection {
  const tables = mirrorTables({ name, tables: from });
  for (const table of tables) {
    const rough = table.columns.find(({ type }) => type.base === 'float');
    if (rough) refuse(`${name}.${table.name}.${rough.name}`, 'a float comes back with six digits; declare double');
  }
  const folds = Object.entries(declared).map(([table, one]) => foldTable(`${name}.${table}`, table, one));
  if (folds.length === 0) refuse(`projection '${name}'`, 'it has no table to fold into');
  const twice = folds.find((one) => tables.some((mirror: MirrorTable) => mirror.name === one.name));
  if (twice) refuse(`${name}.${twice.name}`, 'a table to fold into wants another name than those in from');
  return { name, tables, queries: [], folds };
}

function foldTable(where: string, name: string, declared: FoldTableDeclaration): FoldTable {
  const table = readTable(where, name, declared);
  const { version, keys, step } = declared;
  if (!Number.isInteger(version) || version < 1) refuse(where, 'version wants a whole number from 1 on');
  for (const column of table.columns) {
    if (column.from !== column.name) refuse(`${where}.${column.name}`, 'a state comes from no column of the source');
    const why = unfit(column, table.key.includes(column));
    if (why !== null) refuse(`${where}.${column.name}`, why);
  }
  return { ...table, version, keys, step };
}

/** Why a column cannot hold a value that comes back as it went in, or be a key that only the same value equals. */
function unfit({ type }: Column, isKey: boolean): string | null {
  if (type.base === 'float') return 'a float comes back with six digits; declare double';
  if (type.base === 'bit') return 'bits come back as bytes; declare an integer or binary';
  if (!isKey) return null;
  if (type.base === 'double') return 'a double is no key';
  if (type.family === 'text' && !isBinaryText(type))
    return `a key of text wants char or varchar and a collation in which only the same letters are equal, as in '${type.sql} collate utf8mb4_bin'`;
  return null;
}
