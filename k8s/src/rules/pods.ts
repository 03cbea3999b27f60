import { type Container, type PodTemplate, runsOn, templatesOf, titleOf } from '../manifests.ts';
import type { Rule } from './rule.ts';

const each =
  (look: (template: PodTemplate) => readonly string[]): Rule['check'] =>
  (objects) =>
    templatesOf(objects).flatMap((template) => look(template).map((text) => `${titleOf(template.of)}: ${text}`));

const containersOf = ({ spec }: PodTemplate): Container[] => [...(spec.initContainers ?? []), ...spec.containers];

const eachContainer = (look: (container: Container, template: PodTemplate) => string | null | undefined | false) =>
  each((template) =>
    containersOf(template).flatMap((container) => {
      const text = look(container, template);
      return text ? [`container ${container.name}: ${text}`] : [];
    }),
  );

/** The one pod that speaks to the cluster. */
const mayHaveToken = 'secrets';

/** What a pod may do, and what keeps it in bounds. */
export const podRules: readonly Rule[] = [
  {
    name: 'image-tag',
    check: eachContainer(({ image }) => {
      const tag = /:([^/:@]+)(@sha256:[0-9a-f]{64})?$/.exec(image)?.[1];
      return (
        (tag === undefined || tag === 'latest') &&
        `image ${image} has no tag of its own: a restart would run something else`
      );
    }),
  },
  {
    name: 'non-root',
    check: eachContainer(({ securityContext: own = {} }, { spec: { securityContext: pod = {} } }) => {
      const both = { ...pod, ...own };
      return (both.runAsNonRoot !== true || both.runAsUser === 0) && 'runs as root, or may; say runAsNonRoot: true';
    }),
  },
  {
    name: 'locked-down',
    check: eachContainer(({ securityContext: own = {} }, { spec }) => {
      if (own.readOnlyRootFilesystem !== true) return 'its root file system can be written';
      if (own.allowPrivilegeEscalation !== false) return 'it may gain privileges';
      const { drop = [] } = (own.capabilities ?? {}) as { readonly drop?: readonly string[] };
      if (!drop.includes('ALL')) return 'it keeps capabilities';
      const { type } = (spec.securityContext?.seccompProfile ?? {}) as { readonly type?: string };
      return type !== 'RuntimeDefault' && 'no seccomp profile';
    }),
  },
  {
    name: 'bounded',
    check: eachContainer(({ resources: { requests = {}, limits = {} } = {} }) =>
      requests.cpu && requests.memory && limits.memory ? null : 'no request of CPU and memory, or no limit of memory',
    ),
  },
  {
    name: 'probes',
    check: each(({ of, spec }) =>
      runsOn(of.kind)
        ? spec.containers
            // One without a port is asked by nobody.
            .filter((one) => one.ports !== undefined)
            .filter((one) => !one.readinessProbe || !one.livenessProbe || !one.startupProbe)
            .map(({ name }) => `container ${name}: it has not all of startup, liveness and readiness probe`)
        : [],
    ),
  },
  {
    name: 'port-name',
    check: each(({ spec }) =>
      spec.containers.flatMap((container) =>
        [container.readinessProbe, container.livenessProbe, container.startupProbe].flatMap((probe) => {
          const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port;
          const has = (container.ports ?? []).some(({ name }) => name === port);
          return port === undefined || has
            ? []
            : [`container ${container.name}: a probe asks port ${port}, which it has not`];
        }),
      ),
    ),
  },
  {
    name: 'token',
    check: each(({ of, spec }) => {
      const isTold = of.metadata.name === mayHaveToken;
      if (spec.automountServiceAccountToken !== isTold)
        return ['it gets a token of the cluster, which it has no use for'];
      return spec.serviceAccountName === undefined ? ['it has no service account of its own'] : [];
    }),
  },
  {
    name: 'secret-in-plain-sight',
    check: (objects) => [
      ...objects
        .filter(({ kind }) => kind === 'ConfigMap')
        .flatMap((one) =>
          Object.entries(one.data ?? {}).flatMap(([key, value]) =>
            isSecret(key, value) ? [`${titleOf(one)}: ${key} looks like a secret; put it in a Secret`] : [],
          ),
        ),
      ...eachContainer(({ env = [] }) => {
        const found = env.find(({ name, value }) => value !== undefined && isSecret(name, value));
        return found && `${found.name} is a secret as plain text`;
      })(objects),
    ],
  },
];

function isSecret(name: string, value: string): boolean {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/.test(value)) return true;
  return /(^|[_.-])(password|passwd|secret|token)$/i.test(name) && value !== '';
}
