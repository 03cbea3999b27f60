import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inCache } from './cache.ts';
import { StackError } from './errors.ts';
import { storedZip } from './parts/stored-zip.ts';
import { runTool } from './tool.ts';

const ownSources = join(import.meta.dirname, '../converter');
/** What each of our classes is to Connect. */
const services = {
  NullKeepingAvroConverter: 'org.apache.kafka.connect.storage.Converter',
  HeartbeatPosition: 'org.apache.kafka.connect.transforms.Transformation',
};
const jarName = 'banyan-connect.jar';

export interface CompileOptions {
  /** A `java` of 17 or newer; no JDK is needed. */
  readonly java: string;
  /** Folders of jars: the compiler's (org.eclipse.jdt:ecj), and those of the classes that the source names. */
  readonly compiler: string;
  readonly against: readonly string[];
  /** A folder of sources; the stack's own when left out. */
  readonly sources?: string;
  readonly signal?: AbortSignal | undefined;
}

/** The path of the jar of our own classes in the cache; compiled when a source or a jar's name (and so version) is another. Throws as below. */
export async function converterJar(
  cacheDir: string,
  say: (text: string) => void,
  options: CompileOptions,
): Promise<string> {
  const jars = await Promise.all([options.compiler, ...options.against].map(jarsIn));
  const hash = createHash('sha256');
  for (const file of await filesIn(options.sources ?? ownSources, '.java')) hash.update(await readFile(file));
  for (const jar of jars.flat()) hash.update(`\n${basename(jar)}`);
  const name = `converter-${hash.digest('hex').slice(0, 12)}`;
  const home = await inCache({ cacheDir, name, say, signal: options.signal }, async (fresh) => {
    say('compiling the classes of our own');
    await compileConverter(join(fresh, jarName), options);
  });
  return join(home, jarName);
}

/** Compiles the classes for Java 17 and packs them, with their service manifests, as `file`. Throws StackError `compile-failed`. */
export async function compileConverter(file: string, options: CompileOptions): Promise<void> {
  const { java, compiler, against, sources = ownSources, signal } = options;
  const [ecj] = await jarsIn(compiler);
  const classPath = (await Promise.all(against.map(jarsIn))).flat().join(':');
  const classes = await mkdtemp(`${file}.classes-`);
  try {
    const names = await filesIn(sources, '.java');
    const target = ['-17', '-proc:none', '-cp', classPath, '-d', classes];
    const { code, lines } = await runTool([java, '-jar', String(ecj), ...target, ...names], { signal });
    if (code !== 0)
      throw new StackError('compile-failed', `the classes for Connect could not be compiled: ${reason(lines)}`);
    const files: Record<string, string | Buffer> = {};
    for (const source of names) {
      const name = basename(source, '.java');
      const service = services[name as keyof typeof services];
      files[`META-INF/services/${service}`] = `dev.banyan.${name}\n`;
      files[`dev/banyan/${name}.class`] = await readFile(join(classes, `dev/banyan/${name}.class`));
    }
    await writeFile(file, storedZip(files));
  } finally {
    await rm(classes, { recursive: true, force: true });
  }
}

/** The first error of the compiler's list: where it is, and what it is, which stands below the marked place. */
function reason(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line.includes('. ERROR in '));
  const marked = lines.findIndex((line, index) => index > first && /^\s*\^+$/.test(line));
  return first < 0 ? (lines.at(-1) ?? 'it ended without a word') : `${lines[first]}: ${lines[marked + 1]}`;
}

const jarsIn = (folder: string): Promise<string[]> => filesIn(folder, '.jar');

async function filesIn(folder: string, ending: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(folder, name));
}
