import { brokerSettings } from '@banyan/stack';
import { kafkaCluster, listener, replicas } from './bridge.ts';
import { type KubeObject, restricted, spread, strimzi } from './objects.ts';

/** The newest that Strimzi 1.2 has and that KAFKA-20734 does not hold for, which 4.3.0 to 4.4.0 have. */
export const kafkaVersion = '4.2.1';
const minIsr = 2;

/** The cluster: three brokers and three controllers, TLS and SCRAM alone, and nobody may do what no KafkaUser says. */
export function kafka(): KubeObject[] {
  return [cluster(), pool('controller', controllers), pool('broker', brokers)];
}

function cluster(): KubeObject {
  return strimzi(
    'Kafka',
    kafkaCluster,
    { of: 'kafka', component: 'broker' },
    {
      kafka: {
        version: kafkaVersion,
        listeners: [
          {
            ...listener,
            type: 'internal',
            tls: true,
            authentication: { type: 'scram-sha-512' },
            // Strimzi makes a NetworkPolicy of it.
            networkPolicyPeers: [
              ...['project', 'prove', 'apply'].map((component) => ({
                podSelector: {
                  matchLabels: { 'app.kubernetes.io/part-of': 'banyan', 'app.kubernetes.io/component': component },
                },
              })),
              { podSelector: { matchLabels: { 'strimzi.io/kind': 'KafkaConnect' } } },
            ],
          },
        ],
        // A topic that nobody is named for is denied to everybody but the operators.
        authorization: { type: 'simple' },
        rack: { topologyKey: 'topology.kubernetes.io/zone' },
        config: {
          ...brokerSettings,
          'default.replication.factor': replicas,
          'min.insync.replicas': minIsr,
          'offsets.topic.replication.factor': replicas,
          'transaction.state.log.replication.factor': replicas,
          'transaction.state.log.min.isr': minIsr,
          'share.coordinator.state.topic.replication.factor': replicas,
          'share.coordinator.state.topic.min.isr': minIsr,
        },
      },
      entityOperator: {
        topicOperator: { resources: resources('100m', '384Mi') },
        userOperator: { resources: resources('100m', '384Mi') },
        template: {
          topicOperatorContainer: { securityContext: restricted },
          userOperatorContainer: { securityContext: restricted },
        },
      },
    },
  );
}

interface Pool {
  readonly size: string;
  readonly resources: ReturnType<typeof resources>;
  readonly heap: string;
}

// The heap is less than half: Kafka serves from the page cache, which counts as the container's memory.
const brokers: Pool = { size: '100Gi', resources: resources('500m', '4Gi'), heap: '1536m' };
// The cluster's metadata alone: hundreds of partitions, not hundreds of thousands.
const controllers: Pool = { size: '10Gi', resources: resources('200m', '1Gi'), heap: '512m' };

/** Without a limit of CPU: a broker that is held back is taken for dead. */
function resources(cpu: string, memory: string) {
  return { requests: { cpu, memory }, limits: { memory } };
}

function pool(role: 'broker' | 'controller', { size, resources, heap }: Pool): KubeObject {
  // A disk of one node does not come along, and two of three on one node are none of three when it goes.
  const pods = { 'strimzi.io/cluster': kafkaCluster, 'strimzi.io/pool-name': role };
  const volume = { id: 0, type: 'persistent-claim', size, deleteClaim: false, kraftMetadata: 'shared' };
  return strimzi(
    'KafkaNodePool',
    role,
    { of: 'kafka', component: role, cluster: kafkaCluster },
    {
      replicas,
      roles: [role],
      storage: { type: 'jbod', volumes: [volume] },
      resources,
      jvmOptions: { '-Xms': heap, '-Xmx': heap },
      template: {
        pod: {
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { labelSelector: { matchLabels: pods }, topologyKey: 'kubernetes.io/hostname' },
              ],
            },
          },
          topologySpreadConstraints: spread(pods, 'DoNotSchedule'),
        },
        kafkaContainer: { securityContext: restricted },
        initContainer: { securityContext: restricted },
      },
    },
  );
}
