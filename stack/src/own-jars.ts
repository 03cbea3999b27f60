import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Artefacts } from './artefacts.ts';
import { inCache } from './cache.ts';
import { StackError } from './errors.ts';
import { storedZip } from './parts/stored-zip.ts';
import { runTool } from './tool.ts';

const plugins = join(import.meta.dirname, '../connect-plugins');
/** What each of our classes is to Connect or to Debezium. */
const services = {
  NullKeepingAvroConverter: 'org.apache.kafka.connect.storage.Converter',
  HeartbeatPosition: 'org.apache.kafka.connect.transforms.Transformation',
  BinlogWatch: 'io.debezium.pipeline.signal.actions.SignalActionProvider',
};

/** The jars of our own classes, each by the name of the worker's plugin that it stands in. */
export type OwnJars = Readonly<Record<'converter' | 'debezium', string>>;

export interface CompileOptions {
  /** A `java` of 17 or newer; no JDK is needed. */
  readonly java: string;
  /** Folders of jars: the compiler's (org.eclipse.jdt:ecj), and those of the classes that the source names. */
  readonly compiler: string;
  readonly against: readonly string[];
  /** A folder of sources, whose name is the jar's. */
  readonly sources: string;
  readonly signal?: AbortSignal | undefined;
}

/** The jars in the cache. Throws as below. */
export async function ownJars(
  cacheDir: string,
  say: (text: string) => void,
  {
    java,
    artefacts,
    signal,
  }: { readonly java: string; readonly artefacts: Artefacts; readonly signal?: AbortSignal | undefined },
): Promise<OwnJars> {
  const jar = (name: keyof OwnJars) =>
    ownJar(cacheDir, say, {
      java,
      compiler: artefacts.compiler,
      against: [artefacts[name], artefacts.kafka],
      sources: join(plugins, name),
      signal,
    });
  return { converter: await jar('converter'), debezium: await jar('debezium') };
}

/** The path of a jar in the cache; compiled when a source or a jar's name (and so version) is another. Throws as below. */
export async function ownJar(cacheDir: string, say: (text: string) => void, options: CompileOptions): Promise<string> {
  const jars = await Promise.all([options.compiler, ...options.against].map(jarsIn));
  const hash = createHash('sha256');
  for (const file of await filesIn(options.sources, '.java')) hash.update(await readFile(file));
  for (const jar of jars.flat()) hash.update(`\n${basename(jar)}`);
  const plugin = basename(options.sources);
  const name = `own-${plugin}-${hash.digest('hex').slice(0, 12)}`;
  const file = `banyan-${plugin}.jar`;
  const home = await inCache({ cacheDir, name, say, signal: options.signal }, async (fresh) => {
    say(`compiling the classes of our own for ${plugin}`);
    await compileJar(join(fresh, file), options);
  });
  return join(home, file);
}

/** Compiles the classes for Java 17 and packs them, with their service manifests, as `file`. Throws StackError `compile-failed`. */
export async function compileJar(file: string, options: CompileOptions): Promise<void> {
  const { java, compiler, against, sources, signal } = options;
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
    }
    for (const path of await filesIn(join(classes, 'dev/banyan'), '.class'))
      files[`dev/banyan/${basename(path)}`] = await readFile(path);
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
