import { KitError } from '../errors.ts';
import type { FoldTable } from './fold.ts';
import type { QueryTable } from './query.ts';
import { isBinaryText, parseSqlType, type SqlType } from './sql-type.ts';

/**
 * A column of the read model: its SQL type as MariaDB writes it (`decimal(19,4)`, `varchar(34) collate utf8mb4_bin`), taken
 * from the source column of the same name unless `from` names another; of one that was renamed, its names, newest first. Key
 * columns are NOT NULL, others may be NULL.
 */
export type ColumnDeclaration =
  | string
  | { readonly type: string; readonly from: string | readonly [string, ...string[]] };

/** A table of the monolith as it stands there, row for row: columns chosen and renamed. */
export interface MirrorTableDeclaration {
  /** `database.table` in the monolith. */
  readonly source: string;
  /** The source's primary key, by names of the read model. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnDeclaration>>;
  /** By names of the read model, for what reads the mirror: a query's SELECT and its look-ups. */
  readonly indexes?: readonly (readonly string[])[];
  /** Serve it: `/accounts` gives `GET /accounts/{id}` and `GET /accounts?after=…`; a key of two columns `/accounts/{a}/{b}`. */
  readonly path?: string;
  /** Columns by which lists can be filtered: `?kind=savings`. Each gets an index. */
  readonly filters?: readonly string[];
  /** The column that says whose a row is: a customer's token reads the rows with his id, and no others are there for him. */
  readonly owner?: string;
  /**
   * Columns whose writes can move here: the service then takes them by `PATCH {path}/{key}`, and carries each change back to the
   * monolith's table. Of rows that exist; no key columns, and of types that have an exact text.
   */
  readonly owned?: readonly string[];
}

export interface MirrorDeclaration {
  /** Names the projection in its checkpoint, metrics and logs. */
  readonly name: string;
  readonly tables: Readonly<Record<string, MirrorTableDeclaration>>;
}

export interface Column {
  readonly name: string;
  /** Its name in the source. */
  readonly from: string;
  /** What it was called there before, newest first. */
  readonly formerly?: readonly string[];
  readonly type: SqlType;
}

/** A table of the read model. */
export interface ReadTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly key: readonly Column[];
  readonly indexes: readonly (readonly Column[])[];
  readonly path: string | null;
  readonly filters: readonly Column[];
  readonly owner: Column | null;
}

export interface MirrorTable extends ReadTable {
  /** `database.table`. */
  readonly source: string;
  /** Columns whose writes can move here. */
  readonly owned: readonly Column[];
}

/** One read model, filled whole transaction by whole transaction by one projector. */
export interface Projection {
  readonly name: string;
  readonly tables: readonly MirrorTable[];
  /** Computed from the mirrors by a SELECT. */
  readonly queries: readonly QueryTable[];
  /** Folded from the changes of the mirrors. */
  readonly folds: readonly FoldTable[];
}

/** All tables that a read model has for it: mirrors, then queries and folds. */
export const readTablesOf = ({ tables, queries, folds }: Projection): readonly ReadTable[] => [
  ...tables,
  ...queries,
  ...folds,
];

/** Checks the declaration. Throws KitError `declaration` that names the place. */
export function mirror(declaration: MirrorDeclaration): Projection {
  return { name: declaration.name, tables: mirrorTables(declaration), queries: [], folds: [] };
}

export function mirrorTables({ name, tables: declared }: MirrorDeclaration): MirrorTable[] {
  if (!/^[a-z][a-z0-9-]{0,47}$/.test(name))
    refuse(`projection '${name}'`, 'its name wants small letters, digits and -');
  const tables = Object.entries(declared).map(([table, one]) => mirrorTable(`${name}.${table}`, table, one));
  if (tables.length === 0) refuse(`projection '${name}'`, 'it names no table');
  const sources = tables.map((table) => table.source);
  const twice = sources.find((source, index) => sources.indexOf(source) !== index);
  if (twice) refuse(`projection '${name}'`, `${twice} is mirrored twice`);
  return tables;
}

function mirrorTable(where: string, name: string, declared: MirrorTableDeclaration): MirrorTable {
  if (!/^[^.]+\.[^.]+$/.test(declared.source)) refuse(where, `source '${declared.source}' is not database.table`);
  const table = readTable(where, name, declared);
  return { source: declared.source, ...table, owned: ownedOf(where, table, declared.owned ?? []) };
}

/** MariaDB's own limit is 64, and the table of what was written here is named after it. */
const longestOwned = 50;

