import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Artefacts, fetchArtefacts } from './artefacts.ts';
import type { PartName, Ports, StackConfig } from './config.ts';
import { Credentials } from './credentials.ts';
import { StackError } from './errors.ts';
import { findJava } from './java.ts';
import { Part, type PartSpec } from './part.ts';
import { connect } from './parts/connect.ts';
import { Jvm } from './parts/jvm.ts';
import { kafka } from './parts/kafka.ts';
import { type DatabaseAccess, mariadb, rootAccess } from './parts/mariadb.ts';
import { registry } from './parts/registry.ts';
import { holderOf, isFree } from './port-holder.ts';
import { end, isRunning, readRecord, recordOf, writeRecord } from './running-process.ts';

/** Everything needed to find a stack again from another process; kept as `stack.json` in its data folder. */
interface Layout {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly ports: Ports;
  readonly java: string;
  readonly artefacts: Artefacts;
}

/** `part` is a part's name, or `fetch` or `java` for what is needed before. */
export type Progress = (part: string, text: string) => void;

export interface StartOptions {
  readonly parts?: readonly PartName[];
  readonly readyLimitMs?: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** The real parts of one machine, started and stopped together. */
export class Stack {
  readonly ports: Ports;
  readonly dataDir: string;
  readonly credentials: Credentials;
  readonly #parts: ReadonlyMap<PartName, Part>;

  private constructor(layout: Layout) {
    this.ports = layout.ports;
    this.dataDir = layout.dataDir;
    this.credentials = new Credentials(layout.dataDir);
    this.#parts = new Map(specs(layout, this.credentials).map((spec) => [spec.name as PartName, new Part(spec, layout.dataDir)]));
  }

  /** Fetches what is missing and writes the layout down; starts nothing. */
  static async prepare(config: StackConfig, progress: Progress): Promise<Stack> {
    const java = await findJava(config.cacheDir, process.env, (text) => progress('java', text));
    const artefacts = await fetchArtefacts(config.cacheDir, (text) => progress('fetch', text));
    for (const folder of ['run', 'log']) await mkdir(join(config.dataDir, folder), { recursive: true });
    const layout: Layout = { ...config, java, artefacts };
    await writeFile(layoutFile(config.dataDir), JSON.stringify(layout, null, 2));
    return new Stack(layout);
  }

  /** The stack of a data folder, as seen from any process. Throws StackError `not-started`. */
  static open(dataDir: string): Stack {
    const file = layoutFile(dataDir);
    if (!existsSync(file)) throw new StackError('not-started', `no stack in ${dataDir}; start one with: make demo`);
    return new Stack(JSON.parse(readFileSync(file, 'utf8')) as Layout);
  }

  part(name: PartName): Part {
    return this.#parts.get(name)!;
  }

  get kafka(): string {
    return `127.0.0.1:${this.ports.kafka}`;
  }

  get connectUrl(): string {
    return `http://127.0.0.1:${this.ports.connect}`;
  }

  /** The registry's Confluent API. */
  get registryUrl(): string {
    return `http://127.0.0.1:${this.ports.registry}/apis/ccompat/v7`;
  }

  /** The registry's own API, which the Avro converter speaks. */
  get registryNativeUrl(): string {
    return `http://127.0.0.1:${this.ports.registry}/apis/registry/v2`;
  }

  rootAccess(name: 'source-db' | 'read-db'): Promise<DatabaseAccess> {
    return rootAccess(name, this.ports[name], this.credentials);
  }

