import { serviceVariables } from '@banyan/kit';
import { type Manifest, runsOn, selects, templatesOf, titleOf } from '../manifests.ts';
import type { Rule } from './rule.ts';

/** Whether the objects of one overlay belong together. */
export const wiringRules: readonly Rule[] = [
  {
    name: 'selector',
    check: (objects) =>
      objects
        .filter(({ kind }) => ['Service', 'PodDisruptionBudget', 'NetworkPolicy'].includes(kind))
        .filter(isInside)
        .filter((one) => !templatesOf(objects).some(({ labels }) => selects(selectorOf(one), labels)))
        .map((one) => `${titleOf(one)}: it selects no pod`),
  },
  {
    name: 'service-port',
    check: (objects) =>
      objects
        .filter((one) => one.kind === 'Service' && isInside(one))
        .flatMap((service) =>
          (service.spec.ports as { readonly targetPort: string }[])
            .filter(
              ({ targetPort }) =>
                !selected(objects, service).some(({ ports = [] }) => ports.some(({ name }) => name === targetPort)),
            )
            .map(({ targetPort }) => `${titleOf(service)}: port ${targetPort} is none of the pods' it selects`),
        ),
  },
  {
    name: 'reference',
    check: (objects) => {
      const names = new Set(objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name));
      return templatesOf(objects).flatMap(({ of, spec }) => {
        const used = [
          ...(spec.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []),
          ...[...(spec.initContainers ?? []), ...spec.containers].flatMap(({ envFrom = [] }) =>
            envFrom.flatMap(({ configMapRef }) => configMapRef?.name ?? []),
          ),
        ];
        return used.filter((name) => !names.has(name)).map((name) => `${titleOf(of)}: there is no ConfigMap ${name}`);
      });
    },
  },
  {
    name: 'walled',
    check: (objects) => {
      const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
      const isDefault = ({ spec }: Manifest) =>
        Object.keys(spec.podSelector).length === 0 && spec.policyTypes.length === 2 && spec.ingress === undefined;
      const open = policies.some(isDefault) ? [] : ['no NetworkPolicy that takes all pods and lets nobody in'];
      const alone = templatesOf(objects).filter(
        ({ labels }) => !policies.some((one) => !isDefault(one) && selects(one.spec.podSelector, labels)),
      );
      return [...open, ...alone.map(({ of }) => `${titleOf(of)}: no NetworkPolicy names its ways`)];
    },
  },
  {
    name: 'disruption-budget',
    check: (objects) => {
      const scaled = objects.filter(isScaler).map(({ spec }) => spec.scaleTargetRef.name);
      const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget');
      return templatesOf(objects)
        .filter(({ of }) => of.kind === 'Deployment' && (of.spec.replicas > 1 || scaled.includes(of.metadata.name)))
        .filter(({ labels }) => !budgets.some((one) => selects(one.spec.selector, labels)))
        .map(({ of }) => `${titleOf(of)}: a drain may take all its pods at once; give it a PodDisruptionBudget`);
    },
  },
  {
    name: 'one-projector',
    check: (objects) =>
      objects
        .filter((one) => isScaler(one) && !/-serve$/.test(one.spec.scaleTargetRef.name))
        .map((one) => `${titleOf(one)}: it scales ${one.spec.scaleTargetRef.name}, and more projectors only wait`),
  },
  {
    name: 'proved',
    check: (objects) =>
      objects
        .filter(({ kind, metadata }) => kind === 'Deployment' && /-project$/.test(metadata.name))
        .flatMap(({ metadata }) => {
          const name = metadata.name.replace(/project$/, 'prove');
          const job = objects.find((one) => one.kind === 'CronJob' && one.metadata.name === name);
          if (!job) return [`Deployment ${metadata.name}: no CronJob ${name} compares its read model with the source`];
          const { suspend, concurrencyPolicy } = job.spec;
          if (suspend === true) return [`${titleOf(job)}: it is suspended, and the proof gets old`];
          return concurrencyPolicy === 'Forbid' ? [] : [`${titleOf(job)}: two of it would wait for each other; Forbid`];
        }),
  },
  {
    name: 'service-environment',
    check: (objects) => {
      const known = new Set(serviceVariables.match(/\b[A-Z][A-Z_]{2,}\b/g));
      const maps = new Map(objects.filter(({ kind }) => kind === 'ConfigMap').map((one) => [one.metadata.name, one]));
      return templatesOf(objects)
        .filter(({ labels }) => ['serve', 'project', 'prove'].includes(labels['app.kubernetes.io/component'] ?? ''))
        .flatMap(({ of, spec }) =>
          spec.containers.flatMap(({ env = [], envFrom = [] }) => {
            const names = [
              ...env.map(({ name }) => name),
              ...envFrom.flatMap(({ configMapRef }) => Object.keys(maps.get(configMapRef?.name ?? '')?.data ?? {})),
            ];
            return names
              .filter((name) => !known.has(name) && !name.startsWith('NODE_'))
              .map((name) => `${titleOf(of)}: a service knows no ${name}`);
          }),
        );
    },
  },
  {
    name: 'replication',
    check: (objects) => {
      const brokers = brokersIn(objects);
      if (brokers === null) return [];
      return objects
        .filter(({ kind }) => kind === 'ConfigMap')
        .flatMap((one) =>
          Object.values(one.data ?? {}).flatMap((text) =>
            [...text.matchAll(/^(.*(?:replication\.factor|REPLICATION_FACTOR))=(\d+)$/gm)]
              .filter(([, , copies]) => Number(copies) > brokers)
              .map(([, key, copies]) => `${titleOf(one)}: ${key} is ${copies}, and there are ${brokers} brokers`),
          ),
        );
    },
  },
];

/** Null when the brokers are not of this overlay. */
function brokersIn(objects: readonly Manifest[]): number | null {
  const own = objects.find(
    ({ kind, metadata }) => kind === 'StatefulSet' && metadata.labels?.['app.kubernetes.io/component'] === 'broker',
  );
  if (own) return own.spec.replicas;
  const pools = objects.filter(({ kind, spec }) => kind === 'KafkaNodePool' && spec.roles.includes('broker'));
  return pools.length === 0 ? null : pools.reduce((sum, { spec }) => sum + spec.replicas, 0);
}

/** Whether it is about pods that the overlay has: none are behind an ExternalName, and Strimzi's operator makes its own. */
const isScaler = ({ kind }: Manifest): boolean => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject';

const isInside = (one: Manifest): boolean =>
  one.spec.type !== 'ExternalName' && !JSON.stringify(selectorOf(one)).includes('strimzi.io/');

const selectorOf = ({ kind, spec }: Manifest) =>
  kind === 'Service' ? { matchLabels: spec.selector } : kind === 'NetworkPolicy' ? spec.podSelector : spec.selector;

const selected = (objects: readonly Manifest[], service: Manifest) =>
  templatesOf(objects)
    .filter(({ of, labels }) => runsOn(of.kind) && selects({ matchLabels: service.spec.selector }, labels))
    .flatMap(({ spec }) => spec.containers);
