import { type StreamingOptions, type StreamingProof, waitUntilStreaming } from '../waiting/streaming.ts';
import * as configuring from './configuring.ts';
import * as decode from './decode.ts';
import * as decodeWorker from './decode-worker.ts';
import { Loggers } from './loggers.ts';
import { type ConnectClientOptions, workerFrom } from './options.ts';
import { connectorPath, Requests, segment, taskPath } from './requests.ts';
import type {
  CallOptions,
  ConnectorConfig,
  ConnectorInfo,
  ConnectorStatus,
  Expansions,
  InitialState,
  Plugin,
  PutOutcome,
  SettingDefinition,
  SourceOffset,
  TaskConfig,
  TaskStatus,
  Validation,
  WorkerHealth,
  WorkerIdentity,
} from './types.ts';

/**
 * A client of one Kafka Connect worker (https://kafka.apache.org/documentation/#connect_rest). Any worker of a group will do:
 * it forwards what only the leader may answer.
 *
 * Every method rejects with ConnectError only. A rebalance and a refused connection are retried with jittered backoff; so are
 * a time-out and a 5xx, except for `createConnector`, `restart` and `restartTask`, which do something again when they are sent
 * again. Answers come from the worker's last known state: a `status` just after a `put` may not be there yet.
 */
export class ConnectClient {
  readonly #requests: Requests;

  /** What the worker logs. */
  readonly loggers: Loggers;

