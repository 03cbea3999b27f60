import type { SourceOffset } from '../rest/types.ts';

/** An incremental snapshot under way. `tables` are still to be read to their ends, `database.table` each; the first is being read. */
export type IncrementalSnapshot = { readonly tables: readonly string[] };

const COLLECTIONS = 'incremental_snapshot_collections';

/**
 * The incremental snapshot that a committed offset is of (`client.offsets(name)`); undefined when there is none: not begun, or
 * done. An offset is committed every `offset.flush.interval.ms` of the worker, so both are seen that late.
 */
export function incrementalSnapshotIn(offset: SourceOffset['offset'] | undefined): IncrementalSnapshot | undefined {
  const tables = tablesIn(offset?.[COLLECTIONS]);
  return tables.length === 0 ? undefined : { tables };
}

/** A list in JSON, each entry with an id: AbstractIncrementalSnapshotContext of Debezium 3.5. */
function tablesIn(text: unknown): string[] {
  try {
    const entries: unknown = typeof text === 'string' ? JSON.parse(text) : [];
    const ids = Array.isArray(entries) ? entries.map((entry) => entry?.[`${COLLECTIONS}_id`]) : [];
    return ids.filter((id) => typeof id === 'string');
  } catch {
    return [];
  }
}
