import { usage } from '../errors.ts';
import { escaped } from '../terminal/escape.ts';
import { nearNames } from '../terminal/near-names.ts';
import { carriedType, isComparable, isServedKey, isText, looksSecret } from './column-types.ts';
import type { ColumnDraft, Draft, LeftOut, TableDraft } from './draft.ts';
import { identifierOf, pathOf } from './names.ts';
import { type SourceForeignKey, type SourceTable, sourceName } from './source-schema.ts';

/** Mirrors of these tables, and of the parents that their rows go with. Throws CliError `usage` for one that cannot be mirrored. */
export function mirrorDraft(name: string, wanted: readonly SourceTable[], all: readonly SourceTable[]): Draft {
  const paths = new Set<string>();
  const names = new Set<string>();
  const tables: TableDraft[] = [];
  for (const table of wanted) {
    refuseUnkeyed(table);
    const draft = mirrorOf(table, names, pathOf(table.name, paths));
    if (draft.path !== null) paths.add(draft.path);
    names.add(draft.name);
    tables.push(draft);
  }
  for (const { table, why } of cascadingParents(wanted, all)) {
    const draft = parentOf(table, names, why, neededOf(table, all));
    names.add(draft.name);
    tables.push(draft);
  }
  const left = tables.flatMap((table) =>
    table.leftOut.map(({ what, why }) => `${table.source}: ${what} is left out: ${why}`),
  );
  const about = `${wanted.map(({ name }) => name).join(', ')} as they stand in the monolith, row for row.`;
  return { name, about, tables, query: null, notes: [...left, ...tables.flatMap(noteOfKey)] };
}

