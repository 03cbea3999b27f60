import { stringify } from 'yaml';
import type { KubeObject } from './strimzi/objects.ts';

export const command = 'npm run k8s:generate';
const head = `# Generated from the declarations and k8s/src; do not edit: ${command}\n`;

/** Of a file's text: whether it is one of these. */
export const isGenerated = (text: string): boolean => text.startsWith(head);

/** One value a file, or several objects; the same text for the same values on every machine. */
export function yamlFile(...values: readonly unknown[]): string {
  // No anchors: kubectl reads them, people do not. No folding: a line of a password file's path stays one.
  return head + values.map((value) => stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 })).join('---\n');
}

/** A kustomize component of generated files. */
export function component(parts: {
  readonly resources: readonly string[];
  readonly patches?: readonly { readonly path: string; readonly target: object }[];
}): string {
  return yamlFile({ apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component', ...parts });
}

export type Files = ReadonlyMap<string, string>;

export const objectsFile = (objects: readonly KubeObject[]): string => yamlFile(...objects);
