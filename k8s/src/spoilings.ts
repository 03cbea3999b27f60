import { scaledObject } from './keda/scaled-objects.ts';
import type { Manifest } from './manifests.ts';

// biome-ignore lint/suspicious/noExplicitAny: it is spoiled
type Spoiled = any;

/** A mistake that somebody makes in a manifest one day, and who is to notice it, with which words. */
export interface Spoiling {
  readonly name: string;
  readonly spoil: (objects: Spoiled[]) => void;
  readonly refusedBy: 'rules' | 'server';
  readonly says: string;
}

const find = (objects: Spoiled[], kind: string, name: string): Spoiled => {
  const found = objects.find((one: Manifest) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name} to spoil`);
  return found;
};
const pod = (objects: Spoiled[], name: string, kind = 'Deployment') => find(objects, kind, name).spec.template.spec;
const container = (objects: Spoiled[], name: string, kind?: string) => pod(objects, name, kind).containers[0];
const facadeMap = (objects: Spoiled[]): Spoiled =>
  objects.find((one: Manifest) => one.kind === 'ConfigMap' && /^facade-/.test(one.metadata.name));
const without = (objects: Spoiled[], kind: string, name: string) =>
  objects.splice(objects.indexOf(find(objects, kind, name)), 1);

export const spoilings: readonly Spoiling[] = [
  {
    name: 'a misspelt field',
    spoil: (all) => Object.assign(container(all, 'accounts-serve'), { readynessProbe: {} }),
    refusedBy: 'server',
    says: '.readynessProbe: field not declared in schema',
  },
  {
    name: "a selector that is not the pods'",
    spoil: (all) => {
      find(all, 'Deployment', 'connect').spec.selector.matchLabels['app.kubernetes.io/name'] = 'conect';
    },
    refusedBy: 'server',
    says: '`selector` does not match template `labels`',
  },
  {
    name: 'a Service that selects no pod',
    spoil: (all) => {
      find(all, 'Service', 'accounts-api').spec.selector['app.kubernetes.io/name'] = 'account';
    },
    refusedBy: 'rules',
    says: 'selector: Service accounts-api: it selects no pod',
  },
  {
    name: 'a container that runs as root',
    spoil: (all) => Object.assign(container(all, 'accounts-serve').securityContext, { runAsUser: 0 }),
    refusedBy: 'rules',
    says: 'non-root: Deployment accounts-serve: container serve: runs as root',
  },
  {
    name: 'a pod that the restricted profile forbids',
    spoil: (all) => Object.assign(container(all, 'accounts-serve').securityContext, { allowPrivilegeEscalation: true }),
    refusedBy: 'server',
    says: 'would violate PodSecurity "restricted',
  },
  {
    name: 'a missing probe',
    spoil: (all) => delete container(all, 'bank').readinessProbe,
    refusedBy: 'rules',
    says: 'probes: Deployment bank: container bank: it has not all of startup, liveness and readiness probe',
  },
  {
    name: 'a probe of a port that is not there',
    spoil: (all) => Object.assign(container(all, 'connect').readinessProbe.httpGet, { port: 'http' }),
    refusedBy: 'rules',
    says: 'port-name: Deployment connect: container connect: a probe asks port http',
  },
  {
    name: 'a Service for a port that is not there',
    spoil: (all) => Object.assign(find(all, 'Service', 'registry').spec.ports[0], { targetPort: 'rest' }),
    refusedBy: 'rules',
    says: "service-port: Service registry: port rest is none of the pods' it selects",
  },
  {
    name: 'a secret in a ConfigMap',
    spoil: (all) => Object.assign(find(all, 'ConfigMap', 'bridge').data, { READ_DB_PASSWORD: 'sesame' }),
    refusedBy: 'rules',
    says: 'secret-in-plain-sight: ConfigMap bridge: READ_DB_PASSWORD',
  },
  {
    name: 'a secret in the environment',
    spoil: (all) => container(all, 'accounts-project').env.push({ name: 'SOURCE_DB_PASSWORD', value: 'sesame' }),
    refusedBy: 'rules',
    says: 'secret-in-plain-sight: Deployment accounts-project: container project: SOURCE_DB_PASSWORD',
  },
  {
    name: 'an image called latest',
    spoil: (all) => Object.assign(container(all, 'kafka', 'StatefulSet'), { image: 'docker.io/apache/kafka:latest' }),
    refusedBy: 'rules',
    says: 'image-tag: StatefulSet kafka: container kafka: image docker.io/apache/kafka:latest',
  },
  {
    name: 'three copies on one broker',
    spoil: (all) => {
      const { data } = all.find((one: Manifest) => one.kind === 'ConfigMap' && /^connect-/.test(one.metadata.name));
      data['worker.properties'] = data['worker.properties'].replace(
        'offset.storage.replication.factor=1',
        'offset.storage.replication.factor=3',
      );
    },
    refusedBy: 'rules',
    says: 'offset.storage.replication.factor is 3, and there are 1 brokers',
  },
  {
    name: 'a request above its limit',
    spoil: (all) => Object.assign(container(all, 'bank').resources.requests, { memory: '4Gi' }),
    refusedBy: 'server',
    says: 'must be less than or equal to memory limit',
  },
  {
    name: 'more pods at least than at most',
    spoil: (all) => Object.assign(find(all, 'HorizontalPodAutoscaler', 'accounts-serve').spec, { minReplicas: 9 }),
    refusedBy: 'server',
    says: 'must be greater than or equal to `minReplicas`',
  },
  {
    name: 'a ConfigMap that is not there',
    spoil: (all) => without(all, 'ConfigMap', 'bridge'),
    refusedBy: 'rules',
    says: 'reference: Deployment accounts-serve: there is no ConfigMap bridge',
  },
  {
    name: 'a token for a pod that needs none',
    spoil: (all) => Object.assign(pod(all, 'accounts-project'), { automountServiceAccountToken: true }),
    refusedBy: 'rules',
    says: 'token: Deployment accounts-project: it gets a token of the cluster',
  },
  {
    name: 'a pod without a limit',
    spoil: (all) => delete container(all, 'accounts-project').resources.limits,
    refusedBy: 'rules',
    says: 'bounded: Deployment accounts-project: container project: no request of CPU and memory, or no limit',
  },
  {
    name: 'a pod whose ways nobody named',
    spoil: (all) => without(all, 'NetworkPolicy', 'connect'),
    refusedBy: 'rules',
    says: 'walled: Deployment connect: no NetworkPolicy names its ways',
  },
  {
    name: 'a door left open',
    spoil: (all) => without(all, 'NetworkPolicy', 'default'),
    refusedBy: 'rules',
    says: 'walled: no NetworkPolicy that takes all pods',
  },
  {
    name: 'a misspelt variable of a service',
    spoil: (all) => Object.assign(find(all, 'ConfigMap', 'bridge').data, { READ_DB_HSOT: 'read-db' }),
    refusedBy: 'rules',
    says: 'service-environment: Deployment accounts-serve: a service knows no READ_DB_HSOT',
  },
  {
    name: 'a misspelt variable of the facade',
    spoil: (all) => Object.assign(facadeMap(all).data, { MONOLIHT_URL: 'http://bank:8080' }),
    refusedBy: 'rules',
    says: 'facade-environment: Deployment facade: a facade knows no MONOLIHT_URL',
  },
  {
    name: 'a facade that does not know the monolith',
    spoil: (all) => delete facadeMap(all).data.MONOLITH_URL,
    refusedBy: 'rules',
    says: 'facade-environment: Deployment facade: MONOLITH_URL',
  },
  {
    name: 'an admin port that is let out with the public one',
    spoil: (all) => find(all, 'Service', 'facade').spec.ports.push({ name: 'admin', port: 8081, targetPort: 'admin' }),
    refusedBy: 'rules',
    says: 'admin-apart: Service facade: routes are moved there',
  },
  {
    name: 'projectors that are scaled',
    spoil: (all) =>
      Object.assign(find(all, 'HorizontalPodAutoscaler', 'accounts-serve').spec.scaleTargetRef, {
        name: 'accounts-project',
      }),
    refusedBy: 'rules',
    says: 'one-projector: HorizontalPodAutoscaler accounts-serve: it scales accounts-project',
  },
  {
    name: 'projectors that KEDA scales',
    spoil: (all) => all.push({ ...scaledObject('accounts'), spec: { scaleTargetRef: { name: 'accounts-project' } } }),
    refusedBy: 'rules',
    says: 'one-projector: ScaledObject accounts-serve: it scales accounts-project',
  },
  {
    name: 'a drain that takes all pods',
    spoil: (all) => without(all, 'PodDisruptionBudget', 'accounts-serve'),
    refusedBy: 'rules',
    says: 'disruption-budget: Deployment accounts-serve: a drain may take all its pods at once',
  },
  {
    name: 'a proof that is suspended',
    spoil: (all) => Object.assign(find(all, 'CronJob', 'accounts-prove').spec, { suspend: true }),
    refusedBy: 'rules',
    says: 'proved: CronJob accounts-prove: it is suspended',
  },
  {
    name: 'a service that nobody proves',
    spoil: (all) => without(all, 'CronJob', 'accounts-prove'),
    refusedBy: 'rules',
    says: 'proved: Deployment accounts-project: no CronJob accounts-prove',
  },
  {
    name: 'proofs that run at the same time',
    spoil: (all) => Object.assign(find(all, 'CronJob', 'accounts-prove').spec, { concurrencyPolicy: 'Allow' }),
    refusedBy: 'rules',
    says: 'proved: CronJob accounts-prove: two of it would wait for each other',
  },
  {
    name: 'a schedule that is none',
    spoil: (all) => Object.assign(find(all, 'CronJob', 'accounts-prove').spec, { schedule: 'daily' }),
    refusedBy: 'server',
    says: 'expected exactly 5 fields',
  },
];