  /**
   * Ends leftovers of an earlier run, then starts the parts all at once and waits until each answers. After a failure or an
   * abort everything it started is stopped again before it throws.
   */
  async start(options: StartOptions): Promise<void> {
    await this.#claim();
    try {
      await this.#endLeftovers(options.progress);
      const parts = [...this.#parts.values()].filter((part) => options.parts?.includes(part.name as PartName) ?? true);
      await refuseTakenPorts(parts);
      const failed = new AbortController();
      const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
      const started = parts.map((part) => this.#bringUp(part, options, signal));
      // The first failure ends the waiting of the others, and all have come to rest before anything is stopped.
      await Promise.all(started.map((one) => one.catch((error) => (failed.abort(), Promise.reject(error)))));
    } catch (error) {
      await this.stop();
      throw options.signal?.aborted ? options.signal.reason : error;
    }
  }

  async #bringUp(part: Part, options: StartOptions, signal: AbortSignal): Promise<void> {
    const from = Date.now();
    let told = from;
    signal.throwIfAborted();
    await part.start();
    const waiting = (reason: string) => {
      if (Date.now() - told < 5000) return;
      told = Date.now();
      options.progress(part.name, `waiting (${reason})`);
    };
    await part.untilReady(options.readyLimitMs ?? 120_000, waiting, signal);
    options.progress(
      part.name,
      `answers on 127.0.0.1:${part.ports[0]} after ${((Date.now() - from) / 1000).toFixed(1)} s`,
    );
  }

  /** Stops every part, whoever started it; the data stay. Connect first: it writes to all the others. */
  async stop(progress?: Progress): Promise<void> {
    for (const names of [['connect'], ['registry', 'kafka'], ['source-db', 'read-db']] as const) {
      await Promise.all(
        names.map(async (name) => {
          if (await this.part(name).stop()) progress?.(name, 'stopped');
        }),
      );
    }
    await end(this.#ownerFile, 0, 'SIGCONT').catch(() => false);
  }

  /** Throws StackError `part-died` naming the parts that have ended by themselves. */
  async check(): Promise<void> {
    for (const part of this.#parts.values()) {
      if (await part.isRunning()) continue;
      throw new StackError('part-died', `${part.name} has ended; the end of ${part.logFile}:\n${part.logTail()}`);
    }
  }

  get #ownerFile(): string {
    return join(this.dataDir, 'run', 'owner.json');
  }

  async #claim(): Promise<void> {
    const owner = await readRecord(this.#ownerFile);
    if (owner && owner.pid !== process.pid && isRunning(owner)) {
      throw new StackError(
        'already-running',
        `the stack in ${this.dataDir} belongs to pid ${owner.pid}, which is running; end that one first`,
      );
    }
    await writeRecord(this.#ownerFile, recordOf(process.pid)!);
  }

  async #endLeftovers(progress: Progress): Promise<void> {
    await Promise.all(
      [...this.#parts.values()].map(async (part) => {
        if (await part.stop()) progress(part.name, 'a leftover of an earlier run was ended');
      }),
    );
  }
}

const layoutFile = (dataDir: string): string => join(dataDir, 'stack.json');

async function refuseTakenPorts(parts: readonly Part[]): Promise<void> {
  for (const part of parts) {
    for (const port of part.ports) {
      if (await isFree(port)) continue;
      const holder = holderOf(port) ?? 'a process of another user';
      throw new StackError(
        'port-taken',
        `port ${port} (${part.name}) is taken by ${holder}; end it, or move the stack: BANYAN_PORT_BASE=<port>`,
      );
    }
  }
}

function specs(layout: Layout, credentials: Credentials): PartSpec[] {
  const { dataDir, ports, artefacts } = layout;
  const jvm = new Jvm(layout.java, layout.cacheDir);
  const server = { home: artefacts.mariadb, dataDir, credentials };
  return [
    mariadb({ ...server, name: 'source-db', port: ports['source-db'], writesBinlog: true }),
    mariadb({ ...server, name: 'read-db', port: ports['read-db'], writesBinlog: false }),
    kafka({ home: artefacts.kafka, dataDir, port: ports.kafka, controllerPort: ports['kafka-controller'], jvm }),
    registry({ home: artefacts.registry, dataDir, port: ports.registry, adminPort: ports['registry-admin'], jvm }),
    connect({
      home: artefacts.kafka,
      plugins: [
        { name: 'debezium', folder: artefacts.debezium },
        { name: 'converter', folder: artefacts.converter },
      ],
      dataDir,
      secretsDir: credentials.folder,
      port: ports.connect,
      kafkaPort: ports.kafka,
      jvm,
    }),
  ];
}
