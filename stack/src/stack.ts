import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchArtefacts } from './artefacts.ts';
import { alreadyRunning, Claim, forgetEndedOwner, otherOwner } from './claim.ts';
import type { PartName, Ports, StackConfig } from './config.ts';
import { Credentials } from './credentials.ts';
import { StackError } from './errors.ts';
import { findJava } from './java.ts';
import { type Layout, readLayout, specsOf, writeLayout } from './layout.ts';
import { ownJars } from './own-jars.ts';
import { Part } from './part.ts';
import { type DatabaseAccess, rootAccess } from './parts/mariadb.ts';
import { holderOf, isFree } from './port-holder.ts';

/** `part` is a part's name, or `fetch` or `java` for what is needed before. */
export type Progress = (part: string, text: string) => void;

export interface StartOptions {
  readonly parts?: readonly PartName[];
  readonly readyLimitMs?: number;
  /** Words before the command of a part; see `Part.start`. */
  readonly within?: Partial<Record<PartName, readonly string[]>>;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Connect first, because it writes to all the others. */
const stopOrder = [['connect'], ['registry', 'kafka'], ['source-db', 'read-db']] as const;

/** The real parts of one machine, started and stopped together. */
export class Stack {
  readonly ports: Ports;
  readonly dataDir: string;
  readonly credentials: Credentials;
  readonly #layout: Layout;
  readonly #parts: ReadonlyMap<PartName, Part>;
  #claim: Claim | null = null;

  private constructor(layout: Layout) {
    this.ports = layout.ports;
    this.dataDir = layout.dataDir;
    this.credentials = new Credentials(layout.dataDir);
    this.#layout = layout;
    const specs = specsOf(layout, this.credentials);
    this.#parts = new Map(specs.map((spec) => [spec.name as PartName, new Part(spec, layout.dataDir)]));
  }

  /**
   * Fetches what is missing; starts nothing. Throws StackError `already-running` when another process runs the stack of this
   * data folder, `java-missing`, `fetch-failed`, `artefact-changed`, `compile-failed`, or `config` for a cache that
   * cannot be written or a machine that the parts are not built for.
   */
  static async prepare(config: StackConfig, progress: Progress, signal?: AbortSignal): Promise<Stack> {
    const machine = `${process.platform} on ${process.arch}`;
    if (machine !== 'linux on x64') {
      throw new StackError(
        'config',
        `the stack's MariaDB is built for linux on x64, and this is ${machine}; use another machine`,
      );
    }
    const owner = await otherOwner(config.dataDir);
    if (owner !== null) throw alreadyRunning(config.dataDir, owner);
    const say = (who: string) => (text: string) => progress(who, text);
    const java = await findJava(config.cacheDir, process.env, say('java'), undefined, signal);
    const artefacts = await fetchArtefacts(config.cacheDir, say('fetch'), { signal });
    const own = await ownJars(config.cacheDir, say('fetch'), { java, artefacts, signal });
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    for (const folder of ['run', 'log']) await mkdir(join(config.dataDir, folder), { recursive: true });
    return new Stack({ ...config, java, artefacts, ownJars: own });
  }

  /** The stack that was last started in a data folder, as seen from any process. Throws StackError `not-started`. */
  static open(dataDir: string): Stack {
    return new Stack(readLayout(dataDir));
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
   * abort everything it started is stopped again before it throws. Throws StackError `already-running` when the stack is
   * running, started here or by another process; `port-taken`, `part-died` or `not-ready`; or the abort's reason.
   */
  async start(options: StartOptions): Promise<void> {
    if (this.#claim) throw alreadyRunning(this.dataDir, process.pid);
    this.#claim = await Claim.take(this.dataDir);
    try {
      await writeLayout(this.#layout);
      await this.#endAll((name) => options.progress(name, 'a leftover of an earlier run was ended'));
      options.signal?.throwIfAborted();
      const parts = [...this.#parts.values()].filter((part) => options.parts?.includes(part.name as PartName) ?? true);
      await refuseTakenPorts(parts);
      await this.#bringUpAll(parts, options);
    } catch (error) {
      await this.stop();
      throw options.signal?.aborted ? options.signal.reason : error;
    }
  }

  /** The first failure ends the waiting of the others; all have come to rest before it is thrown. */
  async #bringUpAll(parts: readonly Part[], options: StartOptions): Promise<void> {
    const failed = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
    const fail = (error: unknown) => failed.abort(error);
    await Promise.all(parts.map((part) => this.#bringUp(part, options, signal).catch(fail)));
    failed.signal.throwIfAborted();
  }

  async #bringUp(part: Part, options: StartOptions, signal: AbortSignal): Promise<void> {
    const from = Date.now();
    let told = from;
    const waiting = (reason: string) => {
      if (Date.now() - told < 5000) return;
      told = Date.now();
      options.progress(part.name, `waiting (${reason})`);
    };
    await part.start(signal, options.within?.[part.name as PartName]);
    await part.untilReady(options.readyLimitMs ?? 120_000, waiting, signal);
    const seconds = ((Date.now() - from) / 1000).toFixed(1);
    options.progress(part.name, `answers on 127.0.0.1:${part.ports[0]} after ${seconds} s`);
  }

  /** Stops every part, whoever started it, and gives the data folder free if it is ours; the data stay. */
  async stop(progress?: Progress): Promise<void> {
    await this.#endAll((name) => progress?.(name, 'stopped'));
    const claim = this.#claim;
    this.#claim = null;
    if (claim) await claim.release();
    else await forgetEndedOwner(this.dataDir);
  }

  async #endAll(ended: (name: PartName) => void): Promise<void> {
    for (const names of stopOrder) {
      await Promise.all(
        names.map(async (name) => {
          if (await this.part(name).stop()) ended(name);
        }),
      );
    }
  }

  /** Throws StackError `part-died` naming the first part that has ended by itself. */
  async check(): Promise<void> {
    for (const part of this.#parts.values()) {
      if (!(await part.hasDied())) continue;
      throw new StackError('part-died', `${part.name} has ended; the end of ${part.logFile}:\n${part.logTail()}`);
    }
  }
}

async function refuseTakenPorts(parts: readonly Part[]): Promise<void> {
  for (const part of parts) {
    for (const port of part.ports) {
      if (await isFree(port)) continue;
      const holder = holderOf(port) ?? 'a process that cannot be seen from here';
      throw new StackError(
        'port-taken',
        `port ${port} (${part.name}) is taken by ${holder}; end it, or move the stack: BANYAN_PORT_BASE=<port>`,
      );
    }
  }
}
