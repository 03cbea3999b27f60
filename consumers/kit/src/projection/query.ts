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
import { findingsIn } from './select-text.ts';

/**
 * Which groups a changed row of one table makes dirty: by columns of the row itself (group column: row column); by a SELECT
 * of the group columns from the table `changed`; `'all'`; or `'none'`, for a table that is read for its cascades alone.
 *
 * `changed` has the rows as they were and as they are now, with the columns of the mirror, which has the change already. Tables are
 * changed one after the other: a SELECT that goes on over other tables finds them as they are for both, so each needs a rule of its own.
 */
export type DirtyDeclaration = Readonly<Record<string, string>> | string;

/** The SELECT one would have run on the monolith, kept up to date. */
export interface QueryTableDeclaration extends ReadTableDeclaration {
  /** Names of columns that become dirty together, out of the key. */
  readonly group: readonly string[];
  /** Over the tables in `from`, by the monolith's own names; its columns are those declared, in any order. */
  readonly select: string;
  /** A rule for each table in `from`. */
  readonly dirty: Readonly<Record<string, DirtyDeclaration>>;
}

export interface QueryDeclaration {
  readonly name: string;
  /** The tables that the SELECTs read, named as in the monolith; the kit keeps mirrors of them. */
  readonly from: Readonly<Record<string, MirrorTableDeclaration>>;
  readonly tables: Readonly<Record<string, QueryTableDeclaration>>;
}

/** The table that a rule finds the changed rows in. */
export const changed = 'changed';

export type DirtyRule =
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  | { readonly kind: 'select'; readonly select: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'none' };

export interface QueryTable extends ReadTable {
  readonly select: string;
  readonly group: readonly Column[];
  /** By source table, `database.table`; columns by their names in the source. */
  readonly dirty: ReadonlyMap<string, DirtyRule>;
}

/** Checks the declaration as far as that goes without a database. Throws KitError `declaration` that names the place. */
export function query(declaration: QueryDeclaration): Projection {
  const { name } = declaration;
  const mirrors = mirrorTables({ name, tables: declaration.from });
  if (mirrors.some((mirror) => mirror.name === changed))
    refuse(`${name}.${changed}`, 'a query cannot read a table of this name: rules read the changed rows under it');
  for (const table of mirrors) sameNames(`${name}.${table.name}`, table);
  const queries = Object.entries(declaration.tables).map(([table, declared]) =>
    queryTable(`${name}.${table}`, table, declared, mirrors),
  );
  if (queries.length === 0) refuse(`projection '${name}'`, 'it has no query');
  const names = [...mirrors, ...queries].map((table) => table.name);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice) refuse(`${name}.${twice}`, 'a query wants another name than the tables it reads');
  return { name, tables: mirrors.map((table) => withIndexes(table, queries)), queries, folds: [] };
}

/** The very same SELECT must run on the monolith, or nothing could be proved by it. */
function sameNames(where: string, { name, source, columns }: MirrorTable): void {
  if (source !== `${source.split('.')[0]}.${name}`) refuse(where, `its name must be that of its source, ${source}`);
  const renamed = columns.find((column) => column.name !== column.from);
  if (renamed) refuse(`${where}.${renamed.name}`, 'a table that a query reads keeps its column names');
}

function queryTable(
  where: string,
  name: string,
  declared: QueryTableDeclaration,
  mirrors: readonly MirrorTable[],
): QueryTable {
  const table = readTable(where, name, declared);
  const [finding] = findingsIn(declared.select);
  if (finding) refuse(`${where}.select, line ${finding.line}`, `${finding.what}: ${finding.remedy}`);
  const group = declared.group.map(
    (column) =>
      table.key.find((one) => one.name === column) ?? refuse(where, `group column '${column}' is not of its key`),
  );
  if (group.length === 0) refuse(where, 'it has no group; at the least, its key');
  const stranger = Object.keys(declared.dirty).find((one) => !mirrors.some((mirror) => mirror.name === one));
  if (stranger) refuse(`${where}.dirty`, `'${stranger}' is not among the tables in from`);
  const dirty = mirrors.map((mirror): [string, DirtyRule] => {
    const rule =
      declared.dirty[mirror.name] ??
      refuse(
        `${where}.dirty`,
        `no rule for ${mirror.name}: say which groups a changed row of it makes dirty, or 'all', or leave it out of from`,
      );
    return [mirror.source, dirtyRule(`${where}.dirty.${mirror.name}`, rule, group, mirror)];
  });
  const indexes = group.length < table.key.length && !startsWith(table.key, group) ? [group] : [];
  return {
    ...table,
    indexes: [...table.indexes, ...indexes],
    select: declared.select,
    group,
    dirty: new Map(dirty),
  };
}

function dirtyRule(where: string, rule: DirtyDeclaration, group: readonly Column[], mirror: MirrorTable): DirtyRule {
  const has = (column: string) => mirror.columns.some((one) => one.name === column);
  const known = (column: string) => (has(column) ? column : refuse(where, `${mirror.name} has no column '${column}'`));
  if (rule === 'all') return { kind: 'all' };
  if (rule === 'none') return { kind: 'none' };
  if (typeof rule === 'string') {
    const [finding] = findingsIn(rule);
    if (finding) refuse(`${where}, line ${finding.line}`, `${finding.what}: ${finding.remedy}`);
    return { kind: 'select', select: rule };
  }
  const extra = Object.keys(rule).find((one) => !group.some(({ name }) => name === one));
  if (extra) refuse(where, `'${extra}' is not a group column`);
  return {
    kind: 'columns',
    columns: group.map(({ name }) => known(rule[name] ?? refuse(where, `no column for the group's '${name}'`))),
  };
}

/** What a rule by columns tells is what the SELECT is cut down by when a group is computed anew. */
function withIndexes(table: MirrorTable, queries: readonly QueryTable[]): MirrorTable {
  const indexes = [...table.indexes];
  for (const { dirty } of queries) {
    const rule = dirty.get(table.source)!;
    if (rule.kind !== 'columns') continue;
    const index = rule.columns.map((column) => table.columns.find((one) => one.name === column)!);
    if (![table.key, ...indexes].some((one) => startsWith(one, index))) indexes.push(index);
  }
  return { ...table, indexes };
}

const startsWith = (columns: readonly Column[], first: readonly Column[]): boolean =>
  first.every((column, index) => columns[index] === column);
