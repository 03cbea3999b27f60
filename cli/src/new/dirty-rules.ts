import type { DirtyDraft } from './draft.ts';
import { isAlike, isSame, type Joined, type JoinedTables, type Link, type Place } from './joined-tables.ts';
import { quotedName } from './names.ts';
import type { KeyColumn } from './query-keys.ts';

export interface Groups {
  /** Names of key columns that become dirty together; none of them in two tables. */
  readonly group: readonly string[];
  readonly rules: readonly DirtyDraft[];
}

/**
 * The groups of a query and a rule for each table. All columns of the group are of one table, the anchor: a rule leads from the
 * changed row to it over tables that are joined by equality, and stops at the first that has what it needs. So it finds the group
 * a row has left too, however many tables one transaction changes: of the changed tables on the way, the one nearest to the
 * anchor has nothing behind it that changed. What cannot be led there is 'all', which is always right.
 */
export function groupsOf(key: readonly KeyColumn[], joined: JoinedTables): Groups {
  const anchors = joined.all.filter(({ occurrence }) => !occurrence.isOptional);
  const held = anchors.map((anchor) => ({ anchor, columns: columnsAt(key, anchor, joined) }));
  const best = held.reduce((one, other) => (other.columns.length > one.columns.length ? other : one), held[0]!);
  const everywhere = [...joined.all, ...joined.nested];
  const tables = [...new Set(everywhere.map(({ table }) => table))];
  if (best === undefined || best.columns.length === 0) {
    const why = 'no column of the key is one of a table';
    const rules = tables.map(({ name }): DirtyDraft => ({ table: name, rule: 'all', why }));
    return { group: key.map(({ item }) => item.name), rules };
  }
  const steps = stepsTo(best.anchor, joined);
  const rules = tables.map(({ name }) => {
    const places = everywhere.filter(({ table }) => table.name === name);
    return ruleOf(name, places, best.columns, steps, joined);
  });
  return { group: best.columns.map(({ item }) => item.name), rules };
}

/** Key columns that this table has itself, or has an equal of. */
const columnsAt = (key: readonly KeyColumn[], at: Joined, joined: JoinedTables): KeyColumn[] =>
  key.filter(({ place }) => placeAt(place, at, joined) !== null);

function placeAt(place: Place | null, at: Joined, joined: JoinedTables): Place | null {
  if (!place) return null;
  const equals = joined.equals(place);
  const found = equals.find((one) => one.joined === at);
  if (found || at.within === null) return found ?? null;
  // Of a SELECT within the SELECT: what it compares with the row around it.
  for (const { left, right, optional, within } of joined.nestedLinks) {
    if (optional || within !== at.within) continue;
    const [own, other] = left.joined === at ? [left, right] : [right, left];
    if (own.joined === at && equals.some((one) => isSame(one, other) && isAlike(one.column, own.column))) return own;
  }
  return null;
}

interface Step {
  /** One nearer to the anchor. */
  readonly to: Joined;
  readonly by: readonly Link[];
}

/** From each table the step towards the anchor, on a shortest way. */
function stepsTo(anchor: Joined, joined: JoinedTables): ReadonlyMap<Joined, Step> {
  const steps = new Map<Joined, Step>();
  const reached = [anchor];
  for (const to of reached)
    for (const from of [...joined.all, ...joined.nested]) {
      if (from === anchor || steps.has(from)) continue;
      // An ON of a LEFT JOIN holds where its table has a row: it leads away from that table, not to it. So does what a SELECT
      // within the SELECT says: it holds for the rows that are found in it.
      const by = [...joined.links, ...joined.nestedLinks].filter(
        ({ left, right, optional, within }) =>
          ((left.joined === from && right.joined === to) || (left.joined === to && right.joined === from)) &&
          (optional === null || optional === from) &&
          within === from.within,
      );
      if (by.length === 0) continue;
      steps.set(from, { to, by });
      reached.push(from);
    }
  return steps;
}

