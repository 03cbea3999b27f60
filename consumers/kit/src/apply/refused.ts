import { type ChangeEvent, type Correction, fieldOf } from '../change-event/index.ts';
import { KitError } from '../errors.ts';
import { identity } from './coalesce.ts';
import { Writer, type WriterOptions } from './writer.ts';

/** What the read model refuses by itself, and how it says so. */
export interface Refused<T> {
  readonly item: T;
  readonly error: KitError;
}

/**
 * Which of these changes, in order, the read model refuses: each is written by itself into a transaction that is rolled back. First
 * the last ones of their keys, which alone are written when all go together; then all, for what a row did to others before.
 *
 * Null when each can be written: it was something else, or only what an earlier part of the same transaction has left.
 */
export async function refusedChange(
  options: WriterOptions,
  changes: readonly ChangeEvent[],
): Promise<Refused<ChangeEvent> | null> {
  return (await firstOf(options, lastOfKeys(options, changes))) ?? (await firstOf(options, changes));
}

const firstOf = (options: WriterOptions, changes: readonly ChangeEvent[]) =>
  first(options, changes, (writer, change) => writer.write([change]));

/** The same for corrections. */
export const refusedCorrection = <T extends { readonly correction: Correction }>(
  options: WriterOptions,
  corrections: readonly T[],
): Promise<Refused<T> | null> => first(options, corrections, (writer, { correction }) => writer.correct([correction]));

async function first<T>(
  { store, projection, lease, foreignKeys, parked = [] }: WriterOptions,
  items: readonly T[],
  attempt: (writer: Writer, item: T) => Promise<void>,
): Promise<Refused<T> | null> {
  await store.rollback();
  const mirrors = { ...projection, queries: [], folds: [] };
  const writer = new Writer({ store, projection: mirrors, lease, foreignKeys, parked, filled: false });
  for (const item of items) {
    try {
      await attempt(writer, item);
    } catch (thrown) {
      const error = KitError.from(thrown);
      if (error.code !== 'row-refused') throw thrown;
      await store.rollback();
      return isOfTable(error) ? null : { item, error };
    }
  }
  await store.rollback();
  return null;
}

/** A table or a column is not there: that is of no single row. */
const isOfTable = ({ cause }: KitError): boolean =>
  /^(42S|21S)/.test((cause as { sqlState?: string } | undefined)?.sqlState ?? '');

function lastOfKeys({ projection }: WriterOptions, changes: readonly ChangeEvent[]): ChangeEvent[] {
  const keys = new Map(projection.tables.map(({ source, key }) => [source, key.map(({ from }) => from)]));
  const last = new Map<string, Map<string, ChangeEvent>>();
  for (const change of changes) {
    const { table, before, after, operation } = change;
    const ofTable = last.get(table) ?? new Map<string, ChangeEvent>();
    last.set(table, ofTable);
    if (operation === 'truncate') ofTable.clear();
    const row = after ?? before ?? {};
    const values = (keys.get(table) ?? []).map((from) => row[fieldOf(row, from) ?? ''] ?? null);
    ofTable.set(identity(values), change);
  }
  const kept = new Set([...last.values()].flatMap((ofTable) => [...ofTable.values()]));
  return changes.filter((change) => kept.has(change));
}
