import type { Column } from '../projection/declaration.ts';
import { isBinaryText } from '../projection/sql-type.ts';
import { type ChangeOperation, seenColumns } from '../read-store/index.ts';
import type { LoggedChange } from './change-feed.ts';
import type { Key } from './key.ts';
import type { Condition } from './read-sql.ts';
import type { Filter, ServedTable } from './served-table.ts';

/** What a client is told: the key, to read the row by, and the position at which it is as the change left it. */
export interface ChangeEventBody {
  readonly operation: ChangeOperation;
  /** As it is written in a path; null for `reset`: any row may be another one now. */
  readonly key: string | null;
  readonly position: string;
}

/** Filters that can be compared here as the database compares them: its collations are not known to JavaScript. */
export const followableFilters = ({ filters }: ServedTable): readonly Filter[] =>
  filters.filter(({ column }) => isComparable(column));

function isComparable({ type }: Column): boolean {
  if (type.family === 'integer' || type.family === 'bigint' || type.base === 'enum' || type.base === 'date')
    return true;
  return isBinaryText(type);
}

/**
 * The changes that a client sees. A row that comes into his view is an `upsert`, one that leaves it a `delete`, whatever happened to
 * it in the database; of what is neither before nor after in his view he is told nothing.
 */
export function changeView(served: ServedTable, key: readonly Key[] | null, conditions: readonly Condition[]) {
  const columns = seenColumns(served.table);
  const wanted = conditions.map(({ column, value }) => ({ at: columns.indexOf(column), text: textOf(value) }));
  const isIn = (seen: LoggedChange['before']) =>
    seen?.every((_, at) => wanted.every((one) => one.at !== at || isSame(seen[at]!, one.text))) ?? false;
  const keyTexts = key?.map(textOf);
  return ({ table, operation, key: parts, before, after, position }: LoggedChange): ChangeEventBody | null => {
    if (table !== served.table.name) return null;
    if (operation === 'reset' || parts === null) return { operation: 'reset', key: null, position };
    if (keyTexts && !keyTexts.every((text, at) => isSame(parts[at]!, text))) return null;
    const told = isIn(after) ? 'upsert' : isIn(before) ? 'delete' : null;
    return told && { operation: told, key: served.key.text(parts), position };
  };
}

const textOf = (value: Key): string => (typeof value === 'string' ? value : value.toString('base64'));

/** Blanks at the end do not count, as in MariaDB. */
const isSame = (one: string | null, other: string): boolean =>
  one === other || (one !== null && one.replace(/ +$/, '') === other.replace(/ +$/, ''));
