import type { Service } from '@banyan/cli';
import { component, type Files, objectsFile, yamlFile } from '../yaml-files.ts';
import { captureOf } from './bridge.ts';
import { connect } from './connect.ts';
import { kafka } from './kafka.ts';
import { patches } from './projectors.ts';
import { topics } from './topics.ts';
import { connectUser, serviceUser, topicJobUser } from './users.ts';
import { ways } from './ways.ts';

/** The component's files, by path below `k8s/components/strimzi`. */
export function strimziFiles(services: readonly Service[]): Files {
  const capture = captureOf(services);
  const resources = {
    'kafka.yaml': kafka(),
    'topics.yaml': topics(capture),
    'users.yaml': [...services.map(serviceUser), connectUser(capture), topicJobUser(capture)],
    'connect.yaml': connect(capture),
    'network-policies.yaml': ways(),
  };
  const patched = patches(services.map(({ name }) => name)).map(({ target, operations }) => ({
    path: `patches/${target.name}.yaml`,
    target,
    text: yamlFile(operations),
  }));
  return new Map([
    ...Object.entries(resources).map(([path, objects]) => [path, objectsFile(objects)] as const),
    ...patched.map(({ path, text }) => [path, text] as const),
    [
      'kustomization.yaml',
      component({
        resources: Object.keys(resources),
        patches: patched.map(({ path, target }) => ({ path, target })),
      }),
    ],
  ]);
}
