import { list, number, record, text } from './fields.ts';
import type {
  LoggerLevel,
  Plugin,
  SettingDefinition,
  SettingProblem,
  Validation,
  WorkerHealth,
  WorkerIdentity,
} from './types.ts';

// Decoders for what Kafka Connect's REST API says of the worker and its plugins; they fail as those of decode.ts.

export function decodeWorker(body: unknown): WorkerIdentity {
  const root = record(body, 'worker');
  return {
    version: text(root.version, 'version'),
    commit: text(root.commit, 'commit'),
    kafkaClusterId: text(root.kafka_cluster_id, 'kafka_cluster_id'),
  };
}

export function decodeHealth(body: unknown): WorkerHealth {
  const { status, message } = record(body, 'health');
  // A word of a later Kafka is not one that its users should count on.
  const known = status === 'healthy' || status === 'starting' ? status : 'unhealthy';
  return { status: known, message: text(message, 'message') };
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

export function decodeSettings(body: unknown): SettingDefinition[] {
  return list(body, 'settings').map((entry) => {
    const setting = record(entry, 'settings entry');
    const { default_value: defaultValue, documentation } = setting;
    return {
      name: text(setting.name, 'name'),
      type: text(setting.type, 'type'),
      required: setting.required === true,
      defaultValue: defaultValue === null || defaultValue === undefined ? null : text(defaultValue, 'default_value'),
      importance: text(setting.importance, 'importance'),
      documentation: typeof documentation === 'string' ? documentation : '',
    };
  });
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

export function decodeLoggers(body: unknown): Record<string, LoggerLevel> {
  return Object.fromEntries(
    Object.entries(record(body, 'loggers')).map(([name, level]) => [name, decodeLogger(level)]),
  );
}

export function decodeLogger(body: unknown): LoggerLevel {
  const { level, last_modified: lastModified } = record(body, 'logger');
  const lastModifiedMs =
    lastModified === null || lastModified === undefined ? null : number(lastModified, 'last_modified');
  return { level: text(level, 'level'), lastModifiedMs };
}

function decodeSetting(entry: unknown): SettingProblem {
  const value = record(record(entry, 'configs entry').value, 'value');
  return { name: text(value.name, 'name'), errors: list(value.errors, 'errors').map((error) => text(error, 'error')) };
}
