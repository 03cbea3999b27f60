import { readFileSync } from 'node:fs';
import { readConfig, type StackConfig } from '@banyan/stack';
import { CliError } from './errors.ts';
import { project } from './project/project.ts';

export interface CliConfig {
  readonly stack: StackConfig;
  /** NO_COLOR is set to something; source: https://no-color.org */
  readonly noColour: boolean;
  /** Of the account on a server of the project's own; null when none is set. Throws CliError `config`. */
  readonly sourcePassword: () => string | null;
  /** ONCE is set: the demo ends after its story. */
  readonly once: boolean;
}

/** Throws StackError or CliError `config` that names the variable or the field. */
export function cliConfig(env: NodeJS.ProcessEnv): CliConfig {
  const { folder, hasBank } = project();
  return {
    stack: readConfig(env, { root: folder, purpose: hasBank ? 'demo' : 'local', portBase: 27_600 }),
    sourcePassword: () => sourcePasswordIn(env),
    noColour: Boolean(env.NO_COLOR),
    once: Boolean(env.ONCE),
  };
}

/** Null when the environment has none. Throws CliError `config`. */
export function sourcePasswordIn({
  SOURCE_DB_PASSWORD: word,
  SOURCE_DB_PASSWORD_FILE: file,
}: NodeJS.ProcessEnv): string | null {
  if (word && file)
    throw new CliError('config', 'SOURCE_DB_PASSWORD and SOURCE_DB_PASSWORD_FILE are both set; set one');
  if (!file) return word || null;
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new CliError('config', `SOURCE_DB_PASSWORD_FILE: ${(error as Error).message}`);
  }
}
