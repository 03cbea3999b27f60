import { component, type Files, objectsFile, yamlFile } from '../yaml-files.ts';
import { scaledObject } from './scaled-objects.ts';

/** The component's files: KEDA makes an autoscaler of its own, and two of one Deployment would fight. */
export function kedaFiles(services: readonly string[]): Files {
  const gone = {
    $patch: 'delete',
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'serve' },
  };
  return new Map([
    ['scaled-objects.yaml', objectsFile(services.map(scaledObject))],
    ['no-autoscaler.yaml', yamlFile(gone)],
    [
      'kustomization.yaml',
      component({
        resources: ['scaled-objects.yaml'],
        patches: [{ path: 'no-autoscaler.yaml', target: { kind: 'HorizontalPodAutoscaler' } }],
      }),
    ],
  ]);
}
