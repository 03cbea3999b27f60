import type { SourceOffset } from '../rest/types.ts';

/**
 * How far a committed offset of Debezium's binlog connectors (MariaDB, MySQL) shows the connector to be. Observed on 3.5:
 *
 * - `none`: nothing committed. A snapshot of empty tables commits nothing either.
 * - `snapshot`: `snapshot: "INITIAL"`, the initial snapshot is under way. `"BLOCKING"`, an ad-hoc one that halts streaming.
 * - `snapshot-done`: neither `snapshot` nor `server_id`. The last record of the snapshot drops the marker.
 * - `binlog-read`: `server_id` is there, which comes from the header of a binlog event, so one was read. It stays there beside
 *   `snapshot: "INCREMENTAL"`, since an incremental snapshot does not halt streaming.
 *
 * An offset tells of the time it was committed: a connector that streamed yesterday and cannot reach its database today
 * shows `binlog-read` and RUNNING.
 */
export type Evidence = 'none' | 'snapshot' | 'snapshot-done' | 'binlog-read';

/** What a committed offset is evidence of (`client.offsets(name)`); undefined and null, where there is none, are of `none`. */
export function evidenceIn(offset: SourceOffset['offset'] | undefined): Evidence {
  if (offset === null || offset === undefined || Object.keys(offset).length === 0) return 'none';
  if (snapshotHaltsStreaming(offset.snapshot)) return 'snapshot';
  return offset.server_id === undefined || offset.server_id === null ? 'snapshot-done' : 'binlog-read';
}

/** `bin.000001:1353`, or an empty text for an offset without a binlog position. */
export function binlogPosition(offset: SourceOffset['offset'] | undefined): string {
  return typeof offset?.file === 'string' && offset.file !== '' ? `${offset.file}:${offset.pos}` : '';
}

/**
 * The offset of the partition this configuration works on: after a change of `topic.prefix` the former one's stays in the
 * list. Without a known prefix, the only entry there is.
 */
export function offsetFor(offsets: readonly SourceOffset[], topicPrefix: string | undefined): SourceOffset | undefined {
  if (topicPrefix === undefined) return offsets.length === 1 ? offsets[0] : undefined;
  return offsets.find(({ partition }) => partition.server === topicPrefix);
}

/** Debezium before 2.7 wrote `true` for an initial snapshot; an offset of that age may still be the one committed. */
function snapshotHaltsStreaming(marker: unknown): boolean {
  return marker === true || /^(true|initial|blocking)$/i.test(String(marker));
}
