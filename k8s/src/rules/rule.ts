import type { Manifest } from '../manifests.ts';

/** What is looked for in manifests that the API server takes, and that would not do what they say. */
export interface Rule {
  readonly name: string;
  /** A line for each place: which object, what is wrong, what to do. */
  readonly check: (objects: readonly Manifest[]) => string[];
}
