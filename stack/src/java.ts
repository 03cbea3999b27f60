import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { majorOf } from './java-version.ts';
import { fetchJava } from './java-wheel.ts';

const neededMajor = 21;

/** Folders that hold one Java home per entry. */
export function usualFolders(env: NodeJS.ProcessEnv): string[] {
  return ['/usr/lib/jvm', '/opt', join(env.HOME || homedir(), '.sdkman/candidates/java')];
}

/**
 * The path of a `java` of 21 or newer: the one of JAVA_HOME, else the newest of the usual folders and the PATH, else one
 * that a PyPI wheel carries. Throws StackError `java-missing`.
 */
export async function findJava(
  cacheDir: string,
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
  folders: readonly string[] = usualFolders(env),
  signal?: AbortSignal,
): Promise<string> {
  const chosen = env.JAVA_HOME ? await newest([join(env.JAVA_HOME, 'bin/java')]) : null;
  if (chosen && chosen.major >= neededMajor) return chosen.file;
  const homes = folders.flatMap(below).map((home) => join(home, 'bin/java'));
  const path = (env.PATH ?? '').split(':').filter(Boolean);
  const found = await newest([...homes, ...path.map((dir) => join(dir, 'java'))]);
  if (found && found.major >= neededMajor) return found.file;
  const best = Math.max(chosen?.major ?? 0, found?.major ?? 0);
  return fetchJava({ cacheDir, env, say, signal, needed: neededMajor, found: best });
}

function below(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

async function newest(files: readonly string[]): Promise<{ file: string; major: number } | null> {
  const distinct = new Set(files.filter((file) => existsSync(file)).map((file) => realpathSync(file)));
  const found = await Promise.all([...distinct].map(async (file) => ({ file, major: await majorOf(file) })));
  return found.reduce<{ file: string; major: number } | null>(
    (best, one) => (one.major > (best?.major ?? 0) ? one : best),
    null,
  );
}
