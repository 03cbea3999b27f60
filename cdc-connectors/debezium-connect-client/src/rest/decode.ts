import { parseJavaTrace } from '../errors/java-trace.ts';
import { list, number, record, text } from './fields.ts';
import type {
  ConnectorConfig,
  ConnectorInfo,
  ConnectorStatus,
  Expansions,
  RunStatus,
  SourceOffset,
  TaskConfig,
  TaskStatus,
} from './types.ts';

// Decoders for what Kafka Connect's REST API says of connectors. Each throws `unexpected-answer` naming the field that is missing
// or of another type, and ignores fields it does not know: newer workers add some.

export function decodeNames(body: unknown): string[] {
  return list(body, 'names').map((name) => text(name, 'name'));
}

/** One entry a connector, each with what was asked for. */
export function decodeExpanded(body: unknown): Record<string, Partial<Expansions>> {
  return Object.fromEntries(
    Object.entries(record(body, 'connectors')).map(([name, value]) => {
      const { info, status } = record(value, name);
      return [
        name,
        {
          ...(info !== undefined && { info: decodeInfo(info) }),
          ...(status !== undefined && { status: decodeStatus(status) }),
        },
      ];
    }),
  );
}

export function decodeInfo(body: unknown): ConnectorInfo {
  const root = record(body, 'connector');
  return {
    name: text(root.name, 'name'),
    // Null for a class that the worker has no longer.
    type: root.type === null ? 'unknown' : text(root.type, 'type'),
    config: decodeConfig(root.config),
    taskIds: list(root.tasks, 'tasks').map((id) => number(record(id, 'task').task, 'task')),
  };
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

export function decodeTask(entry: unknown): TaskStatus {
  const task = record(entry, 'task');
  return { id: number(task.id, 'id'), ...decodeRunStatus(task) };
}

export function decodeTaskConfigs(body: unknown): TaskConfig[] {
  return list(body, 'tasks').map((entry) => {
    const { id, config } = record(entry, 'tasks entry');
    return { id: number(record(id, 'id').task, 'task'), config: decodeConfig(config) };
  });
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

export function decodeTopics(body: unknown, name: string): string[] {
  const { topics } = record(record(body, 'topics')[name], name);
  return list(topics, 'topics').map((topic) => text(topic, 'topic'));
}

/** The sentence in which the worker says what it has done. */
export function decodeMessage(body: unknown): string {
  return text(record(body, 'answer').message, 'message');
}

function decodeRunStatus(status: Record<string, unknown>): RunStatus {
  const shown = { state: text(status.state, 'state'), workerId: text(status.worker_id, 'worker_id') };
  return typeof status.trace === 'string' ? { ...shown, trace: parseJavaTrace(status.trace) } : shown;
}