/** The table of that name, `table` or `database.table`. Throws CliError `usage` that names near ones. */
export function findTable(all: readonly SourceTable[], wanted: string): SourceTable {
  const found =
    all.find((table) => sourceName(table) === wanted || table.name === wanted) ??
    all.find((table) => table.name.toLowerCase() === wanted.toLowerCase());
  if (found) return found;
  const near = nearNames(
    wanted.replace(/^.*\./, ''),
    all.map(({ name }) => name),
  );
  throw usage(
    `the database has no table ${escaped(wanted)}`,
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it has ${all.map(({ name }) => name).join(', ')}`,
  );
}

/** Throws CliError `usage`: rows without a key cannot be told from each other. */
export function refuseUnkeyed(table: SourceTable): void {
  if (table.engine === null)
    throw usage(
      `${sourceName(table)} is a view: the binlog has no rows of it`,
      'name its tables, or give its SELECT: --select',
    );
  if (table.key.length === 0)
    throw usage(
      `${sourceName(table)} has no primary key, so its rows cannot be told from each other`,
      'give it one, or leave it out',
    );
}

interface Parent {
  readonly table: SourceTable;
  readonly why: string;
}

/** Tables that rows of others go with, upward: cascades are not in the binlog. */
export function cascadingParents(
  wanted: readonly SourceTable[],
  all: readonly SourceTable[],
  carries: (child: SourceTable, key: SourceForeignKey) => boolean = () => true,
): Parent[] {
  const known = new Set(wanted.map(sourceName));
  const found: Parent[] = [];
  const look = (child: SourceTable) => {
    for (const key of child.foreignKeys) {
      if (!key.acts || known.has(key.parent) || !(key.deletes || carries(child, key))) continue;
      const table = all.find((one) => sourceName(one) === key.parent);
      if (!table) continue;
      known.add(key.parent);
      const how = key.deletes ? 'go with a row of this one' : 'change with a row of this one';
      found.push({ table, why: `rows of ${child.name} ${how}, which the binlog does not show` });
      look(table);
    }
  };
  for (const table of wanted) look(table);
  return found;
}

/** The columns that a declaration wants of a table beside those that it asks for: of its key, and of foreign keys on both sides. */
export function neededOf(
  table: SourceTable,
  all: readonly SourceTable[],
  asked: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const children = all.flatMap(({ foreignKeys }) =>
    foreignKeys.filter(({ parent, acts }) => acts && parent === sourceName(table)),
  );
  const needed = new Set([...asked, ...table.key, ...children.flatMap(({ parentColumns }) => parentColumns)]);
  const acting = table.foreignKeys.filter(({ acts }) => acts);
  // A key that is carried in part is wanted whole, and may bring in another one.
  for (let size = -1; size < needed.size; ) {
    size = needed.size;
    for (const { deletes, columns } of acting)
      if (deletes || columns.some((name) => needed.has(name))) for (const name of columns) needed.add(name);
  }
  return needed;
}

function mirrorOf(table: SourceTable, names: ReadonlySet<string>, path: string): TableDraft {
  const { columns, leftOut } = columnsOf(table, () => true);
  const filterable = new Set(
    [...table.foreignKeys.flatMap((key) => key.columns), ...table.keys.map((key) => key.columns[0]!)].filter(
      (name) => name !== table.key[0],
    ),
  );
  const filters = columns.filter(
    ({ from, type, name }) => filterable.has(from) && isComparable(type) && !parameters.has(name),
  );
  const key = table.key.map((one) => columns.find(({ from }) => from === one)!);
  const unserved = key.find(({ type }) => !isServedKey(type));
  const place = { name: identifierOf(table.name, names), source: sourceName(table), why: null, columns };
  if (unserved) {
    const why = `a key of type ${unserved.type} (${unserved.name}) cannot be asked by`;
    const served = { path: null, filters: [], indexes: [] };
    return { ...place, ...served, key: key.map(({ name }) => name), leftOut: [...leftOut, { what: 'its path', why }] };
  }
  return {
    ...{ ...place, path, leftOut },
    key: key.map(({ name }) => name),
    filters: filters.map(({ name }) => name),
    indexes: [],
  };
}

/** Every list has parameters of these names. */
export const parameters = new Set(['after', 'limit', 'at-least', 'wait-ms']);

function parentOf(
  table: SourceTable,
  names: ReadonlySet<string>,
  why: string,
  needed: ReadonlySet<string>,
): TableDraft {
  refuseUnkeyed(table);
  const { columns } = columnsOf(table, (name) => needed.has(name));
  return {
    ...{ name: identifierOf(table.name, names), source: sourceName(table), why, path: null, columns, leftOut: [] },
    key: table.key.map((one) => columns.find(({ from }) => from === one)!.name),
    filters: [],
    indexes: [],
  };
}

function columnsOf(table: SourceTable, isWanted: (name: string) => boolean) {
  const columns: ColumnDraft[] = [];
  const leftOut: LeftOut[] = [];
  const compared = new Set([
    ...table.key,
    ...table.keys.map((key) => key.columns[0]!),
    ...table.foreignKeys.flatMap((key) => key.columns),
  ]);
  // What a child loses with its parent is known by these alone.
  const acting = new Set(table.foreignKeys.filter(({ acts }) => acts).flatMap((key) => key.columns));
  const taken = new Set<string>();
  for (const column of table.columns.filter(({ name }) => isWanted(name))) {
    const isKey = table.key.includes(column.name);
    const carried = carriedType(column, compared.has(column.name) && isText(column.type));
    if ('why' in carried) {
      if (isKey) throw usage(`${sourceName(table)}: its key ${column.name}: ${carried.why}`, 'leave the table out');
      leftOut.push({ what: column.name, why: carried.why });
    } else if (looksSecret(column.name) && !isKey && !acting.has(column.name)) {
      leftOut.push({ what: column.name, why: 'by its name it is a secret' });
    } else {
      const name = identifierOf(column.name, taken);
      taken.add(name);
      columns.push({ name, type: carried.type, from: column.name });
    }
  }
  return { columns, leftOut };
}

const noteOfKey = ({ source, key }: TableDraft): string[] =>
  key
    .filter(looksSecret)
    .map((name) => `${source}: ${name} looks like a secret by its name, and is carried: it is of the key`);