  constructor(options: ConnectClientOptions) {
    this.#requests = new Requests(workerFrom(options));
    this.loggers = new Loggers(this.#requests);
  }

  /** The worker's Kafka version and the cluster it works on. */
  async worker(options: CallOptions = {}): Promise<WorkerIdentity> {
    return decodeWorker.decodeWorker(await this.#requests.get('/', options));
  }

  /** Whether the worker is up to its work (KIP-1017, Kafka 3.9); it takes up to 10 s over a no. Of its connectors it says nothing. */
  async health({ signal }: CallOptions = {}): Promise<WorkerHealth> {
    const call = { method: 'GET', path: '/health', answers: [500, 503], signal } as const;
    return decodeWorker.decodeHealth((await this.#requests.send(call)).body);
  }

  /** The connector plugins installed on the worker; with `connectorsOnly: false` its converters, transforms and predicates too. */
  async plugins({
    connectorsOnly = true,
    ...options
  }: CallOptions & { connectorsOnly?: boolean } = {}): Promise<Plugin[]> {
    const path = `/connector-plugins?connectorsOnly=${connectorsOnly}`;
    return decodeWorker.decodePlugins(await this.#requests.get(path, options));
  }

  /** The settings that a plugin of any kind says it has (KIP-769); `not-found` for a class that is not installed. */
  async pluginSettings(pluginClass: string, options: CallOptions = {}): Promise<SettingDefinition[]> {
    return decodeWorker.decodeSettings(await this.#requests.get(`${pluginPath(pluginClass)}/config`, options));
  }

  /**
   * Asks the plugin what it thinks of a configuration, without making a connector. A missing `connector.class` or `name` is
   * filled in: they are no part of what is asked. Rejects with `invalid-config` for a class that is not installed.
   */
  async validate(pluginClass: string, config: ConnectorConfig, { signal }: CallOptions = {}): Promise<Validation> {
    const body = { 'connector.class': pluginClass, name: 'to-be-validated', ...config };
    const path = `${pluginPath(pluginClass)}/config/validate`;
    const answer = await this.#requests.send({ method: 'PUT', path, body, secrets: body, signal });
    return decodeWorker.decodeValidation(answer.body);
  }

  /** The names of the group's connectors, in no order. */
  async connectors(options: CallOptions = {}): Promise<string[]> {
    return decode.decodeNames(await this.#requests.get('/connectors', options));
  }

  /**
   * The group's connectors by name, each with what is asked for, in one answer: `expanded(['info', 'status'])`. One that is made
   * or deleted meanwhile may be missing.
   */
  async expanded<E extends keyof Expansions>(
    expand: readonly E[],
    options: CallOptions = {},
  ): Promise<Record<string, Pick<Expansions, E>>> {
    const query = expand.map((what) => `expand=${what}`).join('&');
    const found = decode.decodeExpanded(await this.#requests.get(`/connectors?${query || 'expand='}`, options));
    return found as Record<string, Pick<Expansions, E>>;
  }

  /** Its configuration, kind and tasks. */
  async info(name: string, options: CallOptions = {}): Promise<ConnectorInfo> {
    return decode.decodeInfo(await this.#requests.get(connectorPath(name), options));
  }

  /** The configuration as stored, references unresolved and plain secrets readable: see `maskSecrets` before logging it. */
  async config(name: string, options: CallOptions = {}): Promise<ConnectorConfig> {
    return decode.decodeConfig(await this.#requests.get(`${connectorPath(name)}/config`, options));
  }

  /** States of the connector and its tasks, with a parsed trace where one FAILED; see `failureOf`. */
  async status(name: string, options: CallOptions = {}): Promise<ConnectorStatus> {
    return decode.decodeStatus(await this.#requests.get(`${connectorPath(name)}/status`, options));
  }

  /**
   * Makes the connector have this configuration; nothing is sent when it has it already, so that it does not restart.
   * Rejects with `invalid-config` and the worker's reasons: Debezium tries to connect to its database before it accepts one.
   */
  putConnector(name: string, config: ConnectorConfig, options: CallOptions = {}): Promise<PutOutcome> {
    return configuring.putConnector(this.#requests, name, config, options);
  }

  /**
   * Makes a connector that is not there yet, running unless `initialState` (Kafka 3.7) says otherwise. Rejects with
   * `already-exists`, or as `putConnector`. Not retried after a time-out or a 5xx: it may be made.
   */
  createConnector(
    name: string,
    config: ConnectorConfig,
    options: CallOptions & { initialState?: InitialState } = {},
  ): Promise<ConnectorInfo> {
    return configuring.createConnector(this.#requests, name, config, options);
  }

  /** Changes just these settings, and removes those that are null (KIP-477, Kafka 3.8). Rejects as `putConnector`. */
  patchConfig(
    name: string,
    changes: Readonly<Record<string, string | null>>,
    options: CallOptions = {},
  ): Promise<ConnectorInfo> {
    return configuring.patchConfig(this.#requests, name, changes, options);
  }

  /** Deletes the connector. Its topics and committed offsets stay: one put under the same name goes on from there. */
  remove(name: string, options: CallOptions = {}): Promise<void> {
    return configuring.removeConnector(this.#requests, name, options);
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
    const path = `${connectorPath(name)}/restart?includeTasks=${includeTasks}&onlyFailed=${onlyFailed}`;
    await this.#requests.send({ method: 'POST', path, signal }, 'once');
  }

  /** Asks for PAUSED: tasks stay placed and keep their resources. The state follows a moment later. */
  async pause(name: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.send({ method: 'PUT', path: `${connectorPath(name)}/pause`, signal });
  }

  /** Asks for RUNNING again, after `pause` or `stop`. */
  async resume(name: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.send({ method: 'PUT', path: `${connectorPath(name)}/resume`, signal });
  }

  /** Asks for STOPPED: its tasks are given up, its configuration and offsets stay (KIP-875). */
  async stop(name: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.send({ method: 'PUT', path: `${connectorPath(name)}/stop`, signal });
  }

  /** What each task was given by its connector. */
  async tasks(name: string, options: CallOptions = {}): Promise<TaskConfig[]> {
    return decode.decodeTaskConfigs(await this.#requests.get(`${connectorPath(name)}/tasks`, options));
  }

  /** The state of one task; `not-found` for a number that none has, and until it is placed. */
  async taskStatus(name: string, taskId: number, options: CallOptions = {}): Promise<TaskStatus> {
    return decode.decodeTask(await this.#requests.get(`${taskPath(name, taskId)}/status`, options));
  }

  /** Restarts one task, whatever its state. Not retried after a time-out or a 5xx, since it may have happened. */
  async restartTask(name: string, taskId: number, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.send({ method: 'POST', path: `${taskPath(name, taskId)}/restart`, signal }, 'once');
  }

  /** The topics the connector has written to or read since it was made (KIP-558); an empty list, and no error, for an unknown name. */
  async activeTopics(name: string, options: CallOptions = {}): Promise<string[]> {
    return decode.decodeTopics(await this.#requests.get(`${connectorPath(name)}/topics`, options), name);
  }

  /** Forgets `activeTopics`, which begins again from nothing; no error for an unknown name. */
  async resetActiveTopics(name: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#requests.send({ method: 'PUT', path: `${connectorPath(name)}/topics/reset`, signal });
  }

  /** The offsets committed (KIP-875), an empty list before the first; they lag by the worker's `offset.flush.interval.ms`. */
  async offsets(name: string, options: CallOptions = {}): Promise<SourceOffset[]> {
    return decode.decodeOffsets(await this.#requests.get(`${connectorPath(name)}/offsets`, options));
  }

  /**
   * Writes these offsets, of a STOPPED connector only (else `not-stopped`); partitions that are not named keep theirs. Whether
   * they make sense the connector may refuse (`invalid-config`), or find out when it starts. Gives the worker's sentence.
   */
  async alterOffsets(name: string, offsets: readonly SourceOffset[], { signal }: CallOptions = {}): Promise<string> {
    const path = `${connectorPath(name)}/offsets`;
    const answer = await this.#requests.send({ method: 'PATCH', path, body: { offsets }, signal });
    return decode.decodeMessage(answer.body);
  }

  /** Forgets all offsets of a STOPPED connector (else `not-stopped`): it begins anew. Gives the worker's sentence. */
  async resetOffsets(name: string, { signal }: CallOptions = {}): Promise<string> {
    const answer = await this.#requests.send({ method: 'DELETE', path: `${connectorPath(name)}/offsets`, signal });
    return decode.decodeMessage(answer.body);
  }

  /** Resolves when there is proof that the connector streams, which RUNNING is not: see StreamingOptions for what counts. */
  waitUntilStreaming(name: string, options: StreamingOptions = {}): Promise<StreamingProof> {
    return waitUntilStreaming(this, name, options, this.#requests.worker.ports);
  }
}

function pluginPath(pluginClass: string): string {
  return `/connector-plugins/${segment(pluginClass, 'the plugin’s class', 'plugins() has those that are installed')}`;
}
