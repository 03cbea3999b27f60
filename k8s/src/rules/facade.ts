import { serviceVariables } from '@banyan/kit';
import { facadeConfig, facadeVariables } from '@banyan/strangler';
import { type Manifest, type PodTemplate, templatesOf, titleOf } from '../manifests.ts';
import type { Rule } from './rule.ts';

const namesIn = (variables: string) => new Set(variables.match(/\b[A-Z][A-Z_]{2,}\b/g));
const ofFacade = namesIn(facadeVariables);
/** `bridge` is for all. */
const ofServices = namesIn(serviceVariables);

/** What the facade before the monolith wants. */
export const facadeRules: readonly Rule[] = [
  {
    name: 'facade-environment',
    check: (objects) =>
      templatesOf(objects)
        .filter(({ labels }) => labels['app.kubernetes.io/component'] === 'facade')
        .flatMap((template) =>
          troublesIn(environmentOf(template, objects)).map((it) => `${titleOf(template.of)}: ${it}`),
        ),
  },
  {
    name: 'admin-apart',
    check: (objects) => {
      const admin = objects.filter((one) => one.kind === 'Service' && targets(one).includes('admin'));
      const names = admin.map(({ metadata }) => metadata.name);
      return [
        ...admin
          .filter((one) => targets(one).length > 1 || (one.spec.type ?? 'ClusterIP') !== 'ClusterIP')
          .map(
            (one) =>
              `${titleOf(one)}: routes are moved there; the admin port has a Service of its own, in the cluster alone`,
          ),
        ...objects
          .filter(({ kind, spec }) => kind === 'Route' && names.includes(spec.to.name))
          .map((one) => `${titleOf(one)}: it leads to ${one.spec.to.name}, where routes are moved`),
      ];
    },
  },
];

const targets = ({ spec }: Manifest): string[] =>
  ((spec.ports ?? []) as { readonly targetPort: string }[]).map(({ targetPort }) => targetPort);

/** As the container has it: of two values the later one counts, and what it is told itself before both. */
function environmentOf({ spec }: PodTemplate, objects: readonly Manifest[]): Record<string, string> {
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap');
  const { env = [], envFrom = [] } = spec.containers[0]!;
  const told = envFrom.map(
    ({ configMapRef }) => maps.find(({ metadata }) => metadata.name === configMapRef?.name)?.data,
  );
  return Object.assign({}, ...told, Object.fromEntries(env.map(({ name, value = '' }) => [name, value])));
}

function troublesIn(environment: Record<string, string>): string[] {
  const unknown = Object.keys(environment)
    .filter((name) => !ofFacade.has(name) && !ofServices.has(name) && !name.startsWith('NODE_'))
    .map((name) => `a facade knows no ${name}`);
  try {
    facadeConfig(environment, () => 'what the file holds');
    return unknown;
  } catch (error) {
    return [...unknown, (error as Error).message];
  }
}
