import { decodeNames } from './decode.ts';
import { decodeLogger, decodeLoggers } from './decode-worker.ts';
import { type Requests, segment } from './requests.ts';
import type { CallOptions, LoggerLevel } from './types.ts';

/** The levels of Kafka's loggers. */
export type LogLevel = 'OFF' | 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE';

/** What a worker logs, until it is started again (KIP-495; for the whole group KIP-976). Made by `ConnectClient`. */
export class Loggers {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** The loggers whose level was set, by name, and `root`. */
  async all(options: CallOptions = {}): Promise<Record<string, LoggerLevel>> {
    return decodeLoggers(await this.#requests.get('/admin/loggers', options));
  }

  /** The level that holds for this logger; `not-found` for one the worker has not heard of. */
  async level(name: string, options: CallOptions = {}): Promise<LoggerLevel> {
    return decodeLogger(await this.#requests.get(pathOf(name), options));
  }

  /**
   * Sets the level of a logger and all below it: `io.debezium`. On the worker that answers; gives the loggers it changed, more
   * than one where some are below. Rejects with `not-found` for a level there is not.
   */
  async set(name: string, level: LogLevel, { signal }: CallOptions = {}): Promise<string[]> {
    const { body } = await this.#requests.send({ method: 'PUT', path: pathOf(name), body: { level }, signal });
    return decodeNames(body);
  }

  /** As `set`, on every worker of the group; each follows a moment later. */
  async setOnAll(name: string, level: LogLevel, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.send({ method: 'PUT', path: `${pathOf(name)}?scope=cluster`, body: { level }, signal });
  }
}

function pathOf(name: string): string {
  return `/admin/loggers/${segment(name, 'the logger’s name', 'give a class or package, or root')}`;
}