function ownedOf(where: string, { name, path, columns, key }: ReadTable, names: readonly string[]): readonly Column[] {
  if (names.length === 0) return [];
  refuseTwice(where, 'owned column', names);
  if (path === null) refuse(where, 'owned columns want a path: they are written there');
  if (name.length > longestOwned)
    refuse(where, `a table with owned columns has a name of ${longestOwned} letters at most`);
  return names.map((one) => {
    const column =
      columns.find((other) => other.name === one) ?? refuse(where, `owned column '${one}' is not among its columns`);
    if (key.includes(column)) refuse(where, `owned column '${one}' is one of the key: a key stays as it is`);
    const { family, base, sql } = column.type;
    if (
      family === 'float' ||
      family === 'binary' ||
      base === 'json' ||
      base === 'set' ||
      / (character set|charset) binary\b/i.test(sql)
    )
      refuse(where, `owned column '${one}': values of type '${sql}' have no exact text to be compared by`);
    return column;
  });
}

export type ReadTableDeclaration = Omit<MirrorTableDeclaration, 'source' | 'owned'>;

export function readTable(where: string, name: string, declared: ReadTableDeclaration): ReadTable {
  if (name.startsWith('banyan_')) refuse(where, 'names that begin with banyan_ are the kit’s own');
  const columns = Object.entries(declared.columns).map(([column, one]) => {
    const { type, from: names } = typeof one === 'string' ? { type: one, from: column } : one;
    const [from, ...formerly] = typeof names === 'string' ? ([names] as const) : names;
    const parsed = parseSqlType(type);
    if (!parsed)
      refuse(
        `${where}.${column}`,
        `'${type}' is not a column type the kit knows; docs/reference/values.md says what is carried`,
      );
    // A row is a JavaScript object, where this name is no field.
    if ([from, ...formerly].includes('__proto__'))
      refuse(`${where}.${column}`, 'a column called __proto__ cannot be carried');
    return { name: column, from, ...(formerly.length > 0 && { formerly }), type: parsed };
  });
  refuseTwice(where, 'column', Object.keys(declared.columns));
  refuseTwice(where, 'key column', declared.key);
  const named = (what: string) => (column: string) =>
    columns.find((one) => one.name === column) ?? refuse(where, `${what} column '${column}' is not among its columns`);
  const key = declared.key.map(named('key'));
  const indexes = (declared.indexes ?? []).map((index) => index.map(named('index')));
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
  return { name, columns, key, indexes, path, ...access(where, declared, columns) };
}

const filterTypes = new Set([
  ...['tinyint', 'smallint', 'mediumint', 'int', 'integer', 'bigint', 'year', 'decimal', 'numeric'],
  ...['char', 'varchar', 'enum', 'binary', 'varbinary', 'date', 'datetime', 'timestamp'],
]);
const parameters = ['after', 'limit', 'at-least', 'wait-ms'];

/** By what a served table can be asked, and by whom. */
function access(where: string, declared: ReadTableDeclaration, columns: readonly Column[]) {
  const named = (what: string, name: string): Column =>
    columns.find((one) => one.name === name) ?? refuse(where, `${what} '${name}' is not among its columns`);
  const filters = (declared.filters ?? []).map((name) => named('filter', name));
  refuseTwice(where, 'filter', declared.filters ?? []);
  const other = filters.find(({ type }) => !filterTypes.has(type.base));
  if (other) refuse(where, `filter '${other.name}': values of type '${other.type.sql}' cannot be compared exactly`);
  const taken = filters.find(({ name }) => parameters.includes(name));
  if (taken) refuse(where, `filter '${taken.name}' has the name of a parameter that every list has`);
  const owner = declared.owner === undefined ? null : named('owner', declared.owner);
  if (declared.path === undefined && (filters.length > 0 || owner)) refuse(where, 'filters and owner want a path');
  if (owner && !isExact(owner)) {
    refuse(where, `owner '${owner.name}' wants an integer, or a char or varchar with a collation that ends in _bin`);
  }
  return { filters, owner };
}

/** Whether only the very same id is equal: a collation that takes `a` for `A` would show one customer what is another's. */
function isExact({ type }: Column): boolean {
  if (type.family === 'integer' || type.family === 'bigint') return type.base !== 'year';
  return isBinaryText(type);
}

/** MariaDB takes names that differ in case alone for one. */
function refuseTwice(where: string, what: string, names: readonly string[]): void {
  const folded = names.map((name) => name.toLowerCase());
  const twice = names.find((_, index) => folded.indexOf(folded[index]!) !== index);
  if (twice !== undefined) refuse(where, `${what} '${twice}' is named twice`);
}

export function refuse(where: string, why: string): never {
  throw new KitError('declaration', `${where}: ${why}`);
}
