import { ConnectError } from '../errors/connect-error.ts';
import { type StreamingOptions, type StreamingProof, waitUntilStreaming } from '../waiting/streaming.ts';
import * as decode from './decode.ts';
import type { Answer, Call } from './exchange.ts';
import { type ConnectClientOptions, type Worker, workerFrom } from './options.ts';
import { exchangeRetrying, type Retriability } from './retrying.ts';
import type {
  CallOptions,
  ConnectorConfig,
  ConnectorStatus,
  Plugin,
  PutOutcome,
  SourceOffset,
  Validation,
  WorkerIdentity,
} from './types.ts';

/**
 * A client of one Kafka Connect worker (https://kafka.apache.org/documentation/#connect_rest). Any worker of a group will do:
 * it forwards what only the leader may answer.
 *
 * Every method rejects with ConnectError only. A rebalance and a refused connection are retried with jittered backoff; so are
 * a time-out and a 5xx, except for `restart`. Answers come from the worker's last known state: a `status` just after a `put`
 * may not be there yet.
 */
export class ConnectClient {
  readonly #worker: Worker;

  constructor(options: ConnectClientOptions) {
    this.#worker = workerFrom(options);
  }

  /** The worker's Kafka version and the cluster it works on. */
  async worker(options: CallOptions = {}): Promise<WorkerIdentity> {
    return decode.decodeWorker(await this.#get('/', options));
  }

  /** The connector plugins installed on the worker; not its converters and transforms. */
  async plugins(options: CallOptions = {}): Promise<Plugin[]> {
    return decode.decodePlugins(await this.#get('/connector-plugins', options));
  }

  /** The names of the group's connectors, in no order. */
  async connectors(options: CallOptions = {}): Promise<string[]> {
    return decode.decodeNames(await this.#get('/connectors', options));
  }

  /** The configuration as stored, references unresolved and plain secrets readable: see `maskSecrets` before logging it. */
  async config(name: string, options: CallOptions = {}): Promise<ConnectorConfig> {
    return decode.decodeConfig(await this.#get(`${pathOf(name)}/config`, options));
  }

  /** States of the connector and its tasks, with a parsed trace where one FAILED; see `failureOf`. */
  async status(name: string, options: CallOptions = {}): Promise<ConnectorStatus> {
    return decode.decodeStatus(await this.#get(`${pathOf(name)}/status`, options));
  }

  /** The source offsets committed (KIP-875), an empty list before the first; they lag by the worker's `offset.flush.interval.ms`. */
  async offsets(name: string, options: CallOptions = {}): Promise<SourceOffset[]> {
    return decode.decodeOffsets(await this.#get(`${pathOf(name)}/offsets`, options));
  }

  /**
   * Writes these offsets, of a STOPPED connector only; partitions that are not named keep theirs. Gives the worker's sentence.
   * Not checked by Debezium: it reads them at its next start.
   */
  async alterOffsets(name: string, offsets: readonly SourceOffset[], { signal }: CallOptions = {}): Promise<string> {
    const answer = await this.#send({ method: 'PATCH', path: `${pathOf(name)}/offsets`, body: { offsets }, signal });
    return decode.decodeMessage(answer.body);
  }

  /** The topics the connector has written to since it was made (KIP-558); an empty list, and no error, for an unknown name. */
  async activeTopics(name: string, options: CallOptions = {}): Promise<string[]> {
    return decode.decodeTopics(await this.#get(`${pathOf(name)}/topics`, options), name);
  }

  /**
   * Makes the connector have this configuration; nothing is sent when it has it already, so that it does not restart.
   * Rejects with `invalid-config` and the worker's reasons: Debezium tries to connect to its database before it accepts one.
   */
  async putConnector(name: string, config: ConnectorConfig, options: CallOptions = {}): Promise<PutOutcome> {
    const wanted = withName(name, config);
    const current = await this.#configIfAny(name, options);
    const changedKeys = current === undefined ? [] : differingKeys(current, wanted);
    if (current !== undefined && changedKeys.length === 0) return { outcome: 'unchanged', changedKeys };
    const call = { method: 'PUT', path: `${pathOf(name)}/config`, body: wanted, secrets: wanted } as const;
    await this.#send({ ...call, signal: options.signal });
    return { outcome: current === undefined ? 'created' : 'changed', changedKeys };
  }

  /**
   * Asks the plugin what it thinks of a configuration, without making a connector. A missing `connector.class` or `name` is
   * filled in: they are no part of what is asked. Rejects with `invalid-config` for a class that is not installed.
   */
  async validate(pluginClass: string, config: ConnectorConfig, options: CallOptions = {}): Promise<Validation> {
    const body = { 'connector.class': pluginClass, name: 'to-be-validated', ...config };
    const path = `/connector-plugins/${encodeURIComponent(pluginClass)}/config/validate`;
    const { body: answer } = await this.#send({ method: 'PUT', path, body, secrets: body, signal: options.signal });
    return decode.decodeValidation(answer);
  }

  /**
   * Restarts the connector, and with `includeTasks` its tasks (KIP-745); with `onlyFailed` just the FAILED ones among them.
   * Not retried after a time-out or a 5xx, since it may have happened.
   */
  async restart(
    name: string,
    {
      includeTasks = false,
      onlyFailed = false,
      signal,
    }: CallOptions & { includeTasks?: boolean; onlyFailed?: boolean } = {},
  ): Promise<void> {
    const path = `${pathOf(name)}/restart?includeTasks=${includeTasks}&onlyFailed=${onlyFailed}`;
    await this.#send({ method: 'POST', path, signal }, 'once');
  }

  /** Asks for PAUSED: tasks stay placed and keep their resources. The state follows a moment later. */
  async pause(name: string, options: CallOptions = {}): Promise<void> {
    await this.#send({ method: 'PUT', path: `${pathOf(name)}/pause`, signal: options.signal });
  }

  /** Asks for RUNNING again, after `pause` or `stop`. */
  async resume(name: string, options: CallOptions = {}): Promise<void> {
    await this.#send({ method: 'PUT', path: `${pathOf(name)}/resume`, signal: options.signal });
  }

  /** Asks for STOPPED: its tasks are given up, its configuration and offsets stay (KIP-875). */
  async stop(name: string, options: CallOptions = {}): Promise<void> {
    await this.#send({ method: 'PUT', path: `${pathOf(name)}/stop`, signal: options.signal });
  }

  /** Deletes the connector. Its topics and committed offsets stay: one put under the same name goes on from there. */
  async remove(name: string, options: CallOptions = {}): Promise<void> {
    let mayBeDone = false;
    try {
      const call = { method: 'DELETE', path: pathOf(name), signal: options.signal } as const;
      await exchangeRetrying(this.#worker, call, 'idempotent', ({ code }) => {
        mayBeDone ||= code === 'timeout' || code === 'worker-error' || code === 'unreachable';
      });
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      if (!(mayBeDone && error.code === 'not-found')) throw error;
    }
  }

  /** Resolves when there is proof that the connector streams, which RUNNING is not: see StreamingOptions for what counts. */
  async waitUntilStreaming(name: string, options: StreamingOptions = {}): Promise<StreamingProof> {
    return waitUntilStreaming(this, name, options, this.#worker.ports);
  }

  async #configIfAny(name: string, options: CallOptions): Promise<ConnectorConfig | undefined> {
    try {
      return await this.config(name, options);
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      if (error.code === 'not-found') return undefined;
      throw error;
    }
  }

  async #get(path: string, { signal }: CallOptions): Promise<unknown> {
    return (await this.#send({ method: 'GET', path, signal })).body;
  }

  #send(call: Call, retriability: Retriability = 'idempotent'): Promise<Answer> {
    return exchangeRetrying(this.#worker, call, retriability);
  }
}

function pathOf(name: string): string {
  if (name === '')
    throw new ConnectError('invalid-config', 'the connector’s name is empty; give the name it was put under');
  return `/connectors/${encodeURIComponent(name)}`;
}

/** The worker adds the name itself, and shows it in the stored configuration. */
function withName(name: string, config: ConnectorConfig): ConnectorConfig {
  if (config.name === undefined || config.name === name) return { ...config, name };
  const message = `putConnector: the configuration for connector "${name}" has the name "${config.name}"; leave it out or make them agree`;
  throw new ConnectError('invalid-config', message);
}

function differingKeys(current: ConnectorConfig, wanted: ConnectorConfig): string[] {
  const keys = new Set([...Object.keys(current), ...Object.keys(wanted)]);
  return [...keys].filter((key) => current[key] !== wanted[key]).sort();
}
