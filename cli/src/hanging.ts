import type { OpenTransaction } from '@banyan/kit/transport';

/** What a worker keeps of its own and writes in transactions: its `config.storage.topic` and `offset.storage.topic`. */
const connectTopics: readonly string[] = ['connect-configs', 'connect-offsets'];

/** The topics of a connector and of its worker: held back, they stop the one, the other, or who reads. */
export const topicsOf = (prefix: string) => (topic: string) =>
  connectTopics.includes(topic) || topic.startsWith(`${prefix}.`) || topic === `__debezium-heartbeat.${prefix}`;

export const hangingCode = 'transaction-hanging';

/** What holds a topic back, and whom. */
export function hangingText({ topic, partition, startOffset, producerId, lastWrittenMs }: OpenTransaction): string {
  const written = new Date(lastWrittenMs).toISOString();
  return `${topic}/${partition} is held back at offset ${startOffset} by a transaction that Kafka has forgotten (producer ${producerId}, last written ${written}): nobody can end it, and whoever reads what is committed waits there for ever`;
}

/** For programs. */
export const shownHanging = ({ topic, partition, startOffset, producerId, lastWrittenMs }: OpenTransaction) => ({
  topic,
  partition,
  startOffset: String(startOffset),
  producerId: String(producerId),
  lastWritten: new Date(lastWrittenMs).toISOString(),
});
