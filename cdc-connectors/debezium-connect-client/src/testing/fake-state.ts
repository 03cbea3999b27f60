import type { SourceOffset } from '../rest/types.ts';

export type Target = 'RUNNING' | 'PAUSED' | 'STOPPED';

/** One connector in memory. A trace makes the connector, or its only task, FAILED until a restart. */
export type FakeConnector = {
  config: Record<string, string>;
  target: Target;
  connectorTrace?: string;
  taskTrace?: string;
  topics: string[];
};

/** What a fake worker holds. Offsets stand apart: like those in Kafka they outlive a deleted connector. */
export type FakeState = {
  readonly connectors: Map<string, FakeConnector>;
  readonly offsets: Map<string, SourceOffset[]>;
  readonly loggers: Map<string, { level: string; last_modified: number | null }>;
  /** What /health answers. */
  health: { readonly status: number; readonly body: { readonly status: string; readonly message: string } };
};

export function emptyState(): FakeState {
  const message = 'Worker has completed startup and is ready to handle requests.';
  return {
    connectors: new Map(),
    offsets: new Map(),
    loggers: new Map([['root', { level: 'INFO', last_modified: null }]]),
    health: { status: 200, body: { status: 'healthy', message } },
  };
}

/** What a fake plugin is like. Each function is asked with the configuration that was put. */
export type FakePlugin = {
  /** Default: Debezium's MariaDB connector. */
  readonly className?: string;
  /** Settings without which the plugin refuses a configuration. Default: those Debezium's MariaDB connector misses. */
  readonly required?: readonly string[];
  /** Further refusals by setting, as a plugin finds them when it tries the database. Default: none. */
  readonly refuse?: (config: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** A trace makes the task FAILED at its start. Default: it runs. */
  readonly failAtStart?: (config: Readonly<Record<string, string>>) => string | undefined;
  /** The offsets committed once a connector runs that has none. Default: none. */
  readonly offsetsAtStart?: (config: Readonly<Record<string, string>>) => SourceOffset[];
  /** The topics a new connector has written to. Default: none. */
  readonly topicsAtStart?: (config: Readonly<Record<string, string>>) => string[];
};

/** Debezium 3.5 with an empty configuration complains about these, and Connect about the name. */
export const REQUIRED_SETTINGS = ['name', 'topic.prefix', 'database.hostname', 'database.user', 'database.server.id'];

/** The worker's JSON for a status: a stopped connector has no task, a paused one a paused task. */
export function statusJson(name: string, connector: FakeConnector, workerId: string) {
  const { target, connectorTrace, taskTrace } = connector;
  const run = (trace: string | undefined) => ({
    state: trace === undefined ? target : 'FAILED',
    worker_id: workerId,
    ...(trace !== undefined && { trace }),
  });
  const tasks = target === 'STOPPED' || connectorTrace !== undefined ? [] : [{ id: 0, ...run(taskTrace) }];
  return { name, connector: run(connectorTrace), tasks, type: 'source' };
}

/** The refusals of a configuration by setting, in the words Connect uses. */
export function refusals(plugin: FakePlugin, config: Readonly<Record<string, string>>): Record<string, string> {
  const missing = (plugin.required ?? REQUIRED_SETTINGS).filter((key) => !config[key]);
  const messages = missing.map((key) => [key, `Missing required configuration "${key}" which has no default value.`]);
  return { ...plugin.refuse?.(config), ...Object.fromEntries(messages) };
}

/** The worker's JSON for a connector. */
export function infoJson(name: string, connector: FakeConnector) {
  return { name, config: connector.config, tasks: taskIds(name, connector), type: 'source' };
}

/** The ids as Connect writes them. */
export function taskIds(name: string, { target }: FakeConnector): { connector: string; task: number }[] {
  return target === 'STOPPED' ? [] : [{ connector: name, task: 0 }];
}
