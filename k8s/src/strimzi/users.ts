import type { Service } from '@banyan/cli';
import { type Capture, historiesOf } from '@banyan/connectors';
import { kafkaReads } from '@banyan/kit';
import { connectCluster, kafkaCluster, kafkaUserOf, schemaHistoryOf, topicPrefix } from './bridge.ts';
import { type KubeObject, strimzi } from './objects.ts';
import { workerTopics } from './topics.ts';

export interface Acl {
  readonly resource: {
    readonly type: 'topic' | 'group' | 'transactionalId';
    readonly name: string;
    readonly patternType: 'literal' | 'prefix';
  };
  readonly operations: readonly ('Create' | 'Describe' | 'DescribeConfigs' | 'Read' | 'Write')[];
}

type Resource = Acl['resource'];
const topic = (name: string): Resource => ({ type: 'topic', name, patternType: 'literal' });
const grant = (resource: Resource, ...operations: Acl['operations']): Acl => ({ resource, operations });

/** A service's projector reads the topics of its own tables and those that all need; it writes nothing, and has no other's groups. */
export function serviceUser({ name, projection }: Service): KubeObject {
  const { topics, groups } = kafkaReads(projection, topicPrefix);
  return user(kafkaUserOf(name), name, 'project', [
    ...topics.map((one) => grant(topic(one), 'Describe', 'Read')),
    grant({ type: 'group', name: groups, patternType: 'prefix' }, 'Describe', 'Read'),
  ]);
}

/**
 * The Connect worker: writes what it captures, in transactions, and keeps its own topics. Sources: KIP-618, "ACLs"; of Debezium's
 * KafkaSchemaHistory the class itself: it reads the topic as a group that is called after the prefix, and looks at its settings.
 */
export function connectUser(capture: Capture): KubeObject {
  const own = [...Object.values(workerTopics), schemaHistoryOf(capture)];
  const written = capture.topics.map((one) => one.topic).filter((one) => !isOurs(capture, one));
  const transactions = (name: string, patternType: 'literal' | 'prefix') =>
    grant({ type: 'transactionalId', name, patternType }, 'Describe', 'Write');
  return user(kafkaUserOf('connect'), 'connect', 'worker', [
    ...written.map((one) => grant(topic(one), 'Describe', 'Write')),
    ...own.map((one) => grant(topic(one), 'Describe', 'DescribeConfigs', 'Read', 'Write')),
    ...[connectCluster, `${capture.name}-schemahistory`].map((name) =>
      grant({ type: 'group', name, patternType: 'literal' }, 'Describe', 'Read'),
    ),
    transactions(`connect-cluster-${connectCluster}`, 'literal'),
    transactions(`${connectCluster}-${capture.name}-`, 'prefix'),
  ]);
}

/** The job of `banyan` that makes the capture's topics where no KafkaTopic does: it may make these, and look at them. */
export function topicJobUser(capture: Capture): KubeObject {
  const acls = capture.topics.map((one) => grant(topic(one.topic), 'Create', 'Describe'));
  return user(kafkaUserOf('connector'), 'connector', 'apply', acls);
}

/** `banyan repair` alone writes corrections, and `banyan connector apply` histories. */
const isOurs = ({ name }: Capture, topic: string): boolean =>
  [`${name}.corrections`, historiesOf(name)].includes(topic);

function user(name: string, of: string, component: string, acls: readonly Acl[]): KubeObject {
  return strimzi(
    'KafkaUser',
    name,
    { of, component, cluster: kafkaCluster },
    { authentication: { type: 'scram-sha-512' }, authorization: { type: 'simple', acls } },
  );
}
