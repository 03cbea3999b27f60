import type { Projection } from '../projection/index.ts';
import { topicsOf } from '../projection/topics.ts';
import { readerGroups } from '../transport/index.ts';

/** How a service's projector calls itself to Kafka. */
export const clientIdOf = (projection: string): string => `banyan-${projection}`;

export interface KafkaReads {
  readonly topics: readonly string[];
  /** What the names of its consumer groups begin with; nothing is committed in them, and one of the two clients has none. */
  readonly groups: string;
}

/** All that a projector does in Kafka, for who grants it: it reads these topics, in such groups, and writes nothing. */
export function kafkaReads(projection: Projection, prefix: string): KafkaReads {
  const { tables, transactions, heartbeats, corrections, histories } = topicsOf(projection, prefix);
  return {
    topics: [...tables.keys(), transactions, heartbeats, corrections, histories],
    groups: readerGroups(clientIdOf(projection.name)),
  };
}
