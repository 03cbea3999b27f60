import { ConnectError } from '../errors/connect-error.ts';
import { parseJavaTrace } from '../errors/java-trace.ts';
import type {
  ConnectorConfig,
  ConnectorStatus,
  Plugin,
  RunStatus,
  SettingProblem,
  SourceOffset,
  TaskStatus,
  Validation,
  WorkerIdentity,
} from './types.ts';

// Decoders for the answers of Kafka Connect's REST API. Each throws `unexpected-answer` naming the field that is missing or
// of another type, and ignores fields it does not know: newer workers add some.

export function decodeWorker(body: unknown): WorkerIdentity {
  const root = record(body, 'worker');
  return {
    version: text(root.version, 'version'),
    commit: text(root.commit, 'commit'),
    kafkaClusterId: text(root.kafka_cluster_id, 'kafka_cluster_id'),
  };
}

export function decodePlugins(body: unknown): Plugin[] {
  return list(body, 'plugins').map((entry) => {
    const plugin = record(entry, 'plugin');
    return {
      className: text(plugin.class, 'class'),
      type: text(plugin.type, 'type'),
      // Absent for a plugin that does not tell its version.
      version: plugin.version === undefined || plugin.version === null ? '' : text(plugin.version, 'version'),
    };
  });
}

export function decodeNames(body: unknown): string[] {
  return list(body, 'names').map((name) => text(name, 'name'));
}

export function decodeConfig(body: unknown): ConnectorConfig {
  return Object.fromEntries(Object.entries(record(body, 'config')).map(([key, value]) => [key, text(value, key)]));
}

export function decodeStatus(body: unknown): ConnectorStatus {
  const root = record(body, 'status');
  return {
    name: text(root.name, 'name'),
    type: text(root.type, 'type'),
    connector: decodeRunStatus(record(root.connector, 'connector')),
    tasks: list(root.tasks, 'tasks').map(decodeTask),
  };
}

/** The worker lists every setting it knows, most without errors: only the refused ones are kept. */
export function decodeValidation(body: unknown): Validation {
  const root = record(body, 'validation');
  const problems = list(root.configs, 'configs').map(decodeSetting);
  return {
    errorCount: number(root.error_count, 'error_count'),
    problems: problems.filter(({ errors }) => errors.length > 0),
  };
}

export function decodeOffsets(body: unknown): SourceOffset[] {
  return list(record(body, 'offsets').offsets, 'offsets').map((entry) => {
    const { partition, offset } = record(entry, 'offsets entry');
    return {
      partition: record(partition, 'partition'),
      offset: offset === null || offset === undefined ? null : record(offset, 'offset'),
    };
  });
}

export function decodeMessage(body: unknown): string {
  return text(record(body, 'answer').message, 'message');
}

export function decodeTopics(body: unknown, name: string): string[] {
  const { topics } = record(record(body, 'topics')[name], name);
  return list(topics, 'topics').map((topic) => text(topic, 'topic'));
}

function decodeTask(entry: unknown): TaskStatus {
  const task = record(entry, 'task');
  return { id: number(task.id, 'id'), ...decodeRunStatus(task) };
}

function decodeRunStatus(status: Record<string, unknown>): RunStatus {
  const shown = { state: text(status.state, 'state'), workerId: text(status.worker_id, 'worker_id') };
  return typeof status.trace === 'string' ? { ...shown, trace: parseJavaTrace(status.trace) } : shown;
}

function decodeSetting(entry: unknown): SettingProblem {
  const value = record(record(entry, 'configs entry').value, 'value');
  return { name: text(value.name, 'name'), errors: list(value.errors, 'errors').map((error) => text(error, 'error')) };
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw mismatch(value, field, 'an object');
}

function list(value: unknown, field: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw mismatch(value, field, 'a list');
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw mismatch(value, field, 'a text');
}

function number(value: unknown, field: string): number {
  if (typeof value === 'number') return value;
  throw mismatch(value, field, 'a number');
}

function mismatch(value: unknown, field: string, wanted: string): ConnectError {
  // The type and not the value: a config's value may be a secret.
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return new ConnectError(
    'unexpected-answer',
    `the worker’s answer has ${found} where "${field}" should be ${wanted}; see whether the url is a Kafka Connect worker’s`,
  );
}
