import { connectCluster, kafkaCluster, listener } from './bridge.ts';
import { type KubeObject, labelsOf } from './objects.ts';

const kafkaPods = { podSelector: { matchLabels: { 'strimzi.io/cluster': kafkaCluster } } };
const tcp = (...ports: (number | string)[]) => ports.map((port) => ({ protocol: 'TCP', port }));
const toKafka = { to: [kafkaPods], ports: tcp(listener.port) };
const toRegistry = {
  to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'registry' } } }],
  ports: tcp(8080),
};
const toNames = { ports: [...tcp(53), { protocol: 'UDP', port: 53 }] };
// The API server is no pod, and its address is the cluster's business.
const toApiServer = { ports: tcp(443, 6443) };
// Narrow it to the source's address in the overlay.
const toSource = { ports: tcp(3306) };

/** The ways out that Strimzi's pods and those who read Kafka need where nothing is open by default; the ways in are Strimzi's own policies. */
export function ways(): KubeObject[] {
  const members = { 'strimzi.io/cluster': kafkaCluster };
  const workers = { 'strimzi.io/cluster': connectCluster };
  const between = { to: [kafkaPods], ports: tcp(9090, 9091, listener.port) };
  const betweenWorkers = { to: [{ podSelector: { matchLabels: workers } }], ports: tcp(8083) };
  return [
    wayOut('strimzi-kafka', 'kafka', members, [between, toNames, toApiServer]),
    wayOut('strimzi-connect', 'connect', workers, [
      toKafka,
      toRegistry,
      toSource,
      betweenWorkers,
      toNames,
      toApiServer,
    ]),
    ...['project', 'prove'].map((component) =>
      wayOut(
        `${component}-to-strimzi`,
        'kafka',
        { 'app.kubernetes.io/part-of': 'banyan', 'app.kubernetes.io/component': component },
        [toKafka],
      ),
    ),
  ];
}

function wayOut(name: string, of: string, pods: Record<string, string>, egress: readonly object[]): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, labels: labelsOf({ of, component: 'way' }) },
    spec: { podSelector: { matchLabels: pods }, policyTypes: ['Egress'], egress },
  };
}
