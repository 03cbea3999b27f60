import type { Capture } from '@banyan/connectors';
import { workerSettings } from '@banyan/stack';
import { bootstrap, clusterCa, connectCluster, kafkaUserOf, mounts } from './bridge.ts';
import { kafkaVersion } from './kafka.ts';
import { type KubeObject, labelsOf, restricted, spread, strimzi } from './objects.ts';
import { workerTopics } from './topics.ts';

const provider = 'config.providers';
const worker = { of: 'connect', component: 'worker' };
const metrics = { name: 'connect-metrics', key: 'metrics-config.yml' } as const;

/** The worker and its connector. */
export function connect(capture: Capture): KubeObject[] {
  return [connectWorker(capture), kafkaConnector(capture), metricsRules()];
}

/**
 * An image of ours, not `build`: our converter is on no Maven repository, and a build would want a registry's password and a pod
 * that may build images in the cluster, to end up with something that nobody has tested.
 */
function connectWorker(capture: Capture): KubeObject {
  const pods = { 'strimzi.io/cluster': connectCluster, 'strimzi.io/kind': 'KafkaConnect' };
  // Without it no KafkaConnector would be looked at; with it, what somebody puts by REST is undone.
  const annotations = { 'strimzi.io/use-connector-resources': 'true' };
  return strimzi(
    'KafkaConnect',
    connectCluster,
    { ...worker, annotations },
    {
      version: kafkaVersion,
      image: 'registry.example/banyan/connect-strimzi:0.1.0',
      // There is one task; the second worker takes it over.
      replicas: 2,
      bootstrapServers: bootstrap,
      groupId: connectCluster,
      configStorageTopic: workerTopics.configs,
      offsetStorageTopic: workerTopics.offsets,
      statusStorageTopic: workerTopics.status,
      tls: { trustedCertificates: [{ secretName: clusterCa.secret, certificate: clusterCa.key }] },
      authentication: {
        type: 'scram-sha-512',
        username: kafkaUserOf('connect'),
        passwordSecret: { secretName: kafkaUserOf('connect'), password: 'password' },
      },
      config: workerConfig(capture),
      rack: { topologyKey: 'topology.kubernetes.io/zone' },
      // A batch of the largest changes is held several times over, in Debezium's queue and the producer's buffer.
      resources: { requests: { cpu: '500m', memory: '2Gi' }, limits: { memory: '2Gi' } },
      jvmOptions: { '-Xms': '1280m', '-Xmx': '1280m' },
      metricsConfig: { type: 'jmxPrometheusExporter', valueFrom: { configMapKeyRef: metrics } },
      template: {
        pod: {
          // The registry and the source let workers in.
          metadata: { labels: { 'app.kubernetes.io/component': 'worker' } },
          topologySpreadConstraints: spread(pods, 'ScheduleAnyway'),
          volumes: [
            secretVolume('source-db-capture', 'source-db-capture', 'password'),
            secretVolume('connect-kafka', kafkaUserOf('connect'), 'sasl.jaas.config'),
            secretVolume('kafka-ca', clusterCa.secret, clusterCa.key),
          ],
        },
        connectContainer: {
          securityContext: restricted,
          volumeMounts: [
            { name: 'source-db-capture', mountPath: mounts.captureUser, readOnly: true },
            { name: 'connect-kafka', mountPath: mounts.kafkaUser, readOnly: true },
            { name: 'kafka-ca', mountPath: mounts.clusterCa, readOnly: true },
          ],
        },
        initContainer: { securityContext: restricted },
      },
    },
  );
}

function workerConfig({ config }: Capture): Record<string, unknown> {
  const override = 'producer.override.';
  const overridden = Object.keys(config).flatMap((key) =>
    key.startsWith(override) ? [key.slice(override.length)] : [],
  );
  return {
    ...workerSettings,
    [provider]: 'directory',
    [`${provider}.directory.class`]: 'org.apache.kafka.common.config.provider.DirectoryConfigProvider',
    // What a connector may refer to: whoever can make one would read the worker's other files else.
    [`${provider}.directory.param.allowed.paths`]: [mounts.captureUser, mounts.kafkaUser].join(','),
    // What our connector asks for, and nothing else: a login module of somebody's choice is a way in (CVE-2023-25194).
    'connector.client.config.override.policy': 'Allowlist',
    'connector.client.config.override.allowlist': overridden.sort().join(','),
  };
}

const secretVolume = (name: string, secretName: string, key: string) => ({
  name,
  secret: { secretName, items: [{ key, path: key }] },
});

/** The very configuration that `capture` gives; its class and number of tasks have fields of their own. */
export function kafkaConnector({ name, config }: Capture): KubeObject {
  const { 'connector.class': connectorClass, 'tasks.max': tasksMax, ...rest } = config;
  return strimzi(
    'KafkaConnector',
    name,
    { of: 'connector', component: 'apply', cluster: connectCluster },
    {
      class: connectorClass,
      tasksMax: Number(tasksMax),
      // After 0, 2, 6, 12 minutes and so on: what has failed for a passing reason heals, and the alert tells the rest.
      autoRestart: { enabled: true },
      config: Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  );
}

/** What the JMX exporter shows of the worker; source of the names: Kafka's documentation, "Connect Monitoring"; Debezium's, "Monitoring". */
function metricsRules(): KubeObject {
  const text = `lowercaseOutputName: true
rules:
  - pattern: 'kafka.connect<type=connect-worker-metrics, connector=(.+)><>connector-(failed|running|total)-task-count'
    name: kafka_connect_worker_connector_$2_task_count
    labels:
      connector: $1
    type: GAUGE
  - pattern: 'debezium.mariadb<type=connector-metrics, context=(streaming|snapshot), server=(.+)><>(Connected|SnapshotRunning|MilliSecondsBehindSource|MilliSecondsSinceLastEvent|QueueRemainingCapacity)'
    name: debezium_mariadb_$1_$3
    labels:
      connector: $2
    type: GAUGE
`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: metrics.name, labels: labelsOf(worker) },
    data: { [metrics.key]: text },
  };
}
