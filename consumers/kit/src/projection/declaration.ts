import { KitError } from '../errors.ts';
import { parseSqlType, type SqlType } from './sql-type.ts';

/**
 * A column of the read model: its SQL type as MariaDB writes it (`decimal(19,4)`, `varchar(34) collate utf8mb4_bin`), taken
 * from the source column of the same name unless `from` names another. Key columns are NOT NULL, others may be NULL.
 */
export type ColumnDeclaration = string | { readonly type: string; readonly from: string };

/** A table of the monolith as it stands there, row for row: columns chosen and renamed. */
export interface MirrorTableDeclaration {
  /** `database.table` in the monolith. */
  readonly source: string;
  /** The source's primary key, by names of the read model. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnDeclaration>>;
  /** Serve it: `/accounts` gives `GET /accounts/{id}` and `GET /accounts?after=…`. Needs a key of one column. */
  readonly path?: string;
}

export interface MirrorDeclaration {
  /** Names the projection in its checkpoint, metrics and logs. */
  readonly name: string;
  readonly tables: Readonly<Record<string, MirrorTableDeclaration>>;
}

export interface Column {
  readonly name: string;
  readonly from: string;
  readonly type: SqlType;
}

export interface MirrorTable {
  readonly name: string;
  readonly source: string;
  readonly columns: readonly Column[];
  readonly key: readonly Column[];
  readonly path: string | null;
}

/** One read model, filled whole transaction by whole transaction by one projector. */
export interface Projection {
  readonly name: string;
  readonly tables: readonly MirrorTable[];
}

/** Checks the declaration. Throws KitError `declaration` that names the place. */
export function mirror(declaration: MirrorDeclaration): Projection {
  const { name } = declaration;
  if (!/^[a-z][a-z0-9-]{0,47}$/.test(name))
    refuse(`projection '${name}'`, 'its name wants small letters, digits and -');
  const tables = Object.entries(declaration.tables).map(([table, one]) => mirrorTable(`${name}.${table}`, table, one));
  if (tables.length === 0) refuse(`projection '${name}'`, 'it names no table');
  const sources = tables.map((table) => table.source);
  const twice = sources.find((source, index) => sources.indexOf(source) !== index);
  if (twice) refuse(`projection '${name}'`, `${twice} is mirrored twice`);
  return { name, tables };
}

function mirrorTable(where: string, name: string, declared: MirrorTableDeclaration): MirrorTable {
  if (name.startsWith('banyan_')) refuse(where, 'names that begin with banyan_ are the kit’s own');
  if (!/^[^.]+\.[^.]+$/.test(declared.source)) refuse(where, `source '${declared.source}' is not database.table`);
  const columns = Object.entries(declared.columns).map(([column, one]) => {
    const { type, from } = typeof one === 'string' ? { type: one, from: column } : one;
    const parsed = parseSqlType(type);
    if (!parsed) refuse(`${where}.${column}`, `'${type}' is not a column type the kit knows`);
    // A row is a JavaScript object, where this name is no field.
    if (from === '__proto__') refuse(`${where}.${column}`, 'a column called __proto__ cannot be carried');
    return { name: column, from, type: parsed };
  });
  refuseTwice(where, 'column', Object.keys(declared.columns));
  refuseTwice(where, 'key column', declared.key);
  const key = declared.key.map(
    (column) =>
      columns.find((one) => one.name === column) ?? refuse(where, `key column '${column}' is not among its columns`),
  );
  if (key.length === 0) refuse(where, 'it has no key');
  for (const column of key) {
    if (column.type.json === 'string' && column.type.family === 'text' && !/ collate /i.test(column.type.sql)) {
      refuse(
        `${where}.${column.name}`,
        `a key of text wants the collation it has in the monolith, as in '${column.type.sql} collate utf8mb4_bin'`,
      );
    }
  }
  const path = declared.path ?? null;
  if (path !== null && !/^\/[a-z][a-z0-9-]*$/.test(path)) refuse(where, `path '${path}' wants the form /accounts`);
  if (path !== null && key.length !== 1) refuse(where, 'only a table with a key of one column can be served by a path');
  return { name, source: declared.source, columns, key, path };
}

/** MariaDB takes names that differ in case alone for one. */
function refuseTwice(where: string, what: string, names: readonly string[]): void {
  const folded = names.map((name) => name.toLowerCase());
  const twice = names.find((_, index) => folded.indexOf(folded[index]!) !== index);
  if (twice !== undefined) refuse(where, `${what} '${twice}' is named twice`);
}

function refuse(where: string, why: string): never {
  throw new KitError('declaration', `${where}: ${why}`);
}
