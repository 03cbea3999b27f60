import type { Capture, CaptureTopic } from '@banyan/connectors';
import { connectCluster, kafkaCluster, replicas, schemaHistoryOf } from './bridge.ts';
import { type KubeObject, strimzi } from './objects.ts';

/** The worker's own; it may make none, so they are all here. */
export const workerTopics = {
  configs: `${connectCluster}-configs`,
  offsets: `${connectCluster}-offsets`,
  status: `${connectCluster}-status`,
} as const;

/** Every topic there is: those of the capture, the schema history, the worker's own. Throws when two would be one object. */
export function topics(capture: Capture): KubeObject[] {
  const forever = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };
  const one = (topic: string, config: CaptureTopic['config']): CaptureTopic => ({
    topic,
    partitions: 1,
    replicationFactor: replicas,
    config,
  });
  const all = [
    ...capture.topics,
    one(schemaHistoryOf(capture), forever),
    ...Object.values(workerTopics).map((topic) => one(topic, { 'cleanup.policy': 'compact' })),
  ];
  const named = Map.groupBy(all, ({ topic }) => objectName(topic));
  for (const [name, same] of named)
    if (same.length > 1)
      throw new Error(
        `topics ${same.map(({ topic }) => topic).join(', ')} would all be the KafkaTopic ${name}; rename one`,
      );
  return all.map(kafkaTopic).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function kafkaTopic({ topic, partitions, replicationFactor, config }: CaptureTopic): KubeObject {
  return strimzi(
    'KafkaTopic',
    objectName(topic),
    { of: 'kafka', component: 'topic', cluster: kafkaCluster },
    { topicName: topic, partitions, replicas: replicationFactor, config: { ...config } },
  );
}

/** An object's name has small letters, digits, `-` and `.`, and begins and ends with a letter or a digit (RFC 1123). */
function objectName(topic: string): string {
  return topic
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
}
