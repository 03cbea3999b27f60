import { join } from 'node:path';
import { readConfig, type StackConfig } from '@banyan/stack';

export interface CliConfig {
  readonly stack: StackConfig;
  /** NO_COLOR is set to something; source: https://no-color.org */
  readonly noColour: boolean;
  /** ONCE is set: the demo ends after its story. */
  readonly once: boolean;
}

export const root = join(import.meta.dirname, '../..');

/** Throws StackError `config` that names the variable. */
export function cliConfig(env: NodeJS.ProcessEnv): CliConfig {
  return {
    stack: readConfig(env, { root, purpose: 'demo', portBase: 27_600 }),
    noColour: Boolean(env.NO_COLOR),
    once: Boolean(env.ONCE),
  };
}
