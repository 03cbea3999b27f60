import type { Manifest } from '../manifests.ts';
import { facadeRules } from './facade.ts';
import { podRules } from './pods.ts';
import { wiringRules } from './wiring.ts';

/** What is wrong with the objects of an overlay, each with the rule's name in front. */
export const problemsOf = (objects: readonly Manifest[]): string[] =>
  [...podRules, ...wiringRules, ...facadeRules].flatMap(({ name, check }) =>
    check(objects).map((text) => `${name}: ${text}`),
  );
