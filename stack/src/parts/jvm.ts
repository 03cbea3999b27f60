import { join } from 'node:path';

export interface JvmOptions {
  readonly heapMb: number;
  readonly classpath?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

/** How Java is started here: bounded memory, and a class archive per part that halves the start from the second time on. */
export class Jvm {
  readonly #java: string;
  readonly #cacheDir: string;

  constructor(java: string, cacheDir: string) {
    this.#java = java;
    this.#cacheDir = cacheDir;
  }

  command(name: string, options: JvmOptions, ...arguments_: string[]): [string, ...string[]] {
    const properties = {
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
      '-XX:+AutoCreateSharedArchive',
      `-XX:SharedArchiveFile=${join(this.#cacheDir, `${name}.jsa`)}`,
      '-Xlog:cds=off',
      '-Xlog:cds+dynamic=off',
      '-Djava.net.preferIPv4Stack=true',
      ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
      ...(options.classpath ? ['-cp', options.classpath] : []),
      ...arguments_,
    ];
  }
}
