import { isSecretKey } from '../secrets/mask.ts';
import { hasReference, Secret } from '../secrets/secret.ts';
import type { Problems } from './problems.ts';
import type { Settings } from './settings.ts';

type Value = string | number | boolean | Secret | undefined;

/** The flat map that Connect wants, while it is filled. A key set twice and a secret in plain text are problems. */
export class FlatConfig {
  readonly #settings = new Map<string, string>();
  readonly #problems: Problems;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** Undefined is not set: the connector's default holds. */
  set(key: string, value: Value): void {
    if (value === undefined) return;
    if (this.#settings.has(key)) {
      this.#problems.add(key, 'is set twice; leave it out of extra');
    } else if (isReadableSecret(key, value)) {
      this.#problems.add(key, 'is a secret in plain text; use secretRef, or plainSecret where it may be readable');
    } else {
      this.#settings.set(key, value instanceof Secret ? Secret.reveal(value) : String(value));
    }
  }

  setEach(settings: Readonly<Record<string, Value>>): void {
    for (const [key, value] of Object.entries(settings)) this.set(key, value);
  }

  setUnder(prefix: string, settings: Settings | undefined): void {
    for (const [key, value] of Object.entries(settings ?? {})) this.set(`${prefix}.${key}`, value);
  }

  toRecord(): Record<string, string> {
    return Object.fromEntries(this.#settings);
  }
}

/** A value with a reference in it passes: a JAAS configuration has the password somewhere inside. */
function isReadableSecret(key: string, value: Value): boolean {
  return typeof value === 'string' && value !== '' && isSecretKey(key) && !hasReference(value);
}
