import { isText } from './column-types.ts';
import type { ColumnName, Occurrence, Scope, SelectShape } from './select-shape.ts';
import type { SourceColumn, SourceTable } from './source-schema.ts';

/** A table where FROM names it, with its columns. */
export interface Joined {
  readonly occurrence: Occurrence;
  /** The SELECT within the SELECT that names it; null: the SELECT itself. */
  readonly within: Scope | null;
  readonly table: SourceTable;
}

export interface Place {
  readonly joined: Joined;
  readonly column: SourceColumn;
}

/** Two columns that are equal; `optional` as in `Equality`. */
export interface Link {
  readonly left: Place;
  readonly right: Place;
  readonly optional: Joined | null;
  /** The SELECT within the SELECT that says it; null: the SELECT itself. */
  readonly within: Scope | null;
}

/** The tables of a SELECT, with the columns that its names stand for and what it says is equal. */
export class JoinedTables {
  /** Those of its FROM. */
  readonly all: readonly Joined[];
  /** Those of the SELECTs within it. */
  readonly nested: readonly Joined[];
  readonly links: readonly Link[];
  /** Of the SELECTs within it. */
  readonly nestedLinks: readonly Link[];
  /** Columns that have one value, or none. */
  readonly constants: readonly Place[];

  constructor(shape: SelectShape, tables: ReadonlyMap<Occurrence, SourceTable>) {
    const joined = (within: Scope | null) => (occurrence: Occurrence) => ({
      occurrence,
      within,
      table: tables.get(occurrence)!,
    });
    this.all = shape.occurrences.map(joined(null));
    this.nested = shape.nested.flatMap((scope) => scope.occurrences.map(joined(scope)));
    this.links = this.#linksOf(shape, null);
    this.nestedLinks = shape.nested.flatMap((scope) => this.#linksOf(scope, scope));
    this.constants = shape.constants.flatMap(({ column, kind }) => {
      const place = this.place(column);
      // A text that is compared with a number has many equals: '1', '01'.
      return place && isText(place.column.type) === (kind === 'text') ? [place] : [];
    });
  }

  /** Null where the name is none of a table, or of several. Within a SELECT its own tables come first. */
  place(name: ColumnName, within: Scope | null = null): Place | null {
    const own = this.nested.filter((one) => one.within === within && within !== null);
    const found = placesIn(own, name);
    if (found.length > 0 || own.some(({ occurrence }) => name.alias !== null && same(occurrence.alias, name.alias)))
      return found.length === 1 ? found[0]! : null;
    const around = placesIn(this.all, name);
    return around.length === 1 ? around[0]! : null;
  }

  /** The columns that are equal to this one in every row of the answer, and are compared as it is; itself first. */
  equals(place: Place): Place[] {
    const found = [place];
    for (const one of found)
      for (const { left, right, optional } of this.links) {
        if (optional) continue;
        const other = isSame(left, one) ? right : isSame(right, one) ? left : null;
        if (other && isAlike(one.column, other.column) && !found.some((known) => isSame(known, other)))
          found.push(other);
      }
    return found;
  }

  #linksOf(scope: Scope, within: Scope | null): Link[] {
    const own = within === null ? this.all : this.nested.filter((one) => one.within === within);
    const links = scope.equalities.flatMap(({ left, right, optional }) => {
      const [one, other] = [this.place(left, within), this.place(right, within)];
      const whose = optional === null ? null : own.find(({ occurrence }) => occurrence.alias === optional)!;
      return one && other ? [{ left: one, right: other, optional: whose, within }] : [];
    });
    return [...links, ...usingLinks(own, within)];
  }
}

function placesIn(some: readonly Joined[], { alias, column }: ColumnName): Place[] {
  const joined = alias === null ? some : some.filter((one) => same(one.occurrence.alias, alias));
  return joined.flatMap((one) => {
    const known = one.table.columns.find(({ name }) => same(name, column));
    return known ? [{ joined: one, column: known }] : [];
  });
}

/** USING compares with the first table before it that has the column. */
function usingLinks(all: readonly Joined[], within: Scope | null): Link[] {
  return all.flatMap((joined, index) =>
    joined.occurrence.using.flatMap((name) => {
      const find = (one: Joined) => one.table.columns.find((column) => same(column.name, name));
      const before = all.slice(0, index).find((one) => find(one) !== undefined);
      const own = find(joined);
      if (!before || !own) return [];
      const optional = joined.occurrence.isOptional ? joined : null;
      return [{ left: { joined: before, column: find(before)! }, right: { joined, column: own }, optional, within }];
    }),
  );
}

export const isSame = (a: Place, b: Place): boolean => a.joined === b.joined && a.column.name === b.column.name;

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Whether equal values of both are one value in a key: whole numbers of any width, texts under one collation, or the same type. */
export function isAlike(a: SourceColumn, b: SourceColumn): boolean {
  const isWhole = ({ type }: SourceColumn) => /^(tinyint|smallint|mediumint|int|bigint)\b/.test(type);
  if (isWhole(a) && isWhole(b)) return true;
  const isPlainText = ({ type }: SourceColumn) => /^(char|varchar)\b/.test(type);
  if (isPlainText(a) && isPlainText(b)) return a.collation === b.collation;
  return a.type === b.type && (!isText(a.type) || a.collation === b.collation);
}
