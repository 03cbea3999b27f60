import type { Service } from '@banyan/cli';
import { kedaFiles } from './keda/files.ts';
import { monitoringFiles } from './monitoring/files.ts';
import { facadeRoute, routes } from './openshift-route/routes.ts';
import { strimziFiles } from './strimzi/files.ts';
import { component, type Files, objectsFile } from './yaml-files.ts';

/** Every generated file, by its path below `k8s/components`; a function of the declarations alone. */
export function generatedFiles(services: readonly Service[]): Files {
  const names = services.map(({ name }) => name);
  const route = new Map([
    ['routes.yaml', objectsFile([...routes(names), facadeRoute()])],
    ['kustomization.yaml', component({ resources: ['routes.yaml'] })],
  ]);
  return new Map([
    ...below('strimzi', strimziFiles(services)),
    ...below('monitoring', monitoringFiles()),
    ...below('openshift-route', route),
    ...below('keda', kedaFiles(names)),
  ]);
}

const below = (folder: string, files: Files) => [...files].map(([path, text]) => [`${folder}/${path}`, text] as const);
