import { partitionName } from '../merge/index.ts';
import type { Start } from '../transport/index.ts';
import type { Projection } from './declaration.ts';

/** Topic names as Debezium makes them from `topic.prefix`; source: Debezium MariaDB connector page, "Topic names". */
export interface Topics {
  /** Topic to `database.table`. */
  readonly tables: ReadonlyMap<string, string>;
  readonly transactions: string;
  readonly heartbeats: string;
  /** What repairs have found: one partition, of the kit's own. */
  readonly corrections: string;
  /** Of which tables, added to a running connector, a part alone is in Kafka; there is none where nothing could be added yet. */
  readonly histories: string;
}

export function topicsOf(projection: Projection, prefix: string): Topics {
  return {
    tables: new Map(
      projection.tables.map(({ source }) => [`${prefix}.${source}`.replaceAll(/[^A-Za-z0-9._-]/g, '_'), source]),
    ),
    transactions: `${prefix}.transaction`,
    heartbeats: `__debezium-heartbeat.${prefix}`,
    corrections: `${prefix}.corrections`,
    histories: `${prefix}.histories`,
  };
}

/** Of the partitions that are read, those of tables: `topic/partition` to `database.table`. */
export function tablesByPartition(topics: Topics, starts: readonly Start[]): Map<string, string> {
  return new Map(
    starts.flatMap((start) => {
      const table = topics.tables.get(start.topic);
      return table === undefined ? [] : [[partitionName(start), table] as const];
    }),
  );
}
