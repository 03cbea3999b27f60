import type { Connection } from 'mysql2/promise';
import { usage } from '../errors.ts';
import { carriedType, isComparable, isServedKey, looksSecret } from './column-types.ts';
import { groupsOf } from './dirty-rules.ts';
import type { Draft, QueryDraft, TableDraft } from './draft.ts';
import { type DirtyRuleSet, everythingDirty } from './everything-dirty.ts';
import { isSame, JoinedTables } from './joined-tables.ts';
import { cascadingParents, findTable, neededOf, parameters, refuseUnkeyed } from './mirror-draft.ts';
import { pathOf } from './names.ts';
import { type KeyColumn, keyOf } from './query-keys.ts';
import { type ResultColumn, resultTypes } from './result-types.ts';
import { type Occurrence, readSelect, type SelectShape } from './select-shape.ts';
import { type SourceForeignKey, type SourceTable, sourceName } from './source-schema.ts';
import { columnsIn, tablesNamedIn } from './used-columns.ts';

export interface QueryInput {
  readonly name: string;
  /** Without a semicolon at its end. */
  readonly select: string;
  readonly database: string;
  readonly all: readonly SourceTable[];
  readonly source: Connection;
}

/**
 * A query from its SELECT: the tables and columns it reads, its key, its groups, and a rule for each table. What cannot be worked
 * out is 'all', with the reason. Throws CliError `usage` where nothing right can be written: no key, a key that may be NULL.
 */
export async function queryDraft({ name, select, database, all, source }: QueryInput): Promise<Draft> {
  const shape = readSelect(select);
  const told = await resultTypes(source, database, select, all);
  const isRead = !('unread' in shape);
  const tables = isRead ? tablesOf(shape, all) : null;
  const used = tables ? [...new Set(tables.values())] : tablesNamedIn(select, all);
  for (const table of used) refuseUnkeyed(table);
  const { key, rules } = isRead
    ? workedOut(shape, tables!)
    : everythingDirty(shape.unread, told, used, keySaidIn(select));
  const results = isRead ? exactly(told, shape, new JoinedTables(shape, tables!)) : told;
  const types = new Map(results.map((column) => [column.name, column.type]));
  const unserved = key.find((one) => !isServedKey(types.get(one) ?? ''));
  const query: QueryDraft = {
    ...{
      name: tableNameOf(name),
      path: unserved === undefined ? pathOf(name) : null,
      key,
      group: rules.group,
      select,
      dirty: rules.rules,
    },
    columns: results.map((column) => ({ ...column, from: column.name })),
    filters:
      unserved !== undefined
        ? []
        : key.slice(1).filter((one) => isComparable(types.get(one) ?? '') && !parameters.has(one)),
  };
  const indexes = isRead ? indexesOf(new JoinedTables(shape, tables!)) : new Map<string, string[][]>();
  const usedColumns = new Map(used.map((table) => [sourceName(table), columnsIn(select, table, used, shape)]));
  const carried = (table: SourceTable) => neededOf(table, all, usedColumns.get(sourceName(table)));
  const mirrors = used.map((table) => {
    return fromTable(table, carried(table), null, indexes.get(sourceName(table)) ?? []);
  });
  const carries = (child: SourceTable, one: SourceForeignKey) =>
    one.columns.some((column) => carried(child).has(column));
  const parents = cascadingParents(used, all, carries);
  const more = parents.map(({ table, why }) => fromTable(table, carried(table), why, []));
  const dirty = [...query.dirty, ...parents.map(({ table }) => ({ table: table.name, rule: 'none', why: null }))];
  const secrets = [...mirrors, ...more].flatMap((table) =>
    table.columns
      .filter((column) => looksSecret(column.name))
      .map((column) => `${table.source}: ${column.name} looks like a secret by its name, and the SELECT reads it`),
  );
  const unknown = query.dirty.flatMap(({ table, why }) =>
    why ? [`${table}: every group becomes dirty with each change of it: ${why}`] : [],
  );
  const paths =
    unserved === undefined
      ? []
      : [
          `it has no path: a key of type ${types.get(unserved)} (${unserved}) cannot be asked by; select and group by CAST(… AS CHAR) for one`,
        ];
  const about = `${query.columns.map((column) => column.name).join(', ')}: what its SELECT gives, kept up to date.`;
  return {
    name,
    about,
    tables: [...mirrors, ...more],
    query: { ...query, dirty },
    notes: [...paths, ...unknown, ...secrets],
  };
}