function ruleOf(
  table: string,
  places: readonly Joined[],
  group: readonly KeyColumn[],
  steps: ReadonlyMap<Joined, Step>,
  joined: JoinedTables,
): DirtyDraft {
  const ways = places.map((from) => wayFrom(from, group, steps, joined));
  if (ways.some((way) => way === null)) {
    const why = `no equality of columns leads from ${table} to ${group.map(({ item }) => item.name).join(', ')}`;
    return { table, rule: 'all', why };
  }
  const found = ways as Joined[][];
  const columns = found.map((way) =>
    group.map(({ item, place }) => [item.name, way.length > 1 ? null : placeAt(place, way[0]!, joined)!.column.name]),
  );
  const isOfRow = columns.flat().every(([, column]) => column !== null);
  if (isOfRow && new Set(columns.map((one) => JSON.stringify(one))).size === 1)
    return { table, rule: Object.fromEntries(columns[0]!) as Record<string, string>, why: null };
  const selects = new Set(found.map((one) => selectOf(one, group, steps, joined)));
  return { table, rule: [...selects].join('\nUNION\n'), why: null };
}

/** The tables from the changed one to the first that has the group. */
function wayFrom(
  from: Joined,
  group: readonly KeyColumn[],
  steps: ReadonlyMap<Joined, Step>,
  joined: JoinedTables,
): Joined[] | null {
  const way = [from];
  for (let at = from; !group.every(({ place }) => placeAt(place, at, joined)); ) {
    const step = steps.get(at);
    if (!step) return null;
    at = step.to;
    // Two tables of one name in one rule: that of a SELECT within the SELECT hides the other.
    if (way.some(({ occurrence }) => occurrence.alias === at.occurrence.alias)) return null;
    way.push(at);
  }
  return way;
}

function selectOf(
  way: readonly Joined[],
  group: readonly KeyColumn[],
  steps: ReadonlyMap<Joined, Step>,
  joined: JoinedTables,
): string {
  const last = way.at(-1)!;
  const columns = group.map(({ item, place }) => {
    const text = nameOf(placeAt(place, last, joined)!);
    return text.endsWith(`.${nameInSql(item.name)}`) ? text : `${text} AS ${nameInSql(item.name)}`;
  });
  const joins = way.slice(1).map((to, index) => {
    const on = steps.get(way[index]!)!.by.map(({ left, right }) => {
      const [near, far] = left.joined === to ? [left, right] : [right, left];
      return `${nameOf(near)} = ${nameOf(far)}`;
    });
    return `JOIN ${tableIn(to.table.name, to.occurrence.alias)} ON ${on.join(' AND ')}`;
  });
  const lines = [`SELECT ${columns.join(', ')}`, `FROM changed ${nameInSql(way[0]!.occurrence.alias)}`, ...joins];
  const line = lines.join(' ');
  return line.length <= 95 ? line : lines.join('\n');
}

const tableIn = (table: string, alias: string): string =>
  table === alias ? nameInSql(table) : `${nameInSql(table)} ${nameInSql(alias)}`;

const nameOf = ({ joined, column }: Place): string => `${nameInSql(joined.occurrence.alias)}.${nameInSql(column.name)}`;

/** Quoted where it is no plain word; an upper-case word might be reserved. */
export const nameInSql = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : quotedName(name);

/** Of MariaDB's reserved words those that tables and columns are called; source: https://mariadb.com/kb/en/reserved-words/. */
const reserved = new Set(
  'add all alter and as asc before between both by call case change check collate column condition constraint continue convert create cross current_date current_role current_time current_timestamp current_user cursor databases default delayed delete desc describe distinct div double drop dual each else elseif enclosed end escaped except exists exit explain false fetch float for force foreign from fulltext general grant group having high_priority if ignore in index infile inner inout insert int integer intersect interval into is iterate join key keys kill leading leave left like limit linear lines load lock long loop low_priority match maxvalue mod natural not null numeric offset on optimize option optionally or order out outer outfile over partition precision primary procedure purge range read reads real recursive references regexp release rename repeat replace require restrict return returning revoke right rlike row_number rows schema schemas select sensitive separator set show signal slow spatial specific sql starting straight_join table terminated then to trailing trigger true undo union unique unlock unsigned update usage use using utc_date utc_time values varying when where while window with write xor year_month zerofill changed'.split(
    ' ',
  ),
);
