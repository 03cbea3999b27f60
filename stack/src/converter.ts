import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inCache } from './cache.ts';
import { StackError } from './errors.ts';
import { storedZip } from './parts/stored-zip.ts';
import { runTool } from './tool.ts';

const ownSource = join(import.meta.dirname, '../converter/NullKeepingAvroConverter.java');
const className = 'dev.banyan.NullKeepingAvroConverter';
const jarName = 'null-keeping-converter.jar';

export interface CompileOptions {
  /** A `java` of 17 or newer; no JDK is needed. */
  readonly java: string;
  /** Folders of jars: the compiler's (org.eclipse.jdt:ecj), and those of the classes that the source names. */
  readonly compiler: string;
  readonly against: readonly string[];
  /** The stack's own when left out. */
  readonly source?: string;
  readonly signal?: AbortSignal | undefined;
}

/** The path of our converter's jar in the cache; compiled when its source or a jar's name (and so version) is another. Throws as below. */
export async function converterJar(
  cacheDir: string,
  say: (text: string) => void,
  options: CompileOptions,
): Promise<string> {
  const jars = await Promise.all([options.compiler, ...options.against].map(jarsIn));
  const hash = createHash('sha256').update(await readFile(options.source ?? ownSource));
  for (const jar of jars.flat()) hash.update(`\n${basename(jar)}`);
  const name = `converter-${hash.digest('hex').slice(0, 12)}`;
  const home = await inCache({ cacheDir, name, say, signal: options.signal }, async (fresh) => {
    say('compiling the converter');
    await compileConverter(join(fresh, jarName), options);
  });
  return join(home, jarName);
}

/** Compiles the converter for Java 17 and packs it, with its service manifest, as `file`. Throws StackError `compile-failed`. */
export async function compileConverter(file: string, options: CompileOptions): Promise<void> {
  const { java, compiler, against, source = ownSource, signal } = options;
  const [ecj] = await jarsIn(compiler);
  const classPath = (await Promise.all(against.map(jarsIn))).flat().join(':');
  const classes = await mkdtemp(`${file}.classes-`);
  try {
    const target = ['-17', '-proc:none', '-cp', classPath, '-d', classes];
    const { code, lines } = await runTool([java, '-jar', String(ecj), ...target, source], { signal });
    if (code !== 0) throw new StackError('compile-failed', `the converter could not be compiled: ${reason(lines)}`);
    const path = `${className.replaceAll('.', '/')}.class`;
    const files = {
      'META-INF/services/org.apache.kafka.connect.storage.Converter': `${className}\n`,
      [path]: await readFile(join(classes, path)),
    };
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

async function jarsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jar'));
  return names.sort().map((name) => join(folder, name));
}