/** A column of a table has the type it has there; of one that is grouped the server tells less. */
function exactly(told: readonly ResultColumn[], { items }: SelectShape, joined: JoinedTables): ResultColumn[] {
  return told.map((one, index) => {
    const column = items[index]?.column ?? null;
    const place = column && joined.place(column);
    const carried = place && carriedType(place.column, true);
    if (!carried || !('type' in carried)) return one;
    // What went through a temporary table is not filled with zeros any more.
    const isFilled = /zerofill/.test(one.type);
    return { ...one, type: isFilled ? carried.type : carried.type.replace(/ zerofill/, '') };
  });
}

/** `-- key: a, b` */
const keySaidIn = (select: string): string[] =>
  (/^\s*--\s*key:\s*(.+)$/m.exec(select)?.[1] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

const tableNameOf = (service: string): string => service.replaceAll('-', '_');

function tablesOf(shape: SelectShape, all: readonly SourceTable[]): Map<Occurrence, SourceTable> {
  return new Map(
    [...shape.occurrences, ...shape.nested.flatMap(({ occurrences }) => occurrences)].map((one) => {
      if (one.database !== null)
        throw usage(
          `the SELECT names ${one.database}.${one.table}; in the read model there is no database of that name`,
          `write ${one.table}, and name the database by --database`,
        );
      return [one, findTable(all, one.table)];
    }),
  );
}

function workedOut(shape: SelectShape, tables: ReadonlyMap<Occurrence, SourceTable>): DirtyRuleSet {
  const joined = new JoinedTables(shape, tables);
  const key = keyOf(shape, joined);
  if ('why' in key) throw usage(`the SELECT has no key: ${key.why}`);
  for (const column of key) refuseNull(column, shape, joined);
  return { key: key.map(({ item }) => item.name), rules: groupsOf(key, joined) };
}

/** A key has no NULL: the projector would stop at the first row with one. */
function refuseNull({ item, place }: KeyColumn, shape: SelectShape, joined: JoinedTables): void {
  if (!place) return;
  const isTold = shape.notNull.some((name) => {
    const one = joined.place(name);
    return one !== null && isSame(one, place);
  });
  const isJoined = joined.links.some(
    ({ left, right, optional }) => optional === null && (isSame(left, place) || isSame(right, place)),
  );
  const mayBeNull = place.column.isNullable || place.joined.occurrence.isOptional;
  if (mayBeNull && !isTold && !isJoined)
    throw usage(
      `${item.text} is of the key, and may be NULL`,
      `write WHERE ${item.text} IS NOT NULL, or COALESCE(${item.text}, …) AS ${item.name}`,
    );
}

function fromTable(
  table: SourceTable,
  needed: ReadonlySet<string>,
  why: string | null,
  indexes: readonly (readonly string[])[],
): TableDraft {
  const columns = table.columns
    .filter(({ name }) => needed.has(name) || table.key.includes(name))
    .map((column) => {
      const carried = carriedType(column, true);
      if ('why' in carried) throw usage(`the SELECT reads ${column.name} of ${table.name}: ${carried.why}`);
      return { name: column.name, type: carried.type, from: column.name };
    });
  return {
    ...{
      name: table.name,
      source: sourceName(table),
      why,
      key: table.key,
      path: null,
      filters: [],
      leftOut: [],
      columns,
    },
    indexes,
  };
}

/** By what tables are joined, each table's columns of one join together, where no key begins with them. */
function indexesOf(joined: JoinedTables): ReadonlyMap<string, string[][]> {
  const found = new Map<string, string[][]>();
  const everywhere = [...joined.all, ...joined.nested];
  for (const one of everywhere)
    for (const other of everywhere.filter((another) => another !== one)) {
      const sides = [...joined.links, ...joined.nestedLinks].flatMap(({ left, right }) =>
        left.joined === one && right.joined === other
          ? [left]
          : right.joined === one && left.joined === other
            ? [right]
            : [],
      );
      const columns = [
        ...new Set(sides.filter(({ column }) => isComparable(column.type)).map(({ column }) => column.name)),
      ];
      const source = sourceName(one.table);
      const known = [one.table.key, ...(found.get(source) ?? [])];
      const isThere = known.some((index) => columns.every((column) => index.slice(0, columns.length).includes(column)));
      if (columns.length > 0 && !isThere) found.set(source, [...(found.get(source) ?? []), columns]);
    }
  return found;
}
