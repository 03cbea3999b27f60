import { createHash, randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface JvmOptions {
  readonly heapMb: number;
  readonly classpath?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

const abandonedMs = 3_600_000;

/** How Java is started here: bounded memory, and a class archive per part that halves the start from the second time on. */
export class Jvm {
  readonly #java: string;
  readonly #cacheDir: string;
  readonly #dataDir: string;
  readonly #artefactsKey: string;

  /** `artefactsKey` stands for the versions of what is run: other versions have other class archives. */
  constructor(options: { java: string; cacheDir: string; dataDir: string; artefactsKey: string }) {
    this.#java = options.java;
    this.#cacheDir = options.cacheDir;
    this.#dataDir = options.dataDir;
    this.#artefactsKey = options.artefactsKey;
  }

  /** Empties the part's folder for temporary files: a killed JVM leaves its unpacked native libraries there. */
  async prepare(name: string): Promise<void> {
    const folder = this.#temporary(name);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }

  /** A long-running server; it writes its class archive when it stops, if there is none yet. */
  command(name: string, options: JvmOptions, ...arguments_: string[]): [string, ...string[]] {
    const archive = this.#archive(name);
    adopt(archive);
    const sharing = existsSync(archive)
      ? `-XX:SharedArchiveFile=${archive}`
      : `-XX:ArchiveClassesAtExit=${archive}.${randomUUID()}`;
    return this.#command(name, sharing, options, arguments_);
  }

  /** A short run with the class archive of a server on the same class path, if there is one. */
  toolCommand(name: string, options: JvmOptions, ...arguments_: string[]): [string, ...string[]] {
    return this.#command(name, `-XX:SharedArchiveFile=${this.#archive(name)}`, options, arguments_);
  }

  #command(name: string, sharing: string, options: JvmOptions, arguments_: string[]): [string, ...string[]] {
    const properties = {
      'java.io.tmpdir': this.#temporary(name),
      'java.net.preferIPv4Stack': 'true',
      'org.slf4j.simpleLogger.defaultLogLevel': 'warn',
      'org.slf4j.simpleLogger.showDateTime': 'true',
      'org.slf4j.simpleLogger.dateTimeFormat': "yyyy-MM-dd'T'HH:mm:ss.SSS",
      ...options.properties,
    };
    return [
      this.#java,
      `-Xmx${options.heapMb}m`,
      '-Xms64m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:+ExitOnOutOfMemoryError',
      '-XX:-UsePerfData',
      sharing,
      // Costs some 20 ms, and a damaged archive is ignored instead of crashing the JVM at every start.
      '-XX:+VerifySharedSpaces',
      '-Xlog:cds=off',
      '-Xlog:cds+dynamic=off',
      ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
      ...(options.classpath ? ['-cp', options.classpath] : []),
      ...arguments_,
    ];
  }

  #temporary(name: string): string {
    return join(this.#dataDir, 'tmp', name);
  }

  /** An archive fits one build of Java and one set of jars. */
  #archive(name: string): string {
    const { mtimeMs, size } = statSync(this.#java);
    const key = createHash('sha256').update(JSON.stringify([this.#java, mtimeMs, size, this.#artefactsKey]));
    return join(this.#cacheDir, `${name}-${key.digest('hex').slice(0, 12)}.jsa`);
  }
}

/**
 * Puts a finished archive in its place, whole. JVMs that stop at the same time have written one each; written to one file,
 * two of them would make an archive that crashes every JVM that maps it.
 */
function adopt(archive: string): void {
  if (!existsSync(dirname(archive))) return;
  for (const name of readdirSync(dirname(archive)).filter((each) => each.startsWith(`${basename(archive)}.`))) {
    const file = join(dirname(archive), name);
    try {
      if (isComplete(file)) renameSync(file, archive);
      else if (Date.now() - statSync(file).mtimeMs > abandonedMs) rmSync(file);
    } catch {
      // Another start was first, or the cache cannot be written: Java starts without an archive too.
    }
  }
}

/** Whether the JVM has written all of it: the header comes last. Source: HotSpot's FileMapInfo::open_for_write. */
function isComplete(file: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const magic = Buffer.alloc(4);
    readSync(handle, magic, 0, 4, 0);
    return magic.readUInt32LE(0) !== 0;
  } finally {
    closeSync(handle);
  }
}
