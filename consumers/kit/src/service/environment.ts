import { KitError } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `X_PASSWORD`, or what stands in the file that `X_PASSWORD_FILE` names. Throws KitError `config`, as all here do. */
export function password(env: Environment, prefix: string, file: (path: string) => string): string {
  const path = env[`${prefix}_PASSWORD_FILE`];
  if (!path) return text(env, `${prefix}_PASSWORD`);
  return read(`${prefix}_PASSWORD_FILE`, path, file).replace(/\r?\n$/, ''); // the end of the line, not a blank of the password
}

export function read(name: string, path: string, file: (path: string) => string): string {
  try {
    return file(path);
  } catch (error) {
    throw wrong(name, (error as Error).message);
  }
}

/** What must be said. */
export function text(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw wrong(name, 'it is not set');
  return value;
}

/** A whole number within bounds, the fallback when it is not said. */
export function whole(env: Environment, name: string, low: number, high: number, fallback?: number): number {
  if ((env[name] ?? '') === '' && fallback !== undefined) return fallback;
  const value = text(env, name);
  if (/^\d+$/.test(value) && Number(value) >= low && Number(value) <= high) return Number(value);
  throw wrong(name, `'${value}' is not a whole number from ${low} to ${high}`);
}

/** The error that names a variable. */
export const wrong = (name: string, why: string) =>
  new KitError('config', `${name}: ${why}`, { remedy: 'see --help for the variables' });
