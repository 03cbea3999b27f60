import { isSame, type Joined, type JoinedTables, type Place } from './joined-tables.ts';
import type { Item, SelectShape } from './select-shape.ts';

export interface KeyColumn {
  readonly item: Item;
  /** Null: computed. */
  readonly place: Place | null;
}

/** The columns of the answer that tell its rows from each other, as few as it takes; or why there are none. */
export function keyOf(shape: SelectShape, joined: JoinedTables): KeyColumn[] | { readonly why: string } {
  const placed = shape.items.map((item): KeyColumn => ({ item, place: item.column && joined.place(item.column) }));
  if (shape.grouped === null && shape.hasAggregates)
    return { why: 'it gives one row for all there is, which no column tells from another; write GROUP BY' };
  const wanted = shape.grouped ?? (shape.isDistinct ? shape.items.map(({ text }) => text) : null);
  if (wanted === null) return ofRows(placed, joined);
  const key: KeyColumn[] = [];
  for (const text of wanted) {
    const found = placed.find(
      ({ item }, index) => sameText(item.text, text) || item.name === text || text === String(index + 1),
    );
    if (!found) return { why: `it groups by ${text} and does not select it; select it too` };
    key.push(found);
  }
  return fewest(key, (some) => {
    const known = closure(some, joined);
    return key.every(
      ({ item, place }) => some.some((one) => one.item === item) || (place !== null && known.has(place)),
    );
  });
}

/** Without GROUP BY a row of the answer is one row of each table. */
function ofRows(placed: readonly KeyColumn[], joined: JoinedTables): KeyColumn[] | { readonly why: string } {
  const candidates = placed.filter(({ place }) => place !== null && !place.joined.occurrence.isOptional);
  const missing = (some: readonly KeyColumn[]) => {
    const known = closure(some, joined);
    return joined.all.find((one) => !isKnown(one, known));
  };
  const first = missing(candidates);
  if (first) {
    const { alias } = first.occurrence;
    const key = first.table.key.map((column) => `${alias}.${column}`).join(', ');
    return { why: `nothing that it selects tells one row of ${alias} from another; select ${key || 'what does'} too` };
  }
  return fewest(candidates, (some) => missing(some) === undefined);
}

/** Leaves out what the others tell already, the last ones first. */
function fewest(all: readonly KeyColumn[], isEnough: (some: readonly KeyColumn[]) => boolean): KeyColumn[] {
  let some = [...all];
  for (const one of [...all].reverse()) {
    const fewer = some.filter((other) => other !== one);
    if (fewer.length > 0 && isEnough(fewer)) some = fewer;
  }
  return some;
}

interface Known {
  has(place: Place): boolean;
}

/** The columns that are told by these: by what is equal, and by the key of a table all columns of its row. */
function closure(some: readonly KeyColumn[], joined: JoinedTables): Known {
  const found: Place[] = [...joined.constants, ...some.flatMap(({ place }) => (place ? [place] : []))];
  const has = (place: Place) => found.some((one) => isSame(one, place));
  const add = (place: Place) => !has(place) && found.push(place) > 0;
  for (let grew = true; grew; ) {
    grew = false;
    for (const { left, right, optional } of joined.links) {
      // What an optional table is joined by tells its row, or that there is none; not the other way round.
      if (has(left) && optional !== left.joined && add(right)) grew = true;
      if (has(right) && optional !== right.joined && add(left)) grew = true;
    }
    for (const one of joined.all) {
      if (!isKnown(one, { has })) continue;
      for (const column of one.table.columns) if (add({ joined: one, column })) grew = true;
    }
  }
  return { has };
}

/** Whether a unique key of it, none of whose columns may be NULL, is known. */
function isKnown(joined: Joined, known: Known): boolean {
  const { table } = joined;
  const column = (name: string) => table.columns.find((one) => one.name === name)!;
  return table.keys.some(
    ({ columns, isUnique }) =>
      isUnique && columns.every((name) => !column(name).isNullable && known.has({ joined, column: column(name) })),
  );
}

const sameText = (a: string, b: string): boolean => a.replaceAll(/[\s`]+/g, '') === b.replaceAll(/[\s`]+/g, '');
